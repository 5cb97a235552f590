/// Planes cut into bands of consecutive rows (row blocks) whose data fits into the first-level cache. The cut depends
/// on the shape alone.
struct RowBands {
  /// Rows of a plane.
  let rows: Int
  /// Rows of a band; the last band of a plane holds the remainder.
  let size: Int

  /// Bands of `size` rows, with size rowScalars + fixedScalars <= 6144 scalars (24 KB) of memory unless size is 1.
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
