import NNKernelsCommon

/// Softmax of rows of at most n elements, n = `Vector.scalarCount`, vectorised across rows: a group of n rows is
/// transposed, so that each lane holds one row. No lane is idle and there are no horizontal sums.
///
/// Operations: some 20 per element, and two n x n transposes per group. A row's bits do not depend on the other rows of
/// its group.
struct NarrowRows {
  let columns: Int
  let rows: Int
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>

  /// Rows of a group.
  static var groupSize: Int { Vector.scalarCount }

  /// Memory for one group of n rows.
  struct Memory {
    /// n zeros, for `forEachColumn`.
    let zeros: UnsafePointer<Float>
    /// An n x n block.
    let block: UnsafeMutablePointer<Float>
    /// The rows' maxima, then their sums of exponentials.
    let results: UnsafeMutablePointer<Float>
  }

  /// Calls `body` with memory on the stack, at most 1,024 bytes for the block.
  @inline(__always)
  static func withMemory(_ body: (Memory) -> Void) {
    let lanes = Vector.scalarCount
    withZeros { zeros in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes * lanes) { block in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * lanes) { results in
          guard let block = block.baseAddress, let results = results.baseAddress else { return }
          body(Memory(zeros: zeros, block: block, results: results))
        }
      }
    }
  }

  /// Whether rows of this length are computed by this method.
  static func suits(_ columns: Int) -> Bool { columns > 0 && columns <= Vector.scalarCount }

  /// Computes the rows of group `index` and returns their range; their maxima and sums are then in `memory.results`.
  @inline(__always)
  func compute(_ index: Int, _ memory: Memory) -> Range<Int> {
    let lanes = Vector.scalarCount
    let group = (index * lanes)..<min(rows, (index + 1) * lanes)
    let (zeros, block) = (memory.zeros, memory.block)
    load(group, zeros, block)
    var top = loadVector(block)
    for column in 1..<columns {
      let value = loadVector(block + column * lanes)
      top = top.replacing(with: value, where: value .> top)
    }
    var total = Vector.zero
    for column in 0..<columns {
      let value = vectorExp(loadVector(block + column * lanes) - top)
      storeVector(value, block + column * lanes)
      total += value
    }
    for column in 0..<columns {
      storeVector(loadVector(block + column * lanes) / total, block + column * lanes)
    }
    storeVector(top, memory.results)
    storeVector(total, memory.results + lanes)
    forEachColumn(zeros: zeros, of: { UnsafePointer(block) + $0 * lanes }) { row, values in
      guard row < group.count else { return }
      let target = y + (group.lowerBound + row) * columns
      if columns == lanes { storeVector(values, target) } else { storeVector(values, target, count: columns) }
    }
    return group
  }

  /// Loads a group transposed. Rows are loaded as whole vectors where that does not read past the end of the array; the
  /// last rows are copied to the block first.
  @inline(__always)
  private func load(_ group: Range<Int>, _ zeros: UnsafePointer<Float>, _ block: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    var (source, step) = (x + group.lowerBound * columns, columns)
    if (group.lowerBound + lanes - 1) * columns + lanes > rows * columns {
      for row in 0..<group.count { copyPixels(source + row * columns, block + row * lanes, columns) }
      (source, step) = (UnsafePointer(block), lanes)
    }
    // In place for copied rows: `forEachColumn` loads all rows before it calls its body.
    forEachColumn(zeros: zeros, of: { source + $0 * step }) { column, values in
      storeVector(values, block + column * Vector.scalarCount)
    }
  }
}
