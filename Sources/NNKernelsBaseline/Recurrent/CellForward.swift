import NNKernelsCommon

/// The rest of a step for a tile of sequences and a panel of units, from the sums of the gate products, which are in the
/// first-level cache.
struct CellForward {
  /// The sums of gate g for row i: at sums + sumOffsets[g] + i sumStride.
  var sums: UnsafePointer<Float>
  var sumStride: Int
  var sumOffsets: SIMD4<Int>
  /// The biases of the gates from the panel's first unit on, `biasStride` apart.
  var bias: UnsafePointer<Float>
  var biasStride: Int
  /// c of the tile's first row from the panel's first unit on; rows are `cellStride` apart.
  var cells: UnsafeMutablePointer<Float>
  var cellStride: Int
  /// h before and after the step, likewise; the rows of h after the step end with `nextRows`.
  var before: UnsafePointer<Float>
  var next: UnsafeMutablePointer<Float>
  var hiddenStride: Int
  var nextRows: Int
  /// Where the gates' values and c are saved, if they are: the gates are `units` apart, rows `gateStride`.
  var gates: UnsafeMutablePointer<Float>?
  var gateStride: Int
  var savedCells: UnsafeMutablePointer<Float>?
  var units: Int

  /// h after the step of row `row`, from unit `unit` of the panel on, of an LSTM.
  @inline(__always)
  func lstm<L: Lanes>(_ row: Int, _ unit: Int, _ lanes: L) -> Vector {
    let i = gateSigmoid(sum(0, row, unit))
    let f = gateSigmoid(sum(1, row, unit))
    let g = gateTanh(sum(2, row, unit))
    let o = gateSigmoid(sum(3, row, unit))
    let place = cells + (row * cellStride + unit)
    let c = multiplyAdd(f, loadVector(place), i * g)
    storeVector(c, place)
    save(i, 0, row, unit, lanes)
    save(f, 1, row, unit, lanes)
    save(g, 2, row, unit, lanes)
    save(o, 3, row, unit, lanes)
    if let savedCells { lanes.store(c, savedCells + (row * units + unit)) }
    return o * gateTanh(c)
  }

  /// The same of a GRU.
  @inline(__always)
  func gru<L: Lanes>(_ row: Int, _ unit: Int, _ lanes: L) -> Vector {
    let r = gateSigmoid(sum(0, row, unit))
    let z = gateSigmoid(sum(1, row, unit))
    let product = sum(3, row, unit)
    let n = gateTanh(multiplyAdd(r, product, sum(2, row, unit)))
    save(r, 0, row, unit, lanes)
    save(z, 1, row, unit, lanes)
    save(n, 2, row, unit, lanes)
    save(product, 3, row, unit, lanes)
    return multiplyAdd(z, lanes.load(before + (row * hiddenStride + unit)), (1 - z) * n)
  }

  /// The same of a plain cell.
  @inline(__always)
  func rnn<L: Lanes>(_ row: Int, _ unit: Int, _ lanes: L) -> Vector {
    let h = gateTanh(sum(0, row, unit))
    save(h, 0, row, unit, lanes)
    return h
  }

  @inline(__always)
  private func sum(_ gate: Int, _ row: Int, _ unit: Int) -> Vector {
    loadVector(sums + (sumOffsets[gate] + row * sumStride + unit)) + loadVector(bias + (gate * biasStride + unit))
  }

  @inline(__always)
  private func save<L: Lanes>(_ value: Vector, _ gate: Int, _ row: Int, _ unit: Int, _ lanes: L) {
    if let gates { lanes.store(value, gates + (row * gateStride + gate * units + unit)) }
  }

  /// Computes `rows` rows of `valid` units; `output` gives the address of a row's first unit in the output, if the row has
  /// one at this step.
  @inline(__always)
  func run(
    _ cell: RecurrentCell, rows: Int, valid: Int, output: (_ row: Int) -> UnsafeMutablePointer<Float>?
  ) {
    for row in 0..<rows {
      let target = output(row)
      var unit = 0
      while unit + Vector.scalarCount <= valid {
        step(cell, row, unit, AllLanes(), target)
        unit += Vector.scalarCount
      }
      if unit < valid { step(cell, row, unit, FirstLanes(count: valid - unit), target) }
    }
  }

  @inline(__always)
  private func step<L: Lanes>(
    _ cell: RecurrentCell, _ row: Int, _ unit: Int, _ lanes: L, _ target: UnsafeMutablePointer<Float>?
  ) {
    let h: Vector
    switch cell {
    case .rnn: h = rnn(row, unit, lanes)
    case .lstm: h = lstm(row, unit, lanes)
    case .gru: h = gru(row, unit, lanes)
    }
    if row < nextRows { lanes.store(h, next + (row * hiddenStride + unit)) }
    if let target { lanes.store(h, target + unit) }
  }
}
