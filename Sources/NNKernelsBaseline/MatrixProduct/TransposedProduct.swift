import NNKernelsCommon

/// One product under way whose vectors run along the rows of C: C's transpose = B's transpose times A's.
///
/// Few rows fill vectors better than columns that leave the last one partly empty, and a B that is large and stored
/// transposed is then read as it lies, once, while only the small A is rearranged; an A that is stored transposed not
/// even that. Every element's terms are still added in the order of the inner index, so that no bit depends on which way
/// a product was computed.
///
/// Operations: 2 rows columns inner, rows counted up to whole vectors. Bytes: 8 per element of A that is rearranged, 4
/// per element of B and 12 per element of C, which is transposed on its way.
struct TransposedProduct {
  /// Where a panel of A's rows is when a tile needs it.
  enum LeftSide {
    /// In the caller's matrix, which is stored transposed and whose rows fill whole vectors.
    case direct
    /// Packed by all workers before the product starts, as if it were a right-hand side of inner x rows.
    case shared
    /// Packed block by block by each worker that needs it, which meets the block in its own first-level cache.
    case blockwise
  }

  /// Where the columns of B are.
  enum RightSide {
    /// In the caller's matrix, stored either way.
    case direct
    /// In panels, as `pack` leaves them.
    case packed
  }

  let product: MatrixProduct
  /// B, as `rightSide` says.
  let b: UnsafePointer<Float>
  let rightSide: RightSide
  let c: UnsafeMutablePointer<Float>
  /// A, as `leftSide` says.
  let a: UnsafePointer<Float>
  let leftSide: LeftSide
  /// Columns that are computed together.
  let unit: Int
  let layout: PanelLayout
  let epilogue: ProductEpilogue
  let scratch: ScratchMemory

  /// The longest block of inner indices: of A and of B, it stays in the first-level cache.
  private static let longestBlock = 128

  /// Whether a product should be computed so.
  static func suits(_ p: MatrixProduct, _ epilogue: Epilogue<Float>) -> Bool {
    guard p.inner > 0, !epilogue.accumulate else { return false }
    // With more rows there is little to gain, and B would be read again for every panel of them.
    guard p.rows <= 512 || p.columns * p.inner <= ProductPlan.smallLeftSide else { return false }
    // A low tile that is a single vector wide waits for its own sums: eight are needed to keep the multipliers busy.
    guard p.rows > Vector.scalarCount || TileShape.rows >= 8 else { return false }
    // Vectors of multiply-adds for each inner index, times their lanes. An element that is packed takes as long as 7 of
    // them if it is transposed and 2 if it is copied, one of C that is transposed 20. A panel of a single vector spends a third
    // more on loading than on multiplying.
    let lanes = Vector.scalarCount
    let rows = (p.rows + lanes - 1) / lanes * lanes
    let columns = (p.columns + lanes - 1) / lanes * lanes
    let single = columns / lanes % 2 == 1 ? lanes / 3 : 0
    let packing = p.transposeA ? (liesReady(p) ? 0 : 2) : 7
    let transposed = rows * (p.columns + packing) + 20 * rows * p.columns / p.inner
    return transposed < p.rows * (columns + single) + (p.transposeB ? 7 : 0) * p.columns
  }

  /// Whether A can be read as it lies.
  private static func liesReady(_ p: MatrixProduct) -> Bool { p.transposeA && p.rows % Vector.scalarCount == 0 }

  /// Where a product's A should be and how many columns of C are computed together by one of `threads` workers.
  ///
  /// Who computes many columns rearranges all of A for himself, if need be, and should compute the same ones in the next
  /// step, when A is another but B, weights, are what the same worker made of them. A packed B is nobody's.
  static func plan(_ p: MatrixProduct, _ rightSide: RightSide, threads: Int) -> (leftSide: LeftSide, unit: Int) {
    let fewColumns = 2 * TileShape.rows
    if liesReady(p) { return (.direct, fewColumns) }
    if p.columns <= fewColumns || threads == 1 { return (.blockwise, p.columns) }
    if rightSide == .direct && p.columns >= 48 * threads { return (.blockwise, (p.columns + threads - 1) / threads) }
    let panels = PanelLayout(inner: p.inner, columns: p.rows).count
    let isEven = panels % threads == 0 || panels >= 4 * threads
    if rightSide == .packed && isEven { return (.blockwise, p.columns) }
    return (.shared, rightSide == .packed ? TileShape.columns : fewColumns)
  }

  /// Computes C, in chunks.
  func computeAll(_ workers: WorkerPool) {
    let units = (product.columns + unit - 1) / unit
    let parts = units * layout.count
    let work = product.rows * product.columns * product.inner
    let chunks = workers.isSerial ? 1 : max(1, min(parts, work / ProductPlan.leastWork))
    workers.run(chunks: chunks) { chunk, worker in
      for part in TileShape.cut(parts, into: chunks, chunk) {
        let first = part / layout.count * unit
        let row = part % layout.count * TileShape.columns
        compute(
          columns: first..<min(product.columns, first + unit),
          rows: row..<min(product.rows, row + TileShape.columns), worker: worker)
      }
    }
  }

