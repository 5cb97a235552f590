import NNCore
import NNKernels

/// Spatial dropout: in training, drops whole channels of a sample and scales the others by 1 / (1 - rate).
public struct SpatialDropout: DeclaredLayer {
  /// The declaration of `<spatialDropout>`.
  public static let schema = ElementSchema(
    .layer, "spatialDropout", summary: "In training, sets random whole channels to 0; in prediction, does nothing.",
    formula: "y = x / (1 - rate) in a channel that stays, with probability 1 - rate, else 0",
    reference: "Tompson et al. 2015; as torch.nn.Dropout2d", example: #"<spatialDropout rate="0.2"/>"#,
    attributes: [
      .optional("rate", .number(.unitBelowOne), default: .number(0.5), "The share of channels that is set to 0.")
    ])

  /// The probability that a channel is dropped.
  public let rate: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { rate = attributes.number("rate") }

  /// The layer.
  public init(rate: Double = 0.5) { self.rate = rate }

  /// States that it copies when predicting, and draws random numbers in training.
  public var facts: LayerFacts { LayerFacts(copiesWhenPredicting: true, comparison: .random) }

  /// One output of the input's shape.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: [], runsInPlace: true, forwardOperations: count, backwardOperations: count)
  }

  /// Keeps the length, unless the first dimension, whose channels are dropped, counts the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name, across: 0..<1)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// In training y = x / (1 - rate) in a channel that stays, else 0; in prediction y = x.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (x, y) = (context.input.buffer, context.output.buffer)
    if context.phase == .training {
      dropPlanes(x, into: y, context.random, rate, accumulate: false, planes(context.input.shape), context.workers)
    } else if x.base != y.base {
      y.copy(from: x)
    }
  }

  /// dx = dy / (1 - rate) in a channel that stayed, else 0.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    let (upstream, target) = (context.upstream[0].buffer, downstream.tensor.buffer)
    if context.phase == .training {
      dropPlanes(
        upstream, into: target, context.random, rate, accumulate: downstream.accumulates,
        planes(downstream.tensor.shape), context.workers)
    } else {
      S.scale(upstream, by: 1, into: target, accumulate: downstream.accumulates, workers: context.workers)
    }
  }

  /// Channels of all samples together.
  private func planes(_ shape: Shape) -> Int { shape[0] * (shape.rank > 1 ? shape[1] : 1) }
}

/// The mask is a function of the stream and a channel's number, so the backward pass draws it again.
@specialized(where S == Float)
@specialized(where S == Double)
private func dropPlanes<S: Scalar>(
  _ x: Buffer<S>, into y: Buffer<S>, _ random: RandomStream, _ rate: Double, accumulate: Bool, _ planes: Int,
  _ workers: WorkerPool
) {
  let pixels = x.count / max(1, planes)
  let factor = S(1 / (1 - rate))
  workers.run(count: planes, grain: max(1, 8192 / max(1, pixels))) { range in
    for plane in range {
      let (from, to) = (x.slice(from: plane * pixels, count: pixels), y.slice(from: plane * pixels, count: pixels))
      if random.uniform(UInt64(plane)) < rate {
        if !accumulate { to.fill(0) }
      } else if accumulate {
        for i in 0..<pixels { to[i] += factor * from[i] }
      } else {
        for i in 0..<pixels { to[i] = factor * from[i] }
      }
    }
  }
}
