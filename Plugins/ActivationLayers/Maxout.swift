import NNCore
import NNKernels

/// Maxout: the maximum over groups of adjacent inputs; behind a dense layer, a learned convex function.
public struct Maxout: DeclaredLayer {
  /// The declaration of `<maxout>`.
  public static let schema = ElementSchema(
    .layer, "maxout",
    summary: "The largest of several neighbouring inputs; with a dense layer before it, a learned function.",
    formula: "y_i = max of x_(i p) ... x_(i p + p - 1), p being the pieces; the gradient goes to the largest",
    reference: "Goodfellow et al. 2013", example: #"<maxout pieces="2"/>"#,
    attributes: [
      .optional(
        "pieces", .integer(1...Shape.maximumElementCount), default: .integer(2),
        "How many neighbouring inputs make one output.")
    ])

  /// The pieces: inputs per output.
  public let pieces: Int

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { pieces = attributes.integer("pieces") }

  /// The layer.
  public init(pieces: Int = 2) { self.pieces = pieces }

  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }

  /// Channels / pieces, then the input's other sizes. Throws an `ElementError` unless the channels can be cut so.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let input = inputs[0]
    guard input.rank > 0, input[0] % pieces == 0, let output = Shape([input[0] / pieces] + input.dimensions.dropFirst())
    else {
      throw ElementError.shape(
        "<maxout> needs a first dimension that \(pieces) divides, but its input has the shape \(input)",
        remedy: "give the layer before it a multiple of \(pieces) units")
    }
    return LayerPlan(
      outputs: [output], savedPerSample: output.elementCount, backwardNeeds: [],
      forwardOperations: input.elementCount, backwardOperations: input.elementCount)
  }

  /// Computes each step by itself, unless the first dimension, which it makes smaller, counts the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name, across: 0..<1)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y_i = max of x_(i p) ... x_(i p + p - 1); the places of the largest are saved.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.maxPool(
      pooling(context.output.shape.sample), batch: context.batch, context.input.buffer, into: context.output.buffer,
      positions: context.saved, workers: context.workers)
  }

  /// dx = dy at the largest of each group, else 0.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    S.maxPoolBackward(
      pooling(context.upstream[0].shape.sample), batch: context.batch, positions: context.saved,
      upstream: context.upstream[0].buffer, downstream: downstream.tensor.buffer, accumulate: downstream.accumulates,
      workers: context.workers)
  }

  /// The pooling of an image that it is: of a row, or of the rows that are the channels.
  private func pooling(_ output: Shape) -> Pooling {
    let span = output.elementCount / output[0]
    return span == 1
      ? Pooling(
        channels: 1, input: Extent(1, output[0] * pieces), kernel: Extent(1, pieces), stride: Extent(1, pieces))
      : Pooling(
        channels: 1, input: Extent(output[0] * pieces, span), kernel: Extent(pieces, 1), stride: Extent(pieces, 1))
  }
}
