import NNKernelsCommon

// The last whole panel of a packed right-hand side together with the few columns behind it. Those would fill a quarter
// of a vector; four rows of them fill all of it.

/// The last columns of a product with a packed B: a whole panel and at most a quarter of a vector behind it.
///
/// Operations: 2 rows columns inner, nothing for lanes that stay empty if a quarter of a vector is left. Bytes: as for
/// any panel of B, from the second-level cache for every tile, 128 for 18 vectors of multiply-adds, and 64 more of which
/// a quarter is used. All inner indices are one block, so that rows can be computed twice.
struct PackedRemainder {
  /// The whole product.
  let product: MatrixProduct
  let a: UnsafePointer<Float>
  /// The last whole panel, and the one behind it.
  let panel: UnsafePointer<Float>
  let rest: UnsafePointer<Float>
  let c: UnsafeMutablePointer<Float>
  let epilogue: ProductEpilogue
  /// The first column of the panel, and how many columns are behind it.
  let column: Int
  let restColumns: Int

  /// Rows whose last columns share a vector.
  static let rowsTogether = 4
  /// Rows of a tile: four more would leave no registers for their elements in fours.
  private static let tileRows = 8
  /// The most columns that are left for each of them.
  static let mostColumns = Vector.scalarCount / rowsTogether
  /// The longest inner index: a panel of B and its rest, 768 KB, stay in the second-level cache.
  private static let longestInner = 4096
  /// The fewest rows for a thread, below which vectors along the rows are no worse.
  private static let leastRows = 12

  /// How many columns at the end of a product with a packed B should be computed so.
  static func columns(_ p: MatrixProduct, _ epilogue: Epilogue<Float>, threads: Int) -> Int {
    // Fewer registers would not hold the tile.
    guard TileShape.rows >= tileRows, !epilogue.accumulate else { return 0 }
    guard p.rows >= threads * leastRows, p.inner > 0, p.inner <= longestInner else { return 0 }
    let rest = p.columns % TileShape.columns
    return rest > 0 && rest <= mostColumns && p.columns > TileShape.columns ? TileShape.columns + rest : 0
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
    restColumns = columns - TileShape.columns
    panel = packed + layout.offset(column / TileShape.columns)
    rest = packed + layout.offset(column / TileShape.columns + 1)
  }

  /// Computes the last columns of the rows `rows` of C, at least four. The last tile begins early: some rows are written
  /// twice, with the same values.
  func compute(rows: Range<Int>) {
    assert(rows.count >= Self.rowsTogether)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let left = rows.upperBound - row
      let count = min(Self.tileRows, (left + Self.rowsTogether - 1) / Self.rowsTogether * Self.rowsTogether)
      let start = min(row, rows.upperBound - count)
      if count == Self.rowsTogether {
        run(RemainderTile4.self, from: start)
      } else {
        run(RemainderTile8.self, from: start)
      }
      row = start + count
    }
  }

  private func run<T: RemainderTile>(_ type: T.Type, from row: Int) {
    let target = c + row * product.strideC + column
    withUnsafeTemporaryAllocation(of: Float.self, capacity: T.fours * Vector.scalarCount) { sums in
      guard let sums = sums.baseAddress else { return }
      accumulate(
        type, RowPointers(a + row * product.strideA, stride: product.strideA), into: target, rest: sums)
      epilogue.applyRemainder(
        sums, fours: T.fours, columns: restColumns, column: column + TileShape.columns,
        into: target + TileShape.columns, strideC: product.strideC)
    }
    guard !epilogue.isTrivial else { return }
    epilogue.apply(
      target, stride: product.strideC, into: target, strideC: product.strideC, rows: T.fours * Self.rowsTogether,
      columns: TileShape.columns, column: column)
  }

  @inline(never)
  private func accumulate<T: RemainderTile>(
    _ type: T.Type, _ a: RowPointers, into target: UnsafeMutablePointer<Float>, rest sums: UnsafeMutablePointer<Float>
  ) {
    var tile = T.zero
    var (a, panel, rest) = (a, panel, rest)
    var left = product.inner
    while left > 0 {
      tile.add(
        a, stride: product.strideA, 0, DoubleStrip.load(panel, panelStride: 0), fourTimes(rest))
      a.advance(1)
      panel += TileShape.columns
      rest += Vector.scalarCount
      left -= 1
    }
    tile.store(target, stride: product.strideC, rest: sums)
  }
}

/// The accumulators of some fours of rows.
private protocol RemainderTile {
  /// How many fours.
  static var fours: Int { get }
  static var zero: Self { get }
  /// Adds the products of A's elements, of which this four's first has the number `index`, with a row of B.
  mutating func add(
    _ a: RowPointers, stride: Int, _ index: Int, _ b: DoubleStrip, _ rest: Vector)
  /// Writes the strips to C and, for each four, what is left of its rows to `rest`.
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int, rest: UnsafeMutablePointer<Float>)
}

/// Four rows: a strip for each, and one vector for what is left of all.
private struct RemainderTile4: RemainderTile {
  var strips: Tile4<DoubleStrip>
  var rest: Vector

  static var fours: Int { 1 }
  @inline(__always) static var zero: Self { Self(strips: .zero, rest: .zero) }

  @inline(__always)
  mutating func add(
    _ a: RowPointers, stride: Int, _ index: Int, _ b: DoubleStrip, _ other: Vector
  ) {
    strips.add(a, stride: stride, index, b)
    rest = multiplyAdd(
      quarters(
        a.element(index, stride: stride), a.element(index + 1, stride: stride), a.element(index + 2, stride: stride),
        a.element(index + 3, stride: stride)), other, rest)
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int, rest sums: UnsafeMutablePointer<Float>) {
    strips.store(target, stride: stride)
    storeVector(rest, sums)
  }
}

/// Twice four rows.
private struct RemainderTile8: RemainderTile {
  var first: RemainderTile4
  var second: RemainderTile4

  static var fours: Int { 2 }
  @inline(__always) static var zero: Self { Self(first: .zero, second: .zero) }

  @inline(__always)
  mutating func add(
    _ a: RowPointers, stride: Int, _ index: Int, _ b: DoubleStrip, _ other: Vector
  ) {
    first.add(a, stride: stride, index, b, other)
    second.add(a, stride: stride, index + PackedRemainder.rowsTogether, b, other)
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int, rest sums: UnsafeMutablePointer<Float>) {
    first.store(target, stride: stride, rest: sums)
    second.store(target + PackedRemainder.rowsTogether * stride, stride: stride, rest: sums + Vector.scalarCount)
  }
}
