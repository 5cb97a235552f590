import CProcessor
import NNKernelsCommon

/// A product by register tiles: the state that its chunks share. Loops, from the outside: blocks of the inner index, panels
/// of B, tiles of rows, and the micro-kernel `TileProduct`.
struct ProductRun {
  var product: MatrixProduct
  var a: UnsafePointer<Float>
  var b: UnsafePointer<Float>
  var c: UnsafeMutablePointer<Float>
  var layout: PanelLayout
  var plan: ProductPlan
  var epilogue: ProductEpilogue
  /// The columns after the last panel, if they are computed with vectors over the rows of C.
  var remainder: TransposedProduct?
  /// The last panel and the columns after it, if rows share vectors there.
  var packedRemainder: PackedRemainder?
  var scratch: ScratchMemory

  @inline(__always) private var rowStrideA: Int { product.transposeA ? 1 : product.strideA }
  @inline(__always) private var innerStrideA: Int { product.transposeA ? product.strideA : 1 }

  /// Blocks of the inner index.
  @inline(__always) private var innerBlocks: Int { max(1, (product.inner + plan.innerBlock - 1) / plan.innerBlock) }

  /// Scalars of a block of packed rows of A.
  @inline(__always)
  private func packedRows(_ rows: Int) -> Int { plan.packsLeftSide ? rows * plan.innerBlock : 0 }

  /// Scalars of scratch memory for a chunk of C.
  @inline(__always)
  private func scratchCounts(rows: Int, panels: Int) -> (results: Int, block: Int) {
    let panelSums = rows * TileShape.columns
    let results = innerBlocks > 1 ? (epilogue.accumulate ? panelSums * panels : panelSums) : TileShape.rows * 64
    return (results, packedRows(rows) + 2 * plan.innerBlock * TileShape.columns)
  }

  /// Reserves the scratch memory that any chunk may ask for.
  func reserveScratch(_ workers: WorkerPool) {
    let rows = TileShape.longest(product.rows, into: plan.rowParts)
    let counts = scratchCounts(rows: rows, panels: TileShape.longest(layout.count, into: plan.panelParts))
    let own = remainder.map { $0.scratchCounts(rows: rows, columns: $0.product.columns) } ?? (results: 0, block: 0)
    workers.reserveScratch(purpose: .results, count: max(counts.results, own.results))
    workers.reserveScratch(purpose: .block, count: max(counts.block, own.block))
  }

  /// Computes the rows `rows` of the panels `panels` of C.
  func compute(rows: Range<Int>, panels: Range<Int>, worker: Int) {
    let tiles = (rows.count + TileShape.rows - 1) / TileShape.rows
    let panelSums = rows.count * TileShape.columns
    // Partial sums are kept in C between blocks of the inner index, unless the epilogue still needs C's previous values.
    let sumsInC = !epilogue.accumulate
    let counts = scratchCounts(rows: rows.count, panels: panels.count)
    let sums = scratch.memory(worker: worker, purpose: .results, count: counts.results)
    let block = scratch.memory(worker: worker, purpose: .block, count: counts.block)
    let panelBlock = block + packedRows(rows.count)

    // A partial last panel can be replaced by an overlapping whole one that computes some columns of the previous panel
    // again, with the same bits, if the same chunk writes both.
    let canOverlap =
      plan.rightSide == .direct && innerBlocks == 1 && plan.panelParts == 1 && sumsInC
      && product.columns >= TileShape.columns

    // A large C has been evicted from the second-level cache when the next block of the inner index needs it.
    let fetchesAhead = innerBlocks > 1 && product.rows * product.columns >= ProductPlan.largeResult

    for innerIndex in 0..<innerBlocks {
      let inner = (innerIndex * plan.innerBlock)..<min(product.inner, (innerIndex + 1) * plan.innerBlock)
      let isLast = innerIndex == innerBlocks - 1
      if plan.packsLeftSide { packLeftSide(rows, inner, tiles: tiles, into: block) }
      var panel = panels.lowerBound
      while panel < panels.upperBound {
        // Few rows would leave most accumulator registers unused: a wide tile covers two whole panels.
        let isPair = rows.count <= TileShape.wideRows && panel + 1 < min(panels.upperBound, layout.whole)
        defer { panel += isPair ? 2 : 1 }
        let vectors = isPair ? 4 : layout.vectors(panel)
        let width = isPair ? TileShape.columns : vectors * Vector.scalarCount
        let overlaps = canOverlap && layout.valid(panel) < width
        let column = overlaps ? product.columns - width : panel * TileShape.columns
        let valid = overlaps ? width : layout.valid(panel)
        var task = TileProduct(
          a: RowPointers(a, stride: rowStrideA), rowStrideA: rowStrideA, innerStrideA: innerStrideA, b: b,
          innerStrideB: width, panelStrideB: 0, c: c,
          strideC: product.strideC, continues: innerIndex > 0, inner: inner.count)
        switch plan.rightSide {
        case .direct where valid == width:
          task.b = b + inner.lowerBound * product.strideB + column
          task.innerStrideB = product.strideB
          task.panelStrideB = TileShape.columns
        case .direct, .blockwise:
          packPanel(
            b, stride: product.strideB, transposed: product.transposeB, layout: layout, panel: panel, range: inner,
            into: panelBlock)
          task.b = UnsafePointer(panelBlock)
          if isPair {
            task.panelStrideB = inner.count * width
            packPanel(
              b, stride: product.strideB, transposed: product.transposeB, layout: layout, panel: panel + 1,
              range: inner, into: panelBlock + task.panelStrideB)
          }
        case .shared, .prepacked:
          task.b = b + layout.offset(panel) + inner.lowerBound * width
          task.panelStrideB = layout.offset(1)
        }
        let isWhole = valid == width
        for step in 0..<tiles {
          let tile = plan.alternatesTiles ? TileShape.alternating(step, of: tiles) : step
          let range = TileShape.cut(rows.count, into: tiles, tile)
          let row = rows.lowerBound + range.lowerBound
          let result = c + row * product.strideC + column
          if plan.packsLeftSide {
            task.a = RowPointers(UnsafePointer(block + range.lowerBound * inner.count), stride: 1)
            task.rowStrideA = 1
            task.innerStrideA = range.count
          } else {
            task.a = RowPointers(a + row * rowStrideA + inner.lowerBound * innerStrideA, stride: rowStrideA)
          }
          if isWhole && sumsInC {
            task.c = result
          } else {
            task.c = sums
            task.strideC = isPair ? 2 * width : width
            if innerBlocks > 1 {
              task.c += range.lowerBound * TileShape.columns
              if !sumsInC { task.c += (panel - panels.lowerBound) * panelSums }
            }
          }
          if fetchesAhead { prefetch(rows: rows, tile: tile + 1, of: tiles, panel: panel) }
          task.run(rows: range.count, vectors: vectors)
          if isLast && !(isWhole && epilogue.isTrivial) {
            epilogue.apply(
              task.c, stride: task.strideC, into: result, strideC: product.strideC, rows: range.count,
              columns: isPair ? 2 * valid : valid, column: column)
          }
        }
      }
    }
  }

