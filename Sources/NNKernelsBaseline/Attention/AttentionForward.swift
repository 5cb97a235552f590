import NNKernelsCommon

/// o = softmax(q k^T / sqrt(width)) v, see `Scalar.attend`, by blocks of keys with the running maximum of each query.
///
/// A tile of queries goes through all blocks while its weights and sums are in the first-level cache.
///
/// Operations: 4 width for each pair of a query and a key, and some 20 for its exponential.
func attend(
  _ a: Attention, _ lengths: AttentionLengths, _ arrays: AttentionArrays<Float>, _ o: Buffer<Float>,
  _ logarithms: Buffer<Float>, _ workers: WorkerPool
) {
  let parts = queryParts(a, threads: workers.freeThreads)
  let scratch = workers.scratch
  workers.reserveScratch(purpose: .block, count: QueryTile.memory(a))
  workers.run(chunks: a.batch * a.heads * parts) { chunk, worker in
    let head = AttentionHead(a, lengths, chunk / parts)
    let range = TileShape.cut(a.queries, into: parts, chunk % parts)
    let valid = range.lowerBound..<max(range.lowerBound, min(range.upperBound, head.queries))
    for row in valid.upperBound..<range.upperBound { head.output(o, row).update(repeating: 0, count: a.width) }
    guard !valid.isEmpty else { return }
    let columns = scratch.memory(worker: worker, purpose: .block, count: QueryTile.memory(a))
    let rows = columns + AttentionHead.columnPanelSize(a)
    head.pack(arrays.keys, transposed: true, into: columns)
    head.pack(arrays.values, transposed: false, into: rows)
    let tiles = (valid.count + TileShape.rows - 1) / TileShape.rows
    for part in 0..<tiles {
      let tile = TileShape.cut(valid.count, into: tiles, part)
      QueryTile(
        head: head, queries: (valid.lowerBound + tile.lowerBound)..<(valid.lowerBound + tile.upperBound),
        keyColumns: columns, valueRows: rows, memory: rows + AttentionHead.rowPanelSize(a)
      ).run(arrays.queries, into: o, logarithms)
    }
  }
}

/// A few queries of a head.
private struct QueryTile {
  let head: AttentionHead
  let queries: Range<Int>
  let keyColumns: UnsafePointer<Float>
  let valueRows: UnsafePointer<Float>
  /// The weights of a block; the sums of weighted values; for each query the maximum and the sum of the weights.
  let memory: UnsafeMutablePointer<Float>

  private static var scoreCount: Int { TileShape.rows * AttentionHead.keyBlock }

  /// Scalars that a chunk needs.
  static func memory(_ a: Attention) -> Int {
    AttentionHead.columnPanelSize(a) + AttentionHead.rowPanelSize(a) + scoreCount
      + TileShape.rows * (AttentionHead.width(a) + 2)
  }

  func run(_ q: Buffer<Float>, into o: Buffer<Float>, _ logarithms: Buffer<Float>) {
    let a = head.attention
    let width = AttentionHead.width(a)
    let (scores, sums) = (memory, memory + Self.scoreCount)
    let (tops, totals) = (sums + TileShape.rows * width, sums + TileShape.rows * (width + 1))
    tops.update(repeating: -Float.infinity, count: TileShape.rows)
    totals.update(repeating: 0, count: TileShape.rows)
    let panels = head.rowPanels(head.keys)
    for block in 0..<head.blocks {
      let keys = head.keys(block, readBy: queries)
      guard !keys.isEmpty else { break }
      head.multiply(
        head.query(q, queries.lowerBound), stride: a.queryStride, rows: queries.count, keyColumns, keys, into: scores)
      for row in 0..<queries.count {
        weigh(
          scores + row * AttentionHead.keyBlock, keys, query: queries.lowerBound + row, top: tops + row,
          total: totals + row, sums: block > 0 ? sums + row * width : nil, width)
      }
      PanelProduct(
        a: scores, rowStrideA: AttentionHead.keyBlock, b: valueRows, layout: panels, panels: 0..<panels.count,
        firstInner: keys.lowerBound, inner: keys.count, c: sums, strideC: width, rows: queries.count,
        continues: block > 0
      ).run()
    }
    for row in 0..<queries.count {
      ScaledRow(source: sums + row * width, target: head.output(o, queries.lowerBound + row), factor: 1 / totals[row])
        .run(0..<a.width)
      if logarithms.count > 0 {
        logarithms.base[head.logarithmStart + queries.lowerBound + row] = tops[row] + scalarLog(totals[row])
      }
    }
  }

  /// Replaces the scores of a query by exp(scale score - top), with the largest so far as the new top, and by 0 for keys
  /// that it does not read; sums and total of the blocks before are scaled to the new top.
  @inline(never)
  private func weigh(
    _ scores: UnsafeMutablePointer<Float>, _ keys: Range<Int>, query: Int, top: UnsafeMutablePointer<Float>,
    total: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>?, _ width: Int
  ) {
    let a = head.attention
    let count = max(0, min(keys.count, a.readKeys(query, of: head.keys) - keys.lowerBound))
    (scores + count).update(repeating: 0, count: keys.count - count)
    guard count > 0 else { return }
    let scale = Float(a.scale)
    let vectors = RowVectors(count: count)
    // The factor is positive, so the largest score has the largest product. A maximum ignores NaN, which the exponentials
    // then bring back.
    let largest = max(top.pointee, scale * vectors.maximum(scores))
    let sum = vectors.map(scores, scores, ScaledExponential(scale: scale, top: largest))
    if let sums {
      let factor = vectorExp(Vector(repeating: top.pointee - largest))[0]
      total.pointee = total.pointee * factor + sum
      ScaledRow(source: sums, target: sums, factor: factor).run(0..<width)
    } else {
      total.pointee = sum
    }
    top.pointee = largest
  }
}

/// exp(scale x - top)
struct ScaledExponential: VectorFunction {
  let scale: Float
  let top: Float
  @inline(__always) func value(_ x: Vector) -> Vector { vectorExp(x * scale - top) }
}

/// target = factor source.
private struct ScaledRow: LaneLoop {
  let source: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>
  let factor: Float

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) { lanes.store(lanes.load(source + i) * factor, target + i) }
}
