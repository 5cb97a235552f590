/// The matrix product of one position: C[rows, columns] (+)= A[rows, inner] B[inner, columns].
struct WinogradProduct {
  let a: UnsafePointer<Float>
  let rowStrideA: Int
  let innerStrideA: Int
  let rows: Int
  /// Row-major, like C; `columns` is a whole number of vectors.
  let b: UnsafePointer<Float>
  let inner: Int
  let columns: Int
  let c: UnsafeMutablePointer<Float>
  let accumulates: Bool

  @inline(__always)
  func run() {
    let blocks = (rows + TileShape.rows - 1) / TileShape.rows
    var column = 0
    while column < columns {
      let vectors = min(2, (columns - column) / Vector.scalarCount)
      for block in 0..<blocks {
        let range = TileShape.cut(rows, into: blocks, block)
        TileProduct(
          a: RowPointers(a + range.lowerBound * rowStrideA, stride: rowStrideA), rowStrideA: rowStrideA,
          innerStrideA: innerStrideA, b: b + column,
          innerStrideB: columns, panelStrideB: 0, c: c + (range.lowerBound * columns + column), strideC: columns,
          continues: accumulates, inner: inner
        ).run(rows: range.count, vectors: vectors)
      }
      column += vectors * Vector.scalarCount
    }
  }
}
