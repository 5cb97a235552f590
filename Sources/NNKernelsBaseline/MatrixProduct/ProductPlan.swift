import NNKernelsCommon

/// The blocking of a product: what is packed, the blocks of the inner index, and the partition of C into chunks. No choice
/// changes a bit of the result, since every element adds its terms in the order of the inner index through all blocks.
struct ProductPlan {
  /// Where the micro-kernel reads a panel of B.
  enum RightSide {
    /// In the caller's matrix, not packed.
    case direct
    /// Packed by all workers before the product.
    case shared
    /// Packed block by block by the worker that uses it, just before use.
    case blockwise
    /// Packed by the caller of `multiplyPacked`.
    case prepacked
  }

  var rightSide: RightSide
  /// Whether A is packed.
  var packsLeftSide: Bool
  /// The block length of the inner index.
  var innerBlock: Int
  /// Parts of C's rows and of its panels; there are rowParts panelParts chunks.
  var rowParts: Int
  var panelParts: Int
  /// Whether a chunk takes its tiles in the order of `TileShape.alternating`.
  var alternatesTiles: Bool

  init(_ p: MatrixProduct, layout: PanelLayout, prepacked: Bool, threads: Int) {
    let work = p.rows * p.columns * p.inner
    let panels = layout.count
    let tiles = (p.rows + TileShape.rows - 1) / TileShape.rows

    // Packing B costs about as much as two to four rows of the product.
    if prepacked {
      rightSide = .prepacked
    } else if !p.transposeB && (p.rows <= 4 * TileShape.rows || p.inner <= Self.shortReadPanel) {
      rightSide = .direct
    } else if p.rows <= 32 * TileShape.rows && (threads == 1 || panels >= 4 * threads) {
      rightSide = .blockwise
    } else {
      rightSide = .shared
    }

    // Longer blocks make fewer passes over C, which counts when C does not stay in the second-level cache between passes.
    // Shorter blocks keep more of a panel of B in the first-level cache, and more rows of A in the second-level cache.
    let isLarge = p.rows * p.columns >= Self.largeResult && (rightSide == .shared || rightSide == .prepacked)
    let longest = isLarge ? Self.longestBlockOfLarge : Self.longestBlock
    let blocks = max(1, (p.inner + longest - 1) / longest)
    innerBlock = max(1, (p.inner + blocks - 1) / blocks)

    let wanted = threads == 1 ? 1 : min(4 * threads, work / Self.leastWork)
    let tilesPerPart = max(1, Self.leftSidePart / (TileShape.rows * innerBlock))
    let rowBlocks = (tiles + tilesPerPart - 1) / tilesPerPart
    // A weight gradient (A transposed) is cut by rows only: each thread then computes the rows whose parameters it updates
    // in the optimizer's step and reads in the next product, so that they stay in its cache.
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
      // Each part reads all of B. With a long inner index B comes from a far cache, so that parts of one or two tiles would
      // wait for it.
      let isLong = p.transposeA && blocks > 2
      let share = isLong ? min(wanted, max(threads, tiles / Self.tilesOfLongPart / threads * threads)) : wanted
      rowParts = wanted <= 1 ? rowBlocks : min(tiles, max(even, share))
      panelParts = share <= rowParts ? 1 : min(panels, (share + rowParts - 1) / rowParts)
    }

    // Packing A costs about as much as two to four columns of the product, in each panel part. In a transposed A the
    // elements of a tile's column are contiguous already, and a small one stays in the first-level cache unpacked.
    let isCached = p.transposeA && p.rows * p.inner <= Self.smallLeftSide
    packsLeftSide = tiles > 1 && panels >= 12 * panelParts && !isCached
    // Not where hardware prefetching in ascending order helps: with packed rows of A, and with a C that is read again for
    // each block.
    alternatesTiles =
      ownRows > 0 && threads > 1 && panelParts == 1 && rowParts <= 2 * threads && blocks == 1 && !packsLeftSide
  }

  /// Cuts C by rows only, into parts of at least `rowsWithRemainder` rows, for a `PackedRemainder`.
  mutating func packRemainder(rows: Int, threads: Int) {
    panelParts = 1
    rowParts = max(threads, rows / Self.rowsWithRemainder)
  }

  /// The fewest tiles of a part of a product with a long inner index.
  static let tilesOfLongPart = 2
  /// Rows of a part where there is a `PackedRemainder`.
  static let rowsWithRemainder = 32
  /// Scalars of A, 25 KB, that stay in the first-level cache while B streams through it.
  static let smallLeftSide = 6400
  /// The longest panel, 16 KB, that many rows may read unpacked: it stays in the first-level cache unless its rows are
  /// multiples of 1 KB apart and map to few cache sets.
  static let longestReadPanel = 4096 / TileShape.columns
  /// The longest panel whose cache lines do not evict each other even when they are multiples of 1 KB apart.
  static let shortReadPanel = 16
  /// Rows per thread from which on all threads read all of an unpacked B.
  static let leastReadingRows = 24
  /// Rows per thread from which on all threads pack all of B, each for itself.
  static let leastPackingRows = 96
  /// The longest block of the inner index.
  #if LEVEL_V4
    // Such a panel exceeds the first-level cache; the second-level cache is fast enough.
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
  /// Scalars of C, 1 MB, that do not stay in the second-level cache between two blocks of the inner index.
  static let largeResult = 1 << 18
  /// The smallest chunk in multiply-adds: some three microseconds.
  static let leastWork = 100_000
}
