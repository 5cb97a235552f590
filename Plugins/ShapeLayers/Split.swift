import NNCore
import NNKernels

/// Split of the input along a dimension: a layer with several outputs.
public struct Split: DeclaredLayer {
  /// The declaration of `<split>` among layers.
  public static let schema = ElementSchema(
    .layer, "split",
    summary: "Cuts its input into parts along a dimension; the second part of 'halves' is read as halves.2, and so on.",
    example: #"<split name="halves" parts="2"/>"#,
    attributes: [
      .optional("parts", .integer(1...1000), "Into how many equal parts; needed unless sizes are given."),
      .optional("sizes", .integers(1...Shape.maximumElementCount), "The size of each part."), Axis.attribute,
    ])

  /// The number of equal parts.
  public let parts: Int?
  /// The size of each part, if they are not equal.
  public let sizes: [Int]?
  private let axis: Axis

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    parts = attributes.has("parts") ? attributes.integer("parts") : nil
    sizes = attributes.has("sizes") ? attributes.integers("sizes") : nil
    axis = Axis(attributes)
    guard (parts == nil) != (sizes == nil) else {
      throw ElementError(
        code: "exclusive-attributes", "<split> needs either 'parts' or 'sizes'",
        attribute: parts == nil ? nil : "parts")
    }
  }

  /// Into equal parts, along `channels`, `last`, or a dimension's number from 1.
  public init(parts: Int, axis: String = "channels") {
    self.parts = parts
    sizes = nil
    self.axis = Axis(axis)
  }

  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }

  /// An output for each part. Throws an `ElementError` for parts that do not add up to the input's size.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let input = inputs[0]
    let index = try axis.index(in: input, "split")
    let total = input[index]
    let lengths: [Int]
    if let sizes {
      lengths = sizes
      guard sizes.reduce(0, +) == total else {
        throw ElementError.shape(
          "the sizes of <split> add up to \(sizes.reduce(0, +)), but dimension \(index + 1) of \(input) is \(total)")
      }
    } else {
      let parts = parts ?? 1
      guard total % parts == 0 else {
        throw ElementError.shape("<split> cannot cut dimension \(index + 1) of \(input) into \(parts) equal parts")
      }
      lengths = Array(repeating: total / parts, count: parts)
    }
    let outputs = lengths.compactMap { length -> Shape? in
      var sizes = input.dimensions
      sizes[index] = length
      return Shape(sizes)
    }
    return LayerPlan(
      outputs: outputs, backwardNeeds: [], forwardOperations: input.elementCount,
      backwardOperations: input.elementCount)
  }

  /// Keeps the length in every part, unless it is cut along the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    let kept = try axis.kept(lengths, of: inputs[0], "split")
    return [SequenceLength?](repeating: kept, count: sizes?.count ?? parts ?? 1)
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// The parts along the dimension, in order.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    guard let index = try? axis.index(in: context.input.shape.sample, "split") else { return }
    let span = AxisSpan(context.input, axis: index)
    var start = 0
    for position in context.outputs.indices {
      let output = context.outputs[position]
      let rows = output.shape[index + 1]
      copyRows(
        context.input.buffer, sourceSize: span.size, sourceStart: start, into: output.buffer, targetSize: rows,
        targetStart: 0, rows: rows, inner: span.inner, outer: span.outer, accumulate: false,
        workers: context.workers)
      start += rows
    }
  }

  /// The parts' gradients, one behind the other.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted, let index = try? axis.index(in: slot.tensor.shape.sample, "split") else { return }
    let span = AxisSpan(slot.tensor, axis: index)
    var start = 0
    for position in context.upstream.indices {
      let upstream = context.upstream[position]
      let rows = upstream.shape[index + 1]
      copyRows(
        upstream.buffer, sourceSize: rows, sourceStart: 0, into: slot.tensor.buffer, targetSize: span.size,
        targetStart: start, rows: rows, inner: span.inner, outer: span.outer, accumulate: slot.accumulates,
        workers: context.workers)
      start += rows
    }
  }
}
