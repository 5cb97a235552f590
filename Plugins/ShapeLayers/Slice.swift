import NNCore
import NNKernels

/// Slice: a contiguous range of its input along a dimension.
public struct Slice: DeclaredLayer {
  /// The declaration of `<slice>`.
  public static let schema = ElementSchema(
    .layer, "slice", summary: "Takes a stretch of its input along a dimension.",
    example: #"<slice start="0" length="1"/>"#,
    attributes: [
      .optional("start", .integer(0...Shape.maximumElementCount), default: .integer(0), "Where it begins, from 0."),
      .required("length", .integer(1...Shape.maximumElementCount), "How much it takes."), Axis.attribute,
    ])

  /// The first index.
  public let start: Int
  /// The length of the range.
  public let length: Int
  private let axis: Axis

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    start = attributes.integer("start")
    length = attributes.integer("length")
    axis = Axis(attributes)
  }

  /// The layer, along `channels`, `last`, or a dimension's number from 1.
  public init(start: Int, length: Int, axis: String = "channels") {
    self.start = start
    self.length = length
    self.axis = Axis(axis)
  }

  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }

  /// The input's shape with `length` along the dimension. Throws an `ElementError` for a part that lies outside.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let index = try axis.index(in: inputs[0], "slice")
    var sizes = inputs[0].dimensions
    guard start + length <= sizes[index] else {
      throw ElementError.shape(
        "<slice> takes \(start) to \(start + length - 1), but dimension \(index + 1) of \(inputs[0]) ends at "
          + "\(sizes[index] - 1)")
    }
    sizes[index] = length
    guard let output = Shape(sizes) else { throw ElementError.shape("<slice> makes no shape") }
    return LayerPlan(
      outputs: [output], backwardNeeds: [], forwardOperations: output.elementCount,
      backwardOperations: inputs[0].elementCount)
  }

  /// Keeps the length, unless the dimension at hand counts the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try axis.kept(lengths, of: inputs[0], "slice")]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// The elements start ..< start + length along the dimension.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    guard let index = try? axis.index(in: context.input.shape.sample, "slice") else { return }
    let span = AxisSpan(context.input, axis: index)
    copyRows(
      context.input.buffer, sourceSize: span.size, sourceStart: start, into: context.output.buffer,
      targetSize: length, targetStart: 0, rows: length, inner: span.inner, outer: span.outer, accumulate: false,
      workers: context.workers)
  }

  /// dx = dy within the part, else 0.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted, let index = try? axis.index(in: slot.tensor.shape.sample, "slice") else { return }
    let span = AxisSpan(slot.tensor, axis: index)
    let part = RowPlacement(plane: span.size * span.inner, rows: 1, run: length * span.inner, stride: 0)
    let (upstream, target, offset) = (context.upstream[0].buffer, slot.tensor.buffer, start * span.inner)
    if slot.accumulates {
      part.add(upstream, into: target, workers: context.workers) { _ in offset }
    } else {
      part.place(upstream, into: target, filler: 0, workers: context.workers) { _ in offset }
    }
  }
}
