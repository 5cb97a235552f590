import NNKernelsCommon

/// Planes cut into bands of rows that a worker's nearest memory holds. How they are cut depends on the shape alone.
struct RowBands {
  /// Rows of a plane, and of a band but the last.
  let rows: Int
  let size: Int

  /// Bands of rows that need `rowScalars` of memory each, and `fixedScalars` together.
  init(rows: Int, rowScalars: Int, fixedScalars: Int) {
    self.rows = rows
    size = max(1, min(rows, (6144 - fixedScalars) / max(1, rowScalars)))
  }

  /// Bands of a plane.
  var count: Int { (rows + size - 1) / size }

  /// The rows of band `index` of a plane.
  @inline(__always)
  func rows(_ index: Int) -> Range<Int> { (index * size)..<min(rows, (index + 1) * size) }
}
