import NNCore
import NNKernels

/// A dimension of a sample, as a model file names it: `channels` is the first, `last` the last, a number counts from 1.
struct Axis: Sendable, Hashable {
  static let attribute = AttributeSchema.optional(
    "axis", .choice(["channels", "last", "1", "2", "3", "4", "5", "6", "7"]), default: .text("channels"),
    "The dimension: channels (the first), last, or its number from 1, the batch not counted.")

  private let word: String

  init(_ word: String) { self.word = word }

  init(_ attributes: Attributes) { word = attributes.text("axis") }

  /// The dimension's index from 0 in a sample's shape.
  func index(in shape: Shape, _ element: String) throws -> Int {
    let index: Int
    switch word {
    case "channels": index = 0
    case "last": index = shape.rank - 1
    default: index = (Int(word) ?? 1) - 1
    }
    guard index >= 0, index < shape.rank else {
      throw ElementError(
        code: "shape-mismatch", "<\(element)> works along dimension \(word), but its input has the shape \(shape)",
        attribute: "axis")
    }
    return index
  }

  /// The length that all inputs have. Throws an `ElementError` if it is not the same, or is counted along this dimension.
  func kept(_ lengths: [SequenceLength?], of shape: Shape, _ element: String) throws -> SequenceLength {
    let index = try index(in: shape, element)
    return try SequenceLength.kept(lengths, by: element, across: index..<(index + 1))
  }
}

/// A shape seen from one dimension: [outer, size, inner] in row-major order.
struct AxisSpan {
  var outer: Int
  var size: Int
  var inner: Int

  /// The span of dimension `axis` of one sample, the batch counted into `outer`.
  init<S: Scalar>(_ tensor: Tensor<S>, axis: Int) {
    size = tensor.shape[axis + 1]
    inner = 1
    for later in (axis + 2)..<max(axis + 2, tensor.shape.rank) { inner *= tensor.shape[later] }
    outer = tensor.count / max(1, size * inner)
  }
}

/// A copy of `rows` rows of each outer block between arrays whose blocks may differ in size.
func copyRows<S: Scalar>(
  _ source: Buffer<S>, sourceSize: Int, sourceStart: Int, into target: Buffer<S>, targetSize: Int, targetStart: Int,
  rows: Int, inner: Int, outer: Int, accumulate: Bool, workers: WorkerPool
) {
  var move = StridedMove(xStart: sourceStart * inner, yStart: targetStart * inner)
  move.append(outer, x: sourceSize * inner, y: targetSize * inner)
  move.append(rows * inner, x: 1, y: 1)
  move(source, into: target, accumulate: accumulate, workers: workers)
}
