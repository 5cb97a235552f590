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
    let output = context.output
    maxoutForward(
      context.input.buffer, into: output.buffer, choices: context.saved, pieces: pieces,
      span: output.shape.rank > 2 ? output.shape.sample.sampleSpan : 1)
  }

  /// dx = dy at the largest of each group, else 0.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    let output = context.upstream[0]
    maxoutBackward(
      output.buffer, choices: context.saved, downstream, pieces: pieces,
      span: output.shape.rank > 2 ? output.shape.sample.sampleSpan : 1)
  }
}

extension Shape {
  /// Elements per index of the first dimension.
  fileprivate var sampleSpan: Int { elementCount / self[0] }
}

/// Rows of `span` elements; `pieces` rows make one.
@specialized(where S == Float)
@specialized(where S == Double)
private func maxoutForward<S: Scalar>(
  _ x: Buffer<S>, into y: Buffer<S>, choices: Buffer<S>, pieces: Int, span: Int
) {
  for i in 0..<y.count {
    let first = i / span * span * pieces + i % span
    var best = 0
    for piece in 1..<max(1, pieces) {
      let candidate = x[first + piece * span]
      // NaN propagates.
      if candidate > x[first + best * span] || candidate.isNaN { best = piece }
    }
    y[i] = x[first + best * span]
    if choices.count > 0 { choices[i] = S(best) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func maxoutBackward<S: Scalar>(
  _ upstream: Buffer<S>, choices: Buffer<S>, _ downstream: GradientSlot<S>, pieces: Int, span: Int
) {
  if !downstream.accumulates { downstream.tensor.buffer.fill(0) }
  for i in 0..<upstream.count {
    downstream.tensor.buffer[i / span * span * pieces + i % span + Int(choices[i]) * span] += upstream[i]
  }
}
