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

  /// Memory for one group: zeros, a square, and each row's maximum and sum of exponentials.
  struct Memory {
    let zeros: UnsafePointer<Float>
    let square: UnsafeMutablePointer<Float>
    let results: UnsafeMutablePointer<Float>
  }

  /// Calls `body` with memory on the stack, where three pieces of at most 1,024 bytes have room.
  @inline(__always)
  static func withMemory(_ body: (Memory) -> Void) {
    let lanes = Vector.scalarCount
    withZeros { zeros in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes * lanes) { square in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * lanes) { results in
          guard let square = square.baseAddress, let results = results.baseAddress else { return }
          body(Memory(zeros: zeros, square: square, results: results))
        }
      }
    }
  }

  /// Whether rows of this length are computed so.
  static func suits(_ columns: Int) -> Bool { columns > 0 && columns <= Vector.scalarCount }

  /// Computes the rows of group `index`, and returns which they are. Their maxima and, behind them, their sums of
  /// exponentials are then among the results.
  @inline(__always)
  func compute(_ index: Int, _ memory: Memory) -> Range<Int> {
    let lanes = Vector.scalarCount
    let group = (index * lanes)..<min(rows, (index + 1) * lanes)
    let (zeros, square) = (memory.zeros, memory.square)
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
    storeVector(top, memory.results)
    storeVector(total, memory.results + lanes)
    forEachColumn(zeros: zeros, of: { UnsafePointer(square) + $0 * lanes }) { row, values in
      guard row < group.count else { return }
      let target = y + (group.lowerBound + row) * columns
      if columns == lanes { storeVector(values, target) } else { storeVector(values, target, count: columns) }
    }
    return group
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
