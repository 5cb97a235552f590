import NNKernelsCommon

// The remainder columns after a product's whole panels, when they are few and A is stored transposed. A partial panel would
// leave most lanes of its vector idle, and a tile of one vector is slower per vector than one of two. Vectors over the
// rows of C have no idle lanes.

extension TransposedProduct {
  /// The number of columns at the end of a product to be computed with vectors over the rows of C: 0, or the remainder. Each
  /// part of `ProductPlan`'s rows has to fill a vector.
  static func remainderColumns(_ p: MatrixProduct, _ epilogue: Epilogue<Float>, threads: Int) -> Int {
    let lanes = Vector.scalarCount
    let columns = p.columns % TileShape.columns
    guard p.transposeA, !epilogue.accumulate, columns < p.columns, p.rows >= 4 * threads * lanes else { return 0 }
    // Transposing an element of C costs as much as 20 multiply-adds; 5 where `forEachColumnOfFour` does.
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

  /// Computes all columns of the rows `rows` of C, at least a vector of them, from an unpacked A. The last vectors overlap
  /// those before them: some rows are written twice, with the same values.
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
