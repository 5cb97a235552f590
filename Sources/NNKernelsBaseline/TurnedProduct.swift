import NNKernelsCommon

/// One product under way whose vectors run along the rows of C: C's transpose = B's transpose times A's.
///
/// Few rows fill vectors better than columns that leave the last one partly empty, and a B that is large and stored
/// transposed is then read as it lies, once, while only the small A is rearranged; an A that is stored transposed not
/// even that. Every element's terms are still added in the order of the inner index, so that no bit depends on which way
/// a product was computed.
///
/// Operations: 2 rows columns inner, rows counted up to whole vectors. Bytes: 8 per element of A that is rearranged, 4
/// per element of B and 12 per element of C, which is turned on its way.
struct TurnedProduct {
  /// Where a panel of A's rows is when a tile needs it.
  enum LeftSide {
    /// In the caller's matrix, which is stored transposed and whose rows fill whole vectors.
    case direct
    /// Packed by all workers before the product starts, as if it were a right-hand side of inner x rows.
    case shared
    /// Packed block by block by the worker that needs it, which is the only one.
    case blockwise
  }

  let product: MatrixProduct
  let b: UnsafePointer<Float>
  let c: UnsafeMutablePointer<Float>
  /// A, as `leftSide` says.
  let a: UnsafePointer<Float>
  let leftSide: LeftSide
  let layout: PanelLayout
  let epilogue: ProductEpilogue
  // Unowned, so that values are plain memory and need no copying functions, which the linker would share between levels.
  unowned(unsafe) let workers: WorkerPool

  /// Columns that are computed together: two of the highest tiles.
  private static let unit = 2 * TileShape.rows

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
    // them if it is turned and 2 if it is copied, one of C that is turned 20. A panel of a single vector spends a third
    // more on loading than on multiplying.
    let lanes = Vector.scalarCount
    let rows = (p.rows + lanes - 1) / lanes * lanes
    let columns = (p.columns + lanes - 1) / lanes * lanes
    let single = columns / lanes % 2 == 1 ? lanes / 3 : 0
    let packing = p.transposeA ? (leftSide(p) == .direct ? 0 : 2) : 7
    let turned = rows * (p.columns + packing) + 20 * rows * p.columns / p.inner
    return turned < p.rows * (columns + single) + (p.transposeB ? 7 : 0) * p.columns
  }

  /// Where a product's A should be.
  static func leftSide(_ p: MatrixProduct) -> LeftSide {
    if p.transposeA && p.rows % Vector.scalarCount == 0 { return .direct }
    return p.columns <= unit ? .blockwise : .shared
  }

  /// Computes C, in chunks.
  func computeAll() {
    let units = (product.columns + Self.unit - 1) / Self.unit
    let parts = units * layout.count
    let work = product.rows * product.columns * product.inner
    let chunks = workers.isSerial ? 1 : max(1, min(parts, work / ProductPlan.leastWork))
    workers.run(chunks: chunks) { chunk, worker in
      for part in TileShape.cut(parts, into: chunks, chunk) {
        compute(
          columns: TileShape.cut(product.columns, into: units, part / layout.count), panel: part % layout.count,
          worker: worker)
      }
    }
  }

  /// Computes the columns `range` of the rows `panel` of C.
  private func compute(columns range: Range<Int>, panel: Int, worker: Int) {
    let vectors = layout.vectors(panel)
    let width = vectors * Vector.scalarCount
    let tiles = (range.count + TileShape.rows - 1) / TileShape.rows
    let blocks = (product.inner + Self.longestBlock - 1) / Self.longestBlock
    let blockLength = (product.inner + blocks - 1) / blocks * width
    let packed = workers.scratch(worker: worker, purpose: .block, count: leftSide == .blockwise ? blockLength : 0)
    let (columnStride, innerStride) = product.transposeB ? (product.strideB, 1) : (1, product.strideB)
    // Squares of results reach up to a square behind them.
    let sums = workers.scratch(
      worker: worker, purpose: .results, count: (range.count + Vector.scalarCount) * width)
    for block in 0..<blocks {
      let inner = TileShape.cut(product.inner, into: blocks, block)
      let rightHand: UnsafePointer<Float>
      switch leftSide {
      case .direct: rightHand = a + panel * TileShape.columns + inner.lowerBound * product.strideA
      case .shared: rightHand = a + layout.offset(panel) + inner.lowerBound * width
      case .blockwise:
        packPanel(
          a, stride: product.strideA, transposed: !product.transposeA, layout: layout, panel: panel, range: inner,
          into: packed)
        rightHand = UnsafePointer(packed)
      }
      for tile in 0..<tiles {
        let rows = TileShape.cut(range.count, into: tiles, tile)
        let column = range.lowerBound + rows.lowerBound
        let task = TileProduct(
          a: RowPointers(b + column * columnStride + inner.lowerBound * innerStride, stride: columnStride),
          rowStrideA: columnStride, innerStrideA: innerStride, b: rightHand,
          innerStrideB: leftSide == .direct ? product.strideA : width, panelStrideB: 0,
          c: sums + rows.lowerBound * width, strideC: width, continues: block > 0, inner: inner.count)
        task.run(rows: rows.count, vectors: vectors)
      }
    }
    epilogue.applyTurned(sums, vectors: vectors, columns: range)
    store(sums, vectors: vectors, columns: range, panel: panel)
  }

  /// Turns results, of which each column is `vectors` vectors long, and writes them to C.
  private func store(_ results: UnsafePointer<Float>, vectors: Int, columns range: Range<Int>, panel: Int) {
    let lanes = Vector.scalarCount
    withZeros { zeros in
      for column in stride(from: 0, to: range.count, by: lanes) {
        for vector in 0..<vectors {
          let row = panel * TileShape.columns + vector * lanes
          ResultSquare(
            source: results + (column * vectors + vector) * lanes, stride: vectors * lanes,
            target: c + row * product.strideC + range.lowerBound + column, strideC: product.strideC,
            rows: min(lanes, product.rows - row), columns: min(lanes, range.count - column), zeros: zeros
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
    if columns == Vector.scalarCount {
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