  /// Packs the rows `rows` of A for the inner indices `inner`, tile by tile.
  private func packLeftSide(
    _ rows: Range<Int>, _ inner: Range<Int>, tiles: Int, into block: UnsafeMutablePointer<Float>
  ) {
    // In a transposed A, rows are contiguous: all tiles of a few inner indices share cache lines.
    let step = product.transposeA ? Self.innerIndicesAtOnce : max(1, inner.count)
    for start in stride(from: 0, to: inner.count, by: step) {
      if product.transposeA {
        let ahead = inner.lowerBound + start + Self.innerIndicesAhead
        prefetchTransposed(rows, ahead..<max(ahead, min(inner.upperBound, ahead + step)))
      }
      for tile in 0..<tiles {
        let range = TileShape.cut(rows.count, into: tiles, tile)
        packRows(
          a + (rows.lowerBound + range.lowerBound) * rowStrideA + (inner.lowerBound + start) * innerStrideA,
          rowStride: rowStrideA, innerStride: innerStrideA, rows: range.count, inner: min(step, inner.count - start),
          into: block + range.lowerBound * inner.count + start * range.count)
      }
    }
  }

  /// Inner indices of a transposed A that are packed together: lines that are multiples of 1 KB apart map to the same
  /// sets of the first-level cache, which hold so few of them.
  private static let innerIndicesAtOnce = 8

  /// The prefetch distance in inner indices of a transposed A. Each may be in another page, which the hardware prefetcher
  /// does not cross. A longer distance would cause conflict misses in the second-level cache.
  private static let innerIndicesAhead = 64

  /// Prefetches a transposed A: the inner indices `inner` of the rows `rows`.
  private func prefetchTransposed(_ rows: Range<Int>, _ inner: Range<Int>) {
    for index in inner {
      let line = a + index * product.strideA
      for row in stride(from: rows.lowerBound, to: rows.upperBound, by: 16) {
        processor_prefetch_for_reading(line + row)
      }
    }
  }

  /// Prefetches the next tile of C for writing, so that its partial sums are in the first-level cache when it starts.
  @inline(__always)
  private func prefetch(rows: Range<Int>, tile: Int, of tiles: Int, panel: Int) {
    let (tile, panel) = tile < tiles ? (tile, panel) : (0, panel + 1)
    let range = TileShape.cut(rows.count, into: tiles, tile)
    let target = c + (rows.lowerBound + range.lowerBound) * product.strideC + panel * TileShape.columns
    for row in 0..<range.count {
      processor_prefetch_for_writing(target + row * product.strideC)
      processor_prefetch_for_writing(target + row * product.strideC + TileShape.columns / 2)
    }
  }
}
