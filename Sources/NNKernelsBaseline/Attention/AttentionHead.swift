import NNKernelsCommon

/// One head of one sample: addresses, valid rows, and blocks of queries and keys.
///
/// The matrix of weights, queries x keys, is computed block by block and never exists as a whole (FlashAttention; Dao et al.
/// 2022). Blocks begin at multiples of their sizes, so a sample's bits depend on its own lengths alone.
struct AttentionHead {
  let attention: Attention
  let queries: Int
  let keys: Int
  private let queryStart: Int
  private let keyStart: Int
  private let outputStart: Int
  /// The first of the head's logarithms.
  let logarithmStart: Int

  /// Queries and keys of a block: 64 x 128 weights, 32 KB, stay in the second-level cache.
  static let queryBlock = 64
  static let keyBlock = 128

  init(_ attention: Attention, _ lengths: AttentionLengths, _ index: Int) {
    let (sample, head) = (index / attention.heads, index % attention.heads)
    self.attention = attention
    queries = attention.queryCount(lengths.queries, sample)
    keys = attention.keyCount(lengths.keys, sample)
    queryStart = attention.queryStart(sample, head)
    keyStart = attention.keyStart(sample, head)
    outputStart = attention.outputStart(sample, head)
    logarithmStart = index * attention.queries
  }

  /// The rows of q, of k and v, and of o, from row `row` on.
  @inline(__always)
  func query(_ q: Buffer<Float>, _ row: Int) -> UnsafeMutablePointer<Float> {
    q.base + (queryStart + row * attention.queryStride)
  }
  @inline(__always)
  func key(_ k: Buffer<Float>, _ row: Int) -> UnsafeMutablePointer<Float> {
    k.base + (keyStart + row * attention.keyStride)
  }
  @inline(__always)
  func output(_ o: Buffer<Float>, _ row: Int) -> UnsafeMutablePointer<Float> {
    o.base + (outputStart + row * attention.outputStride)
  }

  /// Keys as columns, inner index the head's width: the panels of k^T and v^T.
  var columnPanels: PanelLayout { PanelLayout(inner: attention.width, columns: keys) }
  /// The width as columns, inner index the rows: the panels of k, v, q or o.
  func rowPanels(_ rows: Int) -> PanelLayout { PanelLayout(inner: rows, columns: attention.width) }

  /// Scalars of a row of the head in panels.
  static func width(_ a: Attention) -> Int { PanelProduct.width(PanelLayout(inner: 1, columns: a.width)) }

  /// Scalars of the panels of k^T, and of k, for any number of valid keys.
  static func columnPanelSize(_ a: Attention) -> Int { PanelLayout(inner: a.width, columns: a.keys).size }
  static func rowPanelSize(_ a: Attention) -> Int { PanelLayout(inner: a.keys, columns: a.width).size }

  /// Packs the rows of k or v, as columns if `transposed`.
  func pack(_ rows: Buffer<Float>, transposed: Bool, into target: UnsafeMutablePointer<Float>) {
    pack(key(rows, 0), stride: attention.keyStride, rows: keys, transposed: transposed, into: target)
  }

  /// Packs `rows` rows.
  func pack(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, transposed: Bool, into target: UnsafeMutablePointer<Float>
  ) {
    let layout = transposed ? PanelLayout(inner: attention.width, columns: rows) : rowPanels(rows)
    for panel in 0..<layout.count {
      packPanel(
        source, stride: stride, transposed: transposed, layout: layout, panel: panel, range: 0..<layout.inner,
        into: target + layout.offset(panel))
    }
  }

  /// The keys of a block that some query of `queries` reads; empty if none does.
  func keys(_ block: Int, readBy queries: Range<Int>) -> Range<Int> {
    let start = block * Self.keyBlock
    return start..<max(start, min(start + Self.keyBlock, attention.readKeys(queries.upperBound - 1, of: keys)))
  }

  /// The blocks of keys.
  var blocks: Int { (keys + Self.keyBlock - 1) / Self.keyBlock }

  /// scores = rows of a head times packed columns of keys: a row for each of `rows` rows, `keyBlock` apart.
  func multiply(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, _ columns: UnsafePointer<Float>, _ keys: Range<Int>,
    into scores: UnsafeMutablePointer<Float>
  ) {
    let first = keys.lowerBound / TileShape.columns
    PanelProduct(
      a: source, rowStrideA: stride, b: columns, layout: columnPanels,
      panels: first..<(keys.upperBound + TileShape.columns - 1) / TileShape.columns, inner: attention.width, c: scores,
      strideC: Self.keyBlock, rows: rows
    ).run()
  }
}

/// The parts that the queries of a head are cut into: more than one only where there are too few heads for the workers.
func queryParts(_ a: Attention, threads: Int) -> Int {
  guard threads > 1 else { return 1 }
  let blocks = (a.queries + AttentionHead.queryBlock - 1) / AttentionHead.queryBlock
  return min(blocks, (2 * threads + a.batch * a.heads - 1) / (a.batch * a.heads))
}
