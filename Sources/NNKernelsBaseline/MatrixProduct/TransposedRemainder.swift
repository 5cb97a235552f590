import NNKernelsCommon

// The columns behind a product's whole panels, when they are few and A is stored transposed: a panel of their own would
// compute a vector for a few lanes of it, and be slower for each vector than two together.

extension TransposedProduct {
  /// How many columns at the end of a product should be computed with vectors along the rows, while the others are not.
  /// Each part that `ProductPlan` makes of the rows has to fill a vector.
  static func remainderColumns(_ p: MatrixProduct, _ epilogue: Epilogue<Float>, threads: Int) -> Int {
    let lanes = Vector.scalarCount
    let columns = p.columns % TileShape.columns
    guard p.transposeA, !epilogue.accumulate, columns < p.columns, p.rows >= 4 * threads * lanes else { return 0 }
    // Each element that is transposed on its way to C takes as long as 20 multiply-adds, in fours as long as 5.
    return columns * (p.inner + (columns == 4 ? 5 : 20)) < lanes * p.inner ? columns : 0
  }

  /// The last `columns` columns of a product.
  init(
    remainder columns: Int, of whole: MatrixProduct, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue, _ scratch: ScratchMemory
  ) {
    let first = whole.columns - columns
    var (product, epilogue) = (whole, epilogue)
    product.columns = columns
    if let bias = epilogue.bias { epilogue.bias = bias + first }
    self.init(
      product: product, b: b + first * (whole.transposeB ? whole.strideB : 1), rightSide: .direct, c: c + first, a: a,
      leftSide: .direct, unit: columns, layout: PanelLayout(inner: whole.inner, columns: whole.rows),
      epilogue: epilogue, scratch: scratch)
  }

  /// Computes all columns of the rows `rows` of C, at least as many as a vector has lanes, from an A that is read as it
  /// lies. The last vectors begin early: some rows are written twice, with the same values.
  func compute(rows: Range<Int>, worker: Int) {
    let lanes = Vector.scalarCount
    assert(leftSide == .direct && rows.count >= lanes)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let count = rows.upperBound - row > lanes && rows.count >= 2 * lanes ? 2 * lanes : lanes
      let start = min(row, rows.upperBound - count)
      compute(columns: 0..<product.columns, rows: start..<(start + count), worker: worker)
      row = start + count
    }
  }
}
