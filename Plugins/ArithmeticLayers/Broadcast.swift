import NNCore
import NNKernels

/// Broadcasting, as in NumPy: sizes are compared from the last dimension on, and an array whose size is 1, or which
/// lacks the dimension, is repeated along it. The batch is never broadcast.
struct Broadcast {
  /// The move of an input to all places of the result that read it; reversed, what it sums.
  let move: StridedMove

  /// From a tensor's shape to that of the result; the batch is the first dimension of both.
  init(_ input: Shape, to output: Shape) {
    var strides = SIMD8<Int>(repeating: 0)
    var stride = 1
    for fromEnd in 1..<max(1, min(input.rank, output.rank)) {
      let size = input[input.rank - fromEnd]
      if size > 1 { strides[output.rank - fromEnd] = stride }
      stride *= size
    }
    strides[0] = stride
    var move = StridedMove()
    var outputStride = output.elementCount
    for axis in 0..<output.rank {
      outputStride /= output[axis]
      move.append(output[axis], x: strides[axis], y: outputStride)
    }
    self.move = move
  }

  /// The length of the result. Throws an `ElementError` if inputs that have steps have different lengths, or if an
  /// operation that is not defined at 0 would take padding into the gradient of an input that has no steps.
  static func length(
    _ lengths: [SequenceLength?], _ inputs: [Shape], _ combination: ElementOperation, _ element: String
  ) throws -> SequenceLength? {
    let rank = inputs.map(\.rank).max() ?? 0
    var found: SequenceLength?
    for case (let length?, let input) in zip(lengths, inputs) {
      let moved = length.moved(to: length.axis + rank - input.rank)
      guard found == nil || found == moved else { throw ElementError.lengths(element) }
      found = moved
    }
    guard let found else { return nil }
    for (position, (length, input)) in zip(lengths, inputs).enumerated() where length == nil {
      let axis = found.axis - (rank - input.rank)
      guard axis < 0 || input[axis] == 1 else { throw ElementError.lengths(element) }
      guard combination != .power, combination != .divide || position == 1 else {
        throw ElementError.length(
          element, remedy: "let both inputs have steps, or take length=\"varying\" away from <input>")
      }
    }
    return found
  }

  /// The broadcast shape of several samples' shapes. Throws an `ElementError` that names two shapes that do not fit.
  static func shape(_ inputs: [Shape], _ element: String) throws -> Shape {
    var result = inputs[0]
    for input in inputs.dropFirst() {
      let rank = max(result.rank, input.rank)
      var sizes: [Int] = []
      for fromEnd in stride(from: rank, to: 0, by: -1) {
        let one = fromEnd <= result.rank ? result[result.rank - fromEnd] : 1
        let other = fromEnd <= input.rank ? input[input.rank - fromEnd] : 1
        guard one == other || one == 1 || other == 1 else {
          throw ElementError.shape(
            "<\(element)> cannot put the shapes \(result) and \(input) together",
            remedy: "sizes must be equal, or 1, counted from the last dimension")
        }
        sizes.append(max(one, other))
      }
      guard let wider = Shape(sizes) else {
        throw ElementError.shape("<\(element)> would make more than \(Shape.maximumElementCount) elements")
      }
      result = wider
    }
    return result
  }
}
