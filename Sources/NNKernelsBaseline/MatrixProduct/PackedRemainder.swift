import NNKernelsCommon

/// The last columns of a product with a packed B: the last whole panel, and remainder columns that fill at most a quarter
/// of a vector.
///
/// The remainder columns of four rows share one accumulator vector, a quarter of the lanes per row: A's four elements
/// are broadcast to one quarter each, the remainder's row of B to all quarters. With n / 4 remainder columns,
/// n = `Vector.scalarCount`, no lane is idle.
///
/// Operations: 2 rows columns inner. Bytes from the second-level cache, for each inner index of a tile: 128 of the panel
/// for 18 vector multiply-adds, and 64 of the remainder, a quarter of them used (AVX-512). The inner index is not cut into
/// blocks, so overlapping tiles may compute rows twice.
struct PackedRemainder {
  /// The whole product.
  let product: MatrixProduct
  let a: UnsafePointer<Float>
  /// The last whole panel, and the partial panel after it.
  let panel: UnsafePointer<Float>
  let remainder: UnsafePointer<Float>
  let c: UnsafeMutablePointer<Float>
  let epilogue: ProductEpilogue
  /// The first column of the panel, and the number of remainder columns.
  let column: Int
  let remainderColumns: Int

  /// Rows whose remainder columns share a vector.
  static let groupRows = 4
  /// Rows of a register tile: twelve would leave no registers for the broadcast elements of A.
  private static let tileRows = 8
  /// The most remainder columns.
  static let mostColumns = Vector.scalarCount / groupRows
  /// The longest inner index: the panel of B and its remainder, 768 KB, stay in the second-level cache.
  private static let longestInner = 4096
  /// The fewest rows per thread: below, `TransposedProduct` is no slower.
  private static let leastRows = 12

  /// The number of columns at the end of a product with a packed B that this method computes: 0, or a panel and its
  /// remainder.
  static func columns(_ p: MatrixProduct, _ epilogue: Epilogue<Float>, threads: Int) -> Int {
    // Levels with smaller tiles have too few registers.
    guard TileShape.rows >= tileRows, !epilogue.accumulate else { return 0 }
    guard p.rows >= threads * leastRows, p.inner > 0, p.inner <= longestInner else { return 0 }
    let remainder = p.columns % TileShape.columns
    return remainder > 0 && remainder <= mostColumns && p.columns > TileShape.columns
      ? TileShape.columns + remainder : 0
  }

  /// The last `columns` columns of a product.
  init(
    columns: Int, of product: MatrixProduct, _ a: UnsafePointer<Float>, packed: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, _ epilogue: ProductEpilogue
  ) {
    let layout = PanelLayout(inner: product.inner, columns: product.columns)
    self.product = product
    self.a = a
    self.c = c
    self.epilogue = epilogue
    column = product.columns - columns
    remainderColumns = columns - TileShape.columns
    panel = packed + layout.offset(column / TileShape.columns)
    remainder = packed + layout.offset(column / TileShape.columns + 1)
  }

  /// Computes the last columns of the rows `rows` of C, at least four. The last tile overlaps the one before it: some
  /// rows are written twice, with the same values.
  func compute(rows: Range<Int>) {
    assert(rows.count >= Self.groupRows)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let left = rows.upperBound - row
      let count = min(Self.tileRows, (left + Self.groupRows - 1) / Self.groupRows * Self.groupRows)
      let start = min(row, rows.upperBound - count)
      if count == Self.groupRows {
        run(RemainderTile4.self, from: start)
      } else {
        run(RemainderTile8.self, from: start)
      }
      row = start + count
    }
  }

  private func run<T: RemainderTile>(_ type: T.Type, from row: Int) {
    let target = c + row * product.strideC + column
    withUnsafeTemporaryAllocation(of: Float.self, capacity: T.groups * Vector.scalarCount) { sums in
      guard let sums = sums.baseAddress else { return }
      accumulate(
        type, RowPointers(a + row * product.strideA, stride: product.strideA), into: target, remainder: sums)
      epilogue.applyRemainder(
        sums, groups: T.groups, columns: remainderColumns, column: column + TileShape.columns,
        into: target + TileShape.columns, strideC: product.strideC)
    }
    guard !epilogue.isTrivial else { return }
    epilogue.apply(
      target, stride: product.strideC, into: target, strideC: product.strideC, rows: T.groups * Self.groupRows,
      columns: TileShape.columns, column: column)
  }

  @inline(never)
  private func accumulate<T: RemainderTile>(
    _ type: T.Type, _ a: RowPointers, into target: UnsafeMutablePointer<Float>,
    remainder sums: UnsafeMutablePointer<Float>
  ) {
    var tile = T.zero
    var (a, panel, remainder) = (a, panel, remainder)
    var left = product.inner
    while left > 0 {
      tile.add(
        a, stride: product.strideA, 0, DoubleStrip.load(panel, panelStride: 0), broadcastQuarter(remainder))
      a.advance(1)
      panel += TileShape.columns
      remainder += Vector.scalarCount
      left -= 1
    }
    tile.store(target, stride: product.strideC, remainder: sums)
  }
}

/// The accumulators of a register tile whose height is some groups of four rows.
private protocol RemainderTile {
  static var groups: Int { get }
  static var zero: Self { get }
  /// Adds the outer product of a column of A and a row of B: `b` of the panel, `remainder` in each quarter. The tile's
  /// first row is row `index` of `a`.
  mutating func add(_ a: RowPointers, stride: Int, _ index: Int, _ b: DoubleStrip, _ remainder: Vector)
  /// Stores the strips to C, and each group's vector of remainder columns to `remainder`.
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int, remainder: UnsafeMutablePointer<Float>)
}

/// One group: a strip per row, and one vector for the remainder columns of the four rows.
private struct RemainderTile4: RemainderTile {
  var strips: Tile4<DoubleStrip>
  var remainder: Vector

  static var groups: Int { 1 }
  @inline(__always) static var zero: Self { Self(strips: .zero, remainder: .zero) }

  @inline(__always)
  mutating func add(_ a: RowPointers, stride: Int, _ index: Int, _ b: DoubleStrip, _ factors: Vector) {
    strips.add(a, stride: stride, index, b)
    remainder = multiplyAdd(
      quarters(
        a.element(index, stride: stride), a.element(index + 1, stride: stride), a.element(index + 2, stride: stride),
        a.element(index + 3, stride: stride)), factors, remainder)
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int, remainder sums: UnsafeMutablePointer<Float>) {
    strips.store(target, stride: stride)
    storeVector(remainder, sums)
  }
}

/// Two groups.
private struct RemainderTile8: RemainderTile {
  var first: RemainderTile4
  var second: RemainderTile4

  static var groups: Int { 2 }
  @inline(__always) static var zero: Self { Self(first: .zero, second: .zero) }

  @inline(__always)
  mutating func add(_ a: RowPointers, stride: Int, _ index: Int, _ b: DoubleStrip, _ factors: Vector) {
    first.add(a, stride: stride, index, b, factors)
    second.add(a, stride: stride, index + PackedRemainder.groupRows, b, factors)
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int, remainder sums: UnsafeMutablePointer<Float>) {
    first.store(target, stride: stride, remainder: sums)
    second.store(
      target + PackedRemainder.groupRows * stride, stride: stride, remainder: sums + Vector.scalarCount)
  }
}
