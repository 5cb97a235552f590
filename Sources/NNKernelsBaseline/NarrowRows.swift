import NNKernelsCommon

/// Softmax of rows that are no longer than a vector: as many rows as a vector has lanes at once, one in each lane, so
/// that no lane is idle and nothing is added across lanes.
///
/// Operations: some 20 per element, and two turns of a square for the rows of a vector. A row's bits do not depend on
/// the rows beside it.
struct NarrowRows {
  let columns: Int
  let rows: Int
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>

  /// Rows that are computed at once.
  static var groupSize: Int { Vector.scalarCount }
  /// Scalars of memory for one group: zeros, a square, and two vectors of results.
  static var memoryCount: Int { (Vector.scalarCount + 3) * Vector.scalarCount }

  /// Whether rows of this length are computed so.
  static func suits(_ columns: Int) -> Bool { columns > 0 && columns <= Vector.scalarCount }

  /// Computes the rows of group `index`. Each row's maximum and its sum of exponentials are then where `results` says.
  ///
  /// - Parameter memory: `memoryCount` scalars.
  @inline(__always)
  func compute(_ index: Int, _ memory: UnsafeMutablePointer<Float>) -> Range<Int> {
    let lanes = Vector.scalarCount
    let group = (index * lanes)..<min(rows, (index + 1) * lanes)
    let (zeros, square) = (UnsafePointer(memory), memory + lanes)
    storeVector(.zero, memory)
    load(group, zeros, square)
    var top = loadVector(square)
    for column in 1..<columns {
      let value = loadVector(square + column * lanes)
      top = top.replacing(with: value, where: value .> top)
    }
    var total = Vector.zero
    for column in 0..<columns {
      let value = vectorExp(loadVector(square + column * lanes) - top)
      storeVector(value, square + column * lanes)
      total += value
    }
    for column in 0..<columns {
      storeVector(loadVector(square + column * lanes) / total, square + column * lanes)
    }
    storeVector(top, square + lanes * lanes)
    storeVector(total, square + (lanes + 1) * lanes)
    forEachColumn(zeros: zeros, of: { UnsafePointer(square) + $0 * lanes }) { row, values in
      guard row < group.count else { return }
      let target = y + (group.lowerBound + row) * columns
      if columns == lanes { storeVector(values, target) } else { storeVector(values, target, count: columns) }
    }
    return group
  }

  /// The maxima, and behind them the sums, of the group computed last.
  @inline(__always)
  func results(_ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    UnsafePointer(memory + (Vector.scalarCount + 1) * Vector.scalarCount)
  }

  /// Turns the rows of a group into columns. Rows are read as if they were a vector long, where that stays inside of
  /// the array.
  @inline(__always)
  private func load(_ group: Range<Int>, _ zeros: UnsafePointer<Float>, _ square: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    var (source, step) = (x + group.lowerBound * columns, columns)
    if (group.lowerBound + lanes - 1) * columns + lanes > rows * columns {
      for row in 0..<group.count { copyPixels(source + row * columns, square + row * lanes, columns) }
      (source, step) = (UnsafePointer(square), lanes)
    }
    // A square may be turned in its own place: all of it is read before anything is written.
    forEachColumn(zeros: zeros, of: { source + $0 * step }) { column, values in
      storeVector(values, square + column * Vector.scalarCount)
    }
  }
}
