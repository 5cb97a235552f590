import NNCore

/// Broadcasting, as in NumPy: sizes are compared from the last dimension on, and an array whose size is 1, or which
/// lacks the dimension, is repeated along it. The batch is never broadcast.
struct Broadcast {
  private var sizes = SIMD8<Int>(repeating: 1)
  private var steps = SIMD8<Int>(repeating: 0)
  private var rank: Int
  /// Whether both arrays have the same elements in the same order.
  let isIdentity: Bool

  /// From a tensor's shape to that of the result; the batch is the first dimension of both.
  init(_ input: Shape, to output: Shape) {
    isIdentity = input.elementCount == output.elementCount
    rank = output.rank
    for axis in 0..<output.rank { sizes[axis] = output[axis] }
    var step = 1
    var axis = output.rank - 1
    var own = input.rank - 1
    while own >= 1, axis >= 1 {
      if input[own] > 1 { steps[axis] = step }
      step *= input[own]
      own -= 1
      axis -= 1
    }
    steps[0] = step
  }

  /// The index of the element that the result's element `index` reads.
  @inline(__always)
  func callAsFunction(_ index: Int) -> Int {
    if isIdentity { return index }
    var rest = index
    var place = 0
    var axis = rank - 1
    while axis >= 0 {
      let next = rest / sizes[axis]
      place += (rest - next * sizes[axis]) * steps[axis]
      rest = next
      axis -= 1
    }
    return place
  }

  /// The length of the result. Throws an `ElementError` if inputs that have steps have different lengths, or if an
  /// operation that is not defined at 0 would take padding into the gradient of an input that has no steps.
  static func length(
    _ lengths: [SequenceLength?], _ inputs: [Shape], _ combination: BroadcastingBinary, _ element: String
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