  /// Computes the columns `range` of the rows `rows` of C: those of a panel, or whole vectors of an A that is read as it
  /// lies.
  func compute(columns range: Range<Int>, rows: Range<Int>, worker: Int) {
    let panel = rows.lowerBound / TileShape.columns
    let vectors = (rows.count + Vector.scalarCount - 1) / Vector.scalarCount
    let width = vectors * Vector.scalarCount
    let blocks = (product.inner + Self.longestBlock - 1) / Self.longestBlock
    // Whole vectors, so that squares of A begin where its rows' vectors do.
    let blockLength =
      ((product.inner + blocks - 1) / blocks + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
    let packed = scratch.memory(
      worker: worker, purpose: .block, count: leftSide == .blockwise ? blockLength * width : 0)
    // Squares of results reach up to a square behind them.
    let sums = scratch.memory(
      worker: worker, purpose: .results, count: (range.count + Vector.scalarCount) * width)
    for start in stride(from: 0, to: product.inner, by: blockLength) {
      let inner = start..<min(product.inner, start + blockLength)
      var task = TileProduct(
        a: RowPointers(b, stride: 0), rowStrideA: 0, innerStrideA: 0, b: a, innerStrideB: width, panelStrideB: 0,
        c: sums, strideC: width, continues: start > 0, inner: inner.count)
      switch leftSide {
      case .direct:
        task.b = a + rows.lowerBound + inner.lowerBound * product.strideA
        task.innerStrideB = product.strideA
      case .shared: task.b = a + layout.offset(panel) + inner.lowerBound * width
      case .blockwise:
        packPanel(
          a, stride: product.strideA, transposed: !product.transposeA, layout: layout, panel: panel, range: inner,
          into: packed)
        task.b = UnsafePointer(packed)
      }
      var column = range.lowerBound
      while column < range.upperBound {
        let place = place(column, inner.lowerBound)
        let count = min(place.neighbours, range.upperBound - column)
        let tiles = (count + TileShape.rows - 1) / TileShape.rows
        task.rowStrideA = place.columnStride
        task.innerStrideA = place.innerStride
        for step in 0..<tiles {
          let tile = TileShape.cut(count, into: tiles, TileShape.alternating(step, of: tiles))
          task.a = RowPointers(place.first + tile.lowerBound * place.columnStride, stride: place.columnStride)
          task.c = sums + (column + tile.lowerBound - range.lowerBound) * width
          task.run(rows: tile.count, vectors: vectors)
        }
        column += count
      }
    }
    epilogue.applyTransposed(sums, vectors: vectors, columns: range)
    store(sums, vectors: vectors, columns: range, rows: rows)
  }

  /// Where the elements of B are from column `column` and inner index `inner` on: the first one, the distances of
  /// columns and of inner indices, and how many columns have these distances.
  @inline(__always)
  private func place(_ column: Int, _ inner: Int)
    -> (first: UnsafePointer<Float>, columnStride: Int, innerStride: Int, neighbours: Int)
  {
    switch rightSide {
    case .direct:
      let (columnStride, innerStride) = product.transposeB ? (product.strideB, 1) : (1, product.strideB)
      return (b + column * columnStride + inner * innerStride, columnStride, innerStride, product.columns - column)
    case .packed:
      let panels = PanelLayout(inner: product.inner, columns: product.columns)
      let panel = column / TileShape.columns
      let width = panels.vectors(panel) * Vector.scalarCount
      let offset = column % TileShape.columns
      return (b + panels.offset(panel) + inner * width + offset, 1, width, TileShape.columns - offset)
    }
  }

  /// Transposes results, of which each column is `vectors` vectors long, and writes them to C.
  private func store(_ results: UnsafePointer<Float>, vectors: Int, columns range: Range<Int>, rows: Range<Int>) {
    let lanes = Vector.scalarCount
    withZeros { zeros in
      for column in stride(from: 0, to: range.count, by: lanes) {
        for vector in 0..<vectors {
          let row = rows.lowerBound + vector * lanes
          ResultSquare(
            source: results + (column * vectors + vector) * lanes, stride: vectors * lanes,
            target: c + row * product.strideC + range.lowerBound + column, strideC: product.strideC,
            rows: min(lanes, rows.upperBound - row), columns: min(lanes, range.count - column), zeros: zeros
          ).store()
        }
      }
    }
  }
}

/// As many columns of results as a vector has lanes, each a vector long, on their way to the rows of C.
private struct ResultSquare {
  let source: UnsafePointer<Float>
  let stride: Int
  let target: UnsafeMutablePointer<Float>
  let strideC: Int
  /// Rows and columns that are written.
  let rows: Int
  let columns: Int
  let zeros: UnsafePointer<Float>

  @inline(never)
  func store() {
    if columns == 4 {
      forEachColumnOfFour(zeros: zeros, of: { source + $0 * stride }) { row, values in
        if row < rows {
          UnsafeMutableRawPointer(target + row * strideC).storeBytes(of: values, as: SIMD4<Float>.self)
        }
      }
    } else if columns == Vector.scalarCount {
      forEachColumn(zeros: zeros, of: { source + $0 * stride }) { row, values in
        if row < rows { storeVector(values, target + row * strideC) }
      }
    } else {
      forEachColumn(zeros: zeros, of: { source + $0 * stride }) { row, values in
        if row < rows { storeVector(values, target + row * strideC, count: columns) }
      }
    }
  }
}
