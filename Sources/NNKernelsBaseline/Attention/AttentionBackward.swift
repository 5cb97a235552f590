import NNKernelsCommon

/// The gradients of q, k and v, see `Scalar.attendBackward`. The weights are computed again, block by block, from the
/// logarithms of their sums that forward saved.
///
/// With the weights P and D[i] = sum over the width of do[i] o[i]: dv = P^T do, dP = do v^T, dS = P (dP - D) / sqrt(width),
/// dq = dS k, dk = dS^T q.
///
/// Operations: 10 width for each pair of a query and a key.
func attendBackward(
  _ a: Attention, _ lengths: AttentionLengths, _ arrays: AttentionArrays<Float>, _ output: Buffer<Float>,
  _ logarithms: Buffer<Float>, _ upstream: Buffer<Float>, _ gradients: AttentionArrays<Float>, _ workers: WorkerPool
) {
  let scratch = workers.scratch
  workers.reserveScratch(purpose: .block, count: HeadGradients.memory(a))
  workers.run(chunks: a.batch * a.heads) { chunk, worker in
    HeadGradients(
      head: AttentionHead(a, lengths, chunk), arrays: arrays, output: output, logarithms: logarithms,
      upstream: upstream, gradients: gradients,
      memory: scratch.memory(worker: worker, purpose: .block, count: HeadGradients.memory(a))
    ).run()
  }
}

/// The backward pass of one head of one sample.
private struct HeadGradients {
  let head: AttentionHead
  let arrays: AttentionArrays<Float>
  let output: Buffer<Float>
  let logarithms: Buffer<Float>
  let upstream: Buffer<Float>
  let gradients: AttentionArrays<Float>
  let memory: UnsafeMutablePointer<Float>

  private static var blockCount: Int { AttentionHead.queryBlock * AttentionHead.keyBlock }

  /// Scalars that a chunk needs: k^T, v^T and k in panels, dk and dv, P and dS of a block, q and do of a block in panels,
  /// dq of a block and its D.
  static func memory(_ a: Attention) -> Int {
    let width = AttentionHead.width(a)
    return 2 * AttentionHead.columnPanelSize(a) + AttentionHead.rowPanelSize(a) + 2 * a.keys * width + 2 * blockCount
      + AttentionHead.queryBlock * (3 * width + 1)
  }

  func run() {
    let a = head.attention
    let width = AttentionHead.width(a)
    let keyColumns = memory
    let valueColumns = keyColumns + AttentionHead.columnPanelSize(a)
    let keyRows = valueColumns + AttentionHead.columnPanelSize(a)
    let dk = keyRows + AttentionHead.rowPanelSize(a)
    let dv = dk + a.keys * width
    let weights = dv + a.keys * width
    let slopes = weights + Self.blockCount
    let queryRows = slopes + Self.blockCount
    let upstreamRows = queryRows + AttentionHead.queryBlock * width
    let dq = upstreamRows + AttentionHead.queryBlock * width
    let means = dq + AttentionHead.queryBlock * width
    head.pack(arrays.keys, transposed: true, into: keyColumns)
    head.pack(arrays.values, transposed: true, into: valueColumns)
    head.pack(arrays.keys, transposed: false, into: keyRows)
    // Keys that no query reads, as a causal net may have, keep 0.
    dk.update(repeating: 0, count: 2 * a.keys * width)
    for start in stride(from: 0, to: head.queries, by: AttentionHead.queryBlock) {
      let queries = start..<min(head.queries, start + AttentionHead.queryBlock)
      let (q, g) = (head.query(arrays.queries, start), head.output(upstream, start))
      head.pack(q, stride: a.queryStride, rows: queries.count, transposed: false, into: queryRows)
      head.pack(g, stride: a.outputStride, rows: queries.count, transposed: false, into: upstreamRows)
      let vectors = RowVectors(count: a.width)
      for row in 0..<queries.count {
        means[row] = vectors.dot(g + row * a.outputStride, head.output(output, start + row))
      }
      let panels = head.rowPanels(queries.count)
      for block in 0..<head.blocks {
        let keys = head.keys(block, readBy: queries)
        guard !keys.isEmpty else { break }
        head.multiply(q, stride: a.queryStride, rows: queries.count, keyColumns, keys, into: weights)
        head.multiply(g, stride: a.outputStride, rows: queries.count, valueColumns, keys, into: slopes)
        for row in 0..<queries.count { differentiate(row, start + row, keys, weights, slopes, means[row]) }
        transposedProduct(weights, keys, upstreamRows, panels, into: dv, width)
        transposedProduct(slopes, keys, queryRows, panels, into: dk, width)
        let keyPanels = head.rowPanels(head.keys)
        PanelProduct(
          a: slopes, rowStrideA: AttentionHead.keyBlock, b: keyRows, layout: keyPanels, panels: 0..<keyPanels.count,
          firstInner: keys.lowerBound, inner: keys.count, c: dq, strideC: width, rows: queries.count,
          continues: block > 0
        ).run()
      }
      for row in 0..<queries.count {
        copyFloats(dq + row * width, head.query(gradients.queries, start + row), a.width)
      }
    }
    for row in head.queries..<a.queries { head.query(gradients.queries, row).update(repeating: 0, count: a.width) }
    for row in 0..<head.keys {
      copyFloats(dk + row * width, head.key(gradients.keys, row), a.width)
      copyFloats(dv + row * width, head.key(gradients.values, row), a.width)
    }
    for row in head.keys..<a.keys {
      head.key(gradients.keys, row).update(repeating: 0, count: a.width)
      head.key(gradients.values, row).update(repeating: 0, count: a.width)
    }
  }

  /// P and dS of one query and a block of keys, from their scores and products.
  @inline(never)
  private func differentiate(
    _ row: Int, _ query: Int, _ keys: Range<Int>, _ weights: UnsafeMutablePointer<Float>,
    _ slopes: UnsafeMutablePointer<Float>, _ mean: Float
  ) {
    let a = head.attention
    let weights = weights + row * AttentionHead.keyBlock
    let slopes = slopes + row * AttentionHead.keyBlock
    let count = max(0, min(keys.count, a.readKeys(query, of: head.keys) - keys.lowerBound))
    WeightSlopes(
      weights: weights, slopes: slopes, scale: Float(a.scale), logarithm: logarithms.base[head.logarithmStart + query],
      mean: mean
    ).run(0..<count)
    (weights + count).update(repeating: 0, count: keys.count - count)
    (slopes + count).update(repeating: 0, count: keys.count - count)
  }

  /// target += the block's transpose times the rows of its queries.
  private func transposedProduct(
    _ block: UnsafePointer<Float>, _ keys: Range<Int>, _ rows: UnsafePointer<Float>, _ panels: PanelLayout,
    into target: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    PanelProduct(
      a: block, rowStrideA: 1, innerStrideA: AttentionHead.keyBlock, b: rows, layout: panels, panels: 0..<panels.count,
      inner: panels.inner, c: target + keys.lowerBound * width, strideC: width, rows: keys.count, continues: true
    ).run()
  }
}

/// weights = exp(scale weights - logarithm); slopes = scale weights (slopes - mean).
private struct WeightSlopes: LaneLoop {
  let weights: UnsafeMutablePointer<Float>
  let slopes: UnsafeMutablePointer<Float>
  let scale: Float
  let logarithm: Float
  let mean: Float

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) {
    let weight = vectorExp(lanes.load(weights + i) * scale - logarithm)
    lanes.store(weight, weights + i)
    lanes.store(weight * scale * (lanes.load(slopes + i) - mean), slopes + i)
  }
}
