/// A product with packed panels of B in one thread, for kernels whose chunks are made of many small products:
/// C[i, j] (+)= sum over k of A[i, k] B[k, j]. Each element adds its terms in the order of the inner index.
///
/// Columns are computed as whole vectors: rows of C have room for the panels' padding.
struct PanelProduct {
  var a: UnsafePointer<Float>
  var rowStrideA: Int
  var innerStrideA = 1
  /// The packed B, of which the panels `panels` and the inner indices from `firstInner` on are used.
  var b: UnsafePointer<Float>
  var layout: PanelLayout
  var panels: Range<Int>
  var firstInner = 0
  var inner: Int
  /// The first of C's rows, at the first of the panels.
  var c: UnsafeMutablePointer<Float>
  var strideC: Int
  var rows: Int
  /// Whether the terms are added to C.
  var continues = false

  /// Scalars of a row of C that has all columns of `layout`.
  static func width(_ layout: PanelLayout) -> Int {
    layout.whole * TileShape.columns
      + (layout.whole < layout.count ? layout.vectors(layout.whole) * Vector.scalarCount : 0)
  }

  @inline(never)
  func run() {
    let tiles = (rows + TileShape.rows - 1) / TileShape.rows
    for panel in panels {
      let vectors = layout.vectors(panel)
      let width = vectors * Vector.scalarCount
      for part in 0..<tiles {
        let range = TileShape.cut(rows, into: tiles, part)
        TileProduct(
          a: RowPointers(a + range.lowerBound * rowStrideA, stride: rowStrideA), rowStrideA: rowStrideA,
          innerStrideA: innerStrideA, b: b + (layout.offset(panel) + firstInner * width), innerStrideB: width,
          panelStrideB: 0,
          c: c + (range.lowerBound * strideC + (panel - panels.lowerBound) * TileShape.columns), strideC: strideC,
          continues: continues, inner: inner
        ).run(rows: range.count, vectors: vectors)
      }
    }
  }
}
