import NNKernelsCommon

/// A product computed as its transpose, C^T = B^T A^T: vectors run along a column of C, over its rows.
///
/// This suits few rows that fill vectors better than the columns would. A large B that is stored transposed is then read
/// unpacked, once, and only the small A is packed; an A that is stored transposed needs no packing either. Every element
/// adds its terms in the order of the inner index, so its bits do not depend on the choice between this and `ProductRun`.
///
/// Operations: 2 rows columns inner, with rows rounded up to whole vectors. Bytes: 8 per element of A that is packed, 4
/// per element of B, and 12 per element of C, which is transposed in registers.
struct TransposedProduct {
  /// Where the micro-kernel reads a panel of A's rows.
  enum LeftSide {
    /// In the caller's matrix: it is stored transposed, and its rows are a whole number of vectors.
    case direct
    /// Packed by all workers before the product, as a B of inner x rows.
    case shared
    /// Packed block by block by each worker that uses it, in its first-level cache.
    case blockwise
  }

  /// The layout of B.
  enum RightSide {
    /// The caller's matrix, transposed or not.
    case direct
    /// Packed, see `PanelLayout`.
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
  /// Columns of a work unit.
  let unit: Int
  let layout: PanelLayout
  let epilogue: ProductEpilogue
  let scratch: ScratchMemory

  /// The longest block of the inner index: blocks of A and B stay in the first-level cache.
  private static let longestBlock = 128

  /// Whether a product should be computed by this method.
  static func suits(_ p: MatrixProduct, _ epilogue: Epilogue<Float>) -> Bool {
    guard p.inner > 0, !epilogue.accumulate else { return false }
    // With more rows there is little to gain, and B would be read once per panel of rows.
    guard p.rows <= 512 || p.columns * p.inner <= ProductPlan.smallLeftSide else { return false }
    // A tile of one vector needs eight rows of accumulators to hide the latency of dependent multiply-adds.
    guard p.rows > Vector.scalarCount || TileShape.rows >= 8 else { return false }
    // The costs of both methods, in multiply-adds per inner index, idle lanes included. Packing an element costs as much
    // as 7 multiply-adds if it is transposed and 2 if it is copied. Transposing an element of C costs 20. A panel of one
    // vector costs a third more, since its loads are the limit.
    let lanes = Vector.scalarCount
    let rows = (p.rows + lanes - 1) / lanes * lanes
    let columns = (p.columns + lanes - 1) / lanes * lanes
    let single = columns / lanes % 2 == 1 ? lanes / 3 : 0
    let packing = p.transposeA ? (isDirect(p) ? 0 : 2) : 7
    let transposed = rows * (p.columns + packing) + 20 * rows * p.columns / p.inner
    return transposed < p.rows * (columns + single) + (p.transposeB ? 7 : 0) * p.columns
  }

  /// Whether A can be read unpacked.
  private static func isDirect(_ p: MatrixProduct) -> Bool { p.transposeA && p.rows % Vector.scalarCount == 0 }

  /// How a product's A is packed, and how many columns of C make a work unit for `threads` workers.
  ///
  /// With many columns per worker, each worker packs all of A for itself, and the columns are partitioned into one unit per
  /// worker. B is the weights: in the next step, with another A, a worker then reads the same columns of B, which it has
  /// updated itself (cache affinity of tiles to threads across steps). A packed B, for prediction, has no such affinity.
  static func plan(_ p: MatrixProduct, _ rightSide: RightSide, threads: Int) -> (leftSide: LeftSide, unit: Int) {
    let fewColumns = 2 * TileShape.rows
    if isDirect(p) { return (.direct, fewColumns) }
    if p.columns <= fewColumns || threads == 1 { return (.blockwise, p.columns) }
    if rightSide == .direct && p.columns >= 48 * threads { return (.blockwise, (p.columns + threads - 1) / threads) }
    let panels = PanelLayout(inner: p.inner, columns: p.rows).count
    let isEven = panels % threads == 0 || panels >= 4 * threads
    if rightSide == .packed && isEven { return (.blockwise, p.columns) }
    return (.shared, rightSide == .packed ? TileShape.columns : fewColumns)
  }

  /// Computes C, in chunks of units and panels of rows.
  func computeAll(_ workers: WorkerPool) {
    let units = (product.columns + unit - 1) / unit
    let parts = units * layout.count
    let work = product.rows * product.columns * product.inner
    let chunks = workers.isSerial ? 1 : max(1, min(parts, work / ProductPlan.leastWork))
    if chunks > 1 {
      let counts = scratchCounts(rows: TileShape.columns, columns: min(unit, product.columns))
      workers.reserveScratch(purpose: .results, count: counts.results)
      workers.reserveScratch(purpose: .block, count: counts.block)
    }
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

  /// The inner indices of a block: whole vectors, so that the blocks in which A is transposed start at the vectors of its
  /// rows.
  @inline(__always)
  private var blockLength: Int {
    let blocks = (product.inner + Self.longestBlock - 1) / Self.longestBlock
    return ((product.inner + blocks - 1) / blocks + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
  }

  /// Scalars of scratch memory for `columns` columns of `rows` rows of C, at most two vectors of them.
  @inline(__always)
  func scratchCounts(rows: Int, columns: Int) -> (results: Int, block: Int) {
    let width = (min(rows, TileShape.columns) + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
    // The last transposed block of results may extend past them by up to a vector of columns.
    return ((columns + Vector.scalarCount) * width, leftSide == .blockwise ? blockLength * width : 0)
  }

  /// Computes the columns `range` of the rows `rows` of C: the rows of a panel, or whole vectors of an unpacked A.
  func compute(columns range: Range<Int>, rows: Range<Int>, worker: Int) {
    let panel = rows.lowerBound / TileShape.columns
    let vectors = (rows.count + Vector.scalarCount - 1) / Vector.scalarCount
    let width = vectors * Vector.scalarCount
    let counts = scratchCounts(rows: rows.count, columns: range.count)
    let packed = scratch.memory(worker: worker, purpose: .block, count: counts.block)
    let sums = scratch.memory(worker: worker, purpose: .results, count: counts.results)
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
        let count = min(place.count, range.upperBound - column)
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

  /// The address of B[inner, column], the strides of columns and of inner indices, and how many columns from there on have
  /// these strides.
  @inline(__always)
  private func place(_ column: Int, _ inner: Int)
    -> (first: UnsafePointer<Float>, columnStride: Int, innerStride: Int, count: Int)
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

  /// Transposes results, whose columns are `vectors` vectors long, block by block and stores them to C.
  private func store(_ results: UnsafePointer<Float>, vectors: Int, columns range: Range<Int>, rows: Range<Int>) {
    let lanes = Vector.scalarCount
    withZeros { zeros in
      for column in stride(from: 0, to: range.count, by: lanes) {
        for vector in 0..<vectors {
          let row = rows.lowerBound + vector * lanes
          ResultBlock(
            source: results + (column * vectors + vector) * lanes, stride: vectors * lanes,
            target: c + row * product.strideC + range.lowerBound + column, strideC: product.strideC,
            rows: min(lanes, rows.upperBound - row), columns: min(lanes, range.count - column), zeros: zeros
          ).store()
        }
      }
    }
  }
}

/// A block of n x n results, n = `Vector.scalarCount`, column-major, to be stored to rows of C.
private struct ResultBlock {
  let source: UnsafePointer<Float>
  let stride: Int
  let target: UnsafeMutablePointer<Float>
  let strideC: Int
  /// Rows and columns that are stored.
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
