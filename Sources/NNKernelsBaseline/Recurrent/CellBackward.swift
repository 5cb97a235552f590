import NNKernelsCommon

/// Backpropagation through a cell's functions, unit by unit, for one sequence and step.
struct CellBackward: LaneLoop {
  let cell: RecurrentCell
  let units: Int
  /// The gates' values, `units` apart, which their gradients (before the functions) replace.
  let gates: UnsafeMutablePointer<Float>
  /// c after and before the step; nothing before the first.
  let cells: UnsafePointer<Float>
  let cellsBefore: UnsafePointer<Float>?
  /// h before the step.
  let before: UnsafePointer<Float>
  /// The gradient of h after the step, from the steps that follow; then what is not a product of that before it.
  let hidden: UnsafeMutablePointer<Float>
  /// The gradient of c, from the steps that follow; then that of c before the step.
  let cellGradients: UnsafeMutablePointer<Float>
  /// The gradient of the output, if h is one at this step.
  let upstream: UnsafePointer<Float>?

  @inline(__always)
  func step<L: Lanes>(_ unit: Int, _ lanes: L) {
    var gradient = lanes.load(hidden + unit)
    if let upstream { gradient += lanes.load(upstream + unit) }
    switch cell {
    case .rnn:
      let h = value(0, unit, lanes)
      put(gradient * (1 - h * h), 0, unit, lanes)
    case .lstm: lstm(gradient, unit, lanes)
    case .gru: gru(gradient, unit, lanes)
    }
  }

  @inline(__always)
  private func lstm<L: Lanes>(_ gradient: Vector, _ unit: Int, _ lanes: L) {
    let (i, f) = (value(0, unit, lanes), value(1, unit, lanes))
    let (g, o) = (value(2, unit, lanes), value(3, unit, lanes))
    let t = gateTanh(lanes.load(cells + unit))
    let before = cellsBefore.map { lanes.load($0 + unit) } ?? .zero
    let total = multiplyAdd(gradient * o, 1 - t * t, lanes.load(cellGradients + unit))
    put(total * g * (i * (1 - i)), 0, unit, lanes)
    put(total * before * (f * (1 - f)), 1, unit, lanes)
    put(total * i * (1 - g * g), 2, unit, lanes)
    put(gradient * t * (o * (1 - o)), 3, unit, lanes)
    lanes.store(total * f, cellGradients + unit)
  }

  @inline(__always)
  private func gru<L: Lanes>(_ gradient: Vector, _ unit: Int, _ lanes: L) {
    let (r, z) = (value(0, unit, lanes), value(1, unit, lanes))
    let (n, product) = (value(2, unit, lanes), value(3, unit, lanes))
    let new = gradient * (1 - z) * (1 - n * n)
    put(new * product * (r * (1 - r)), 0, unit, lanes)
    put(gradient * (lanes.load(before + unit) - n) * (z * (1 - z)), 1, unit, lanes)
    put(new, 2, unit, lanes)
    put(new * r, 3, unit, lanes)
    lanes.store(gradient * z, hidden + unit)
  }

  @inline(__always)
  private func value<L: Lanes>(_ gate: Int, _ unit: Int, _ lanes: L) -> Vector {
    lanes.load(gates + (gate * units + unit))
  }

  @inline(__always)
  private func put<L: Lanes>(_ value: Vector, _ gate: Int, _ unit: Int, _ lanes: L) {
    lanes.store(value, gates + (gate * units + unit))
  }
}
