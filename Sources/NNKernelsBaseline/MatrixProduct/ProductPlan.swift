import NNKernelsCommon

/// How a product is cut into pieces. Nothing here changes any bit of the result: every element's terms are added in
/// the order of the inner index, through all blocks.
struct ProductPlan {
  /// Where a panel of B is when a tile needs it.
  enum RightSide {
    /// In the caller's matrix, read as it lies there.
    case direct
    /// Packed by all workers before the product starts.
    case shared
    /// Packed block by block by the worker that needs it, just before use.
    case blockwise
    /// Packed by the caller of `multiplyPacked`.
    case prepacked
  }

  var rightSide: RightSide
  /// Whether rows of A are rearranged before use.
  var packsLeftSide: Bool
  /// Inner indices per block.
  var innerBlock: Int
  /// Pieces of rows and of panels; their product is the number of chunks.
  var rowParts: Int
  var panelParts: Int
  /// Whether a thread that has rows of its own takes their tiles in the order of `TileShape.alternating`.
  var alternatesTiles: Bool

  init(_ p: MatrixProduct, layout: PanelLayout, prepacked: Bool, threads: Int) {
    let work = p.rows * p.columns * p.inner
    let panels = layout.count
    let tiles = (p.rows + TileShape.rows - 1) / TileShape.rows

    // The rearrangement of B costs about as much as two to four rows of the product.
    if prepacked {
      rightSide = .prepacked
    } else if !p.transposeB && (p.rows <= 4 * TileShape.rows || p.inner <= Self.shortReadPanel) {
      rightSide = .direct
    } else if p.rows <= 32 * TileShape.rows && (threads == 1 || panels >= 4 * threads) {
      rightSide = .blockwise
    } else {
      rightSide = .shared
    }

    // Fewer blocks pass over C less often, which counts when C has left the nearer caches meanwhile; longer ones keep
    // less of a panel in the first-level cache during all rows, and fewer rows of A in the second.
    let isLarge = p.rows * p.columns >= Self.largeResult && (rightSide == .shared || rightSide == .prepacked)
    let longest = isLarge ? Self.longestBlockOfLarge : Self.longestBlock
    let blocks = max(1, (p.inner + longest - 1) / longest)
    innerBlock = max(1, (p.inner + blocks - 1) / blocks)

    let wanted = threads == 1 ? 1 : min(4 * threads, work / Self.leastWork)
    let tilesPerPart = max(1, Self.leftSidePart / (TileShape.rows * innerBlock))
    let rowBlocks = (tiles + tilesPerPart - 1) / tilesPerPart
    // A gradient of weights: every thread should compute the rows that it will meet again, in the optimizer's step and
    // in the next product with these weights.
    let ownRows = p.transposeA ? p.rows / threads : 0
    let isReadable = !p.transposeB && p.inner <= Self.longestReadPanel && p.strideB % 256 != 0
    if isReadable && ownRows >= Self.leastReadingRows {
      rightSide = .direct
      rowParts = max(rowBlocks, threads == 1 ? 1 : ownRows >= Self.leastPackingRows ? 2 * threads : threads)
      panelParts = 1
    } else if rightSide == .blockwise && threads > 1 && ownRows >= Self.leastPackingRows {
      rowParts = threads
      panelParts = 1
    } else if rightSide == .blockwise {
      rowParts = 1
      panelParts = max(1, min(panels, wanted))
    } else {
      let even = (rowBlocks + threads - 1) / threads * threads
      rowParts = wanted <= 1 ? rowBlocks : min(tiles, max(even, wanted))
      panelParts = wanted <= rowParts ? 1 : min(panels, (wanted + rowParts - 1) / rowParts)
    }

    // The rearrangement of A costs about as much as two to four columns of the product, in each part of it. A
    // transposed one has the elements of a tile together already; a small one stays in the first-level cache as it lies.
    let isAtHand = p.transposeA && p.rows * p.inner <= Self.smallLeftSide
    packsLeftSide = tiles > 1 && panels >= 12 * panelParts && !isAtHand
    // Rows of A that are packed follow each other in memory and are fetched ahead in their order, and so is C between
    // blocks.
    alternatesTiles =
      ownRows > 0 && threads > 1 && panelParts == 1 && rowParts <= 2 * threads && blocks == 1 && !packsLeftSide
  }

  /// Makes the parts whole rows, and few, where the last columns of fours of rows are computed together.
  mutating func packRemainder(rows: Int, threads: Int) {
    panelParts = 1
    rowParts = max(threads, rows / Self.rowsWithRemainder)
  }

  /// Rows of a part whose tiles include the last columns.
  static let rowsWithRemainder = 32
  /// Scalars of A, 25 KB, that stay in the first-level cache while rows of B pass through it.
  static let smallLeftSide = 6400
  /// The longest panel, 16 KB, that many rows may read as it lies: it stays in the first-level cache, which has room for
  /// few lines that are multiples of a kilobyte apart.
  static let longestReadPanel = 4096 / TileShape.columns
  /// The longest panel of which not even lines that are multiples of a kilobyte apart displace each other.
  static let shortReadPanel = 16
  /// Rows of a thread's own that are worth reading B for, which all threads then do.
  static let leastReadingRows = 24
  /// Rows of a thread's own that are worth packing B for, which all threads then do.
  static let leastPackingRows = 96
  /// The longest block of inner indices.
  #if LEVEL_V4
    // Two wide vectors of so many are more than the first-level cache holds, but come fast enough from the second.
    static let longestBlock = 512
    static let longestBlockOfLarge = 2048
    /// Scalars of A, 393 KB, that stay in the second-level cache beside the longest panel of B, 262 KB.
    static let leftSidePart = 98304
  #else
    static let longestBlock = 384
    static let longestBlockOfLarge = 384
    /// Scalars of A that stay in the second-level cache beside a panel of B.
    static let leftSidePart = 32 * TileShape.rows * 384
  #endif
  /// Scalars of C, a megabyte, that leave the nearer caches between two blocks of inner indices.
  static let largeResult = 1 << 18
  /// Multiply-adds that are worth handing to another thread: some three microseconds.
  static let leastWork = 100_000
}
