import NNCore
import NNKernels

/// Concatenation of the inputs along a dimension.
public struct Concat: DeclaredLayer {
  /// The declaration of `<concat>`.
  public static let schema = ElementSchema(
    .layer, "concat", summary: "Puts its inputs one after the other along a dimension.",
    example: #"<concat from="left right" axis="channels"/>"#, attributes: [Axis.attribute], inputs: 1...Int.max)

  private let axis: Axis

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { axis = Axis(attributes) }

  /// The layer, along `channels`, `last`, or a dimension's number from 1.
  public init(axis: String = "channels") { self.axis = Axis(axis) }

  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }

  /// The inputs' shape, their sizes added up along the dimension. Throws an `ElementError` if the others differ.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let index = try axis.index(in: inputs[0], "concat")
    var sizes = inputs[0].dimensions
    for other in inputs.dropFirst() {
      var expected = inputs[0].dimensions
      if other.rank == inputs[0].rank { expected[index] = other[index] }
      guard other.dimensions == expected else {
        throw ElementError.shape(
          "<concat> needs inputs that differ only in dimension \(index + 1), but they are \(inputs[0]) and \(other)")
      }
      sizes[index] += other[index]
    }
    guard let output = Shape(sizes) else {
      throw ElementError.shape("<concat> would make more than \(Shape.maximumElementCount) elements")
    }
    return LayerPlan(
      outputs: [output], backwardNeeds: [], forwardOperations: output.elementCount,
      backwardOperations: output.elementCount)
  }

  /// Keeps the length, unless the dimension at hand counts the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try axis.kept(lengths, of: inputs[0], "concat")]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// The inputs one behind the other along the dimension.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let output = context.output
    guard let index = try? axis.index(in: output.shape.sample, "concat") else { return }
    let span = AxisSpan(output, axis: index)
    var start = 0
    for position in context.inputs.indices {
      let input = context.inputs[position]
      let rows = input.shape[index + 1]
      copyRows(
        input.buffer, sourceSize: rows, sourceStart: 0, into: output.buffer, targetSize: span.size, targetStart: start,
        rows: rows, inner: span.inner, outer: span.outer, accumulate: false,
        workers: context.workers)
      start += rows
    }
  }

  /// To each input its part of dy.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let upstream = context.upstream[0]
    guard let index = try? axis.index(in: upstream.shape.sample, "concat") else { return }
    let span = AxisSpan(upstream, axis: index)
    var start = 0
    for position in context.downstream.indices {
      let slot = context.downstream[position]
      let rows = slot.tensor.shape[index + 1]
      if slot.isWanted {
        copyRows(
          upstream.buffer, sourceSize: span.size, sourceStart: start, into: slot.tensor.buffer, targetSize: rows,
          targetStart: 0, rows: rows, inner: span.inner, outer: span.outer, accumulate: slot.accumulates,
          workers: context.workers)
      }
      start += rows
    }
  }
}
