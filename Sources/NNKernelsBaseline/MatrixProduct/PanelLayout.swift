/// The packed layout of B, inner x columns: panels of `TileShape.columns` columns, one after the other, each row-major.
/// The last panel is padded with zero columns to one or two whole vectors.
///
///     B[k, n] is at offset(n / w) + k v + n % w,  w = TileShape.columns,  v = scalars of a row of the panel
struct PanelLayout {
  let inner: Int
  let columns: Int

  /// Panels, a partial one included.
  @inline(__always) var count: Int { (columns + TileShape.columns - 1) / TileShape.columns }

  /// Whole panels.
  @inline(__always) var whole: Int { columns / TileShape.columns }

  /// Vectors in a row of panel `index`.
  @inline(__always)
  func vectors(_ index: Int) -> Int {
    columns - index * TileShape.columns > Vector.scalarCount ? 2 : 1
  }

  /// Columns of panel `index` that are columns of the matrix.
  @inline(__always)
  func valid(_ index: Int) -> Int { min(TileShape.columns, columns - index * TileShape.columns) }

  /// The offset of panel `index`.
  @inline(__always)
  func offset(_ index: Int) -> Int { index * TileShape.columns * inner }

  /// Scalars of all panels.
  var size: Int {
    columns == 0 ? 0 : (whole * TileShape.columns + (whole < count ? vectors(whole) * Vector.scalarCount : 0)) * inner
  }
}
