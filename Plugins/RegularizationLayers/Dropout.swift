import NNCore
import NNKernels

/// Inverted dropout: in training, drops each input with probability rate and scales the others by 1 / (1 - rate).
public struct Dropout: DeclaredLayer {
  /// The declaration of `<dropout>`.
  public static let schema = ElementSchema(
    .layer, "dropout", summary: "In training, sets a random part of its inputs to 0; in prediction, does nothing.",
    formula: "y = x / (1 - rate) with probability 1 - rate, else 0", reference: "Srivastava et al. 2014",
    example: #"<dropout rate="0.5"/>"#,
    attributes: [
      .optional("rate", .number(.unitBelowOne), default: .number(0.5), "The share of inputs that is set to 0.")
    ])

  /// The probability that an input is dropped.
  public let rate: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { rate = attributes.number("rate") }

  /// The layer.
  public init(rate: Double = 0.5) { self.rate = rate }

  /// States that it copies when predicting, and draws random numbers in training.
  public var facts: LayerFacts { LayerFacts(copiesWhenPredicting: true, comparison: .random) }

  /// One output of the input's shape.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [inputs[0]], backwardNeeds: [], runsInPlace: true, forwardOperations: inputs[0].elementCount,
      backwardOperations: inputs[0].elementCount)
  }

  /// Computes each step by itself: the output has the input's length.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name)]
  }

  /// In training y = x / (1 - rate) with probability 1 - rate, else 0; in prediction y = x.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (x, y) = (context.input.buffer, context.output.buffer)
    if context.phase == .training {
      drop(x, into: y, rate, context.random, accumulate: false, context.workers)
    } else if x.base != y.base {
      y.copy(from: x)
    }
  }

  /// dx = dy / (1 - rate) where the element stayed, else 0.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    guard context.phase == .training else {
      S.scale(
        context.upstream[0].buffer, by: 1, into: downstream.tensor.buffer, accumulate: downstream.accumulates,
        workers: context.workers)
      return
    }
    drop(
      context.upstream[0].buffer, into: downstream.tensor.buffer, rate, context.random,
      accumulate: downstream.accumulates, context.workers)
  }
}

/// Elements whose mask one random block holds.
private let blockSize = 4

/// The mask is a function of the stream and an element's index (a counter-based generator): the backward pass
/// recomputes it instead of saving it, and every thread computes the same.
@specialized(where S == Float)
@specialized(where S == Double)
private func drop<S: Scalar>(
  _ x: Buffer<S>, into y: Buffer<S>, _ rate: Double, _ random: RandomStream, accumulate: Bool, _ workers: WorkerPool
) {
  let limit = UInt32(rate * 0x1p32)
  let scale = S(1 / (1 - rate))
  let blocks = (x.count + blockSize - 1) / blockSize
  workers.run(count: blocks, grain: 1024) { range in
    for block in range {
      let words = random.block(UInt64(block))
      let start = block * blockSize
      for i in start..<min(x.count, start + blockSize) {
        let value = words[i - start] < limit ? 0 : x[i] * scale
        y[i] = accumulate ? y[i] + value : value
      }
    }
  }
}
