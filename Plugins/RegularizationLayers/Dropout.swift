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
      .optional(
        "rate", .number(.unitBelowOne), default: .number(0.5),
        "The share of inputs that is set to 0, rounded to multiples of 2^-16.")
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

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// In training y = x / (1 - rate) with probability 1 - rate, else 0; in prediction y = x.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (x, y) = (context.input.buffer, context.output.buffer)
    if context.phase == .training {
      S.drop(x, into: y, rate: rate, context.random, accumulate: false, workers: context.workers)
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
    S.drop(
      context.upstream[0].buffer, into: downstream.tensor.buffer, rate: rate, context.random,
      accumulate: downstream.accumulates, workers: context.workers)
  }
}
