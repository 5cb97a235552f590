/// How a right-hand side of inner x columns lies in memory once it is packed: cut into panels of `TileShape.columns`
/// columns, panel after panel, and in each panel row after row. The last panel is filled up with zero columns to a
/// whole number of vectors, at most two.
struct PanelLayout {
  let inner: Int
  let columns: Int

  /// Panels, the last one included.
  @inline(__always) var count: Int { (columns + TileShape.columns - 1) / TileShape.columns }

  /// Panels that have all their columns.
  @inline(__always) var whole: Int { columns / TileShape.columns }

  /// Vectors in a row of panel `index`.
  @inline(__always)
  func vectors(_ index: Int) -> Int {
    columns - index * TileShape.columns > Vector.scalarCount ? 2 : 1
  }

  /// Columns of panel `index` that are columns of the matrix.
  @inline(__always)
  func valid(_ index: Int) -> Int { min(TileShape.columns, columns - index * TileShape.columns) }

  /// Where panel `index` starts.
  @inline(__always)
  func offset(_ index: Int) -> Int { index * TileShape.columns * inner }

  /// Scalars in all panels.
  var size: Int {
    columns == 0 ? 0 : (whole * TileShape.columns + (whole < count ? vectors(whole) * Vector.scalarCount : 0)) * inner
  }
}
