/// One tile's share of a product: C tile = A tile x B panel, over one block of the inner index.
struct TileProduct {
  /// The first column of A, the distances of rows and of inner indices.
  var a: RowPointers
  var rowStrideA: Int
  var innerStrideA: Int
  /// The first strip of B, the distance of inner indices, and that of two panels read at once.
  var b: UnsafePointer<Float>
  var innerStrideB: Int
  var panelStrideB: Int
  /// Where the sums so far lie if `continues`, and where the sums go.
  var c: UnsafeMutablePointer<Float>
  var strideC: Int
  var continues: Bool
  var inner: Int

  /// Adds to the tile. Every element adds its terms one after the other in the order of the inner index, whatever
  /// the tile's size: that makes an element's bits independent of all tiling.
  ///
  /// Operations: 2 rows columns inner. Bytes from the first-level cache per inner index: 4 (rows + columns); with 6
  /// rows and two vectors of 8 lanes, 12 multiply-adds need 8 loads, so that the multipliers are the limit.
  @inline(__always)
  func accumulate<T: Tile>(_ type: T.Type, rowStride: Int) {
    var tile = continues ? T.load(c, stride: strideC) : T.zero
    var (a, b) = (a, b)
    var left = inner
    while left > 0 {
      tile.add(a, stride: rowStride, 0, T.Columns.load(b, panelStride: panelStrideB))
      a.advance(innerStrideA)
      b += innerStrideB
      left -= 1
    }
    tile.store(c, stride: strideC)
  }

  @inline(never)
  func run<T: Tile>(_ type: T.Type) {
    // A packed or transposed A has its rows' elements side by side: a constant distance makes them plain offsets.
    if rowStrideA == 1 { accumulate(type, rowStride: 1) } else { accumulate(type, rowStride: rowStrideA) }
  }

  /// Runs a tile of `rows` rows and `vectors` vectors (1, 2 or 4), within the limits of `TileShape`.
  @inline(__always)
  func run(rows: Int, vectors: Int) {
    switch vectors {
    case 1: run(rows: rows, SingleStrip.self)
    case 2: run(rows: rows, DoubleStrip.self)
    default: runWide(rows: rows, QuadrupleStrip.self)
    }
  }

  @inline(__always)
  private func run<S: Strip>(rows: Int, _ strip: S.Type) {
    switch rows {
    case 1: run(Tile1<S>.self)
    case 2: run(Tile2<S>.self)
    case 3: run(Tile3<S>.self)
    case 4: run(Tile4<S>.self)
    #if LEVEL_V3 || LEVEL_V4 || arch(arm64)
      case 5: run(Tile5<S>.self)
      case 6: run(Tile6<S>.self)
    #endif
    #if LEVEL_V4 || arch(arm64)
      case 7: run(Tile7<S>.self)
      case 8: run(Tile8<S>.self)
      case 9: run(Tile9<S>.self)
      case 10: run(Tile10<S>.self)
      case 11: run(Tile11<S>.self)
      case 12: run(Tile12<S>.self)
    #endif
    default: assertionFailure("a tile of \(rows) rows")
    }
  }

  @inline(__always)
  private func runWide<S: Strip>(rows: Int, _ strip: S.Type) {
    switch rows {
    case 1: run(Tile1<S>.self)
    case 2: run(Tile2<S>.self)
    #if LEVEL_V3 || LEVEL_V4 || arch(arm64)
      case 3: run(Tile3<S>.self)
    #endif
    #if LEVEL_V4 || arch(arm64)
      case 4: run(Tile4<S>.self)
      case 5: run(Tile5<S>.self)
      case 6: run(Tile6<S>.self)
    #endif
    default: assertionFailure("a wide tile of \(rows) rows")
    }
  }
}

/// The sizes of tiles, chosen so that the accumulators, a strip of B and a broadcast of A fill the registers.
enum TileShape {
  #if LEVEL_V4
    static let rows = 12
    static let wideRows = 6
  #elseif LEVEL_V3
    static let rows = 6
    static let wideRows = 3
  #elseif arch(arm64)
    static let rows = 12
    static let wideRows = 6
  #else
    static let rows = 4
    static let wideRows = 2
  #endif
  /// Columns of a panel of B: two vectors.
  static let columns = 2 * Vector.scalarCount

  /// The rows of part `index` when `rows` rows are cut into `tiles` parts of nearly equal height.
  @inline(__always)
  static func cut(_ rows: Int, into tiles: Int, _ index: Int) -> Range<Int> {
    (index * rows / tiles)..<((index + 1) * rows / tiles)
  }

  /// The tile that comes at step `step` if the first and the last of those left take transposes.
  ///
  /// If a thread walks evenly through its rows, the processor fetches the next ones ahead, past the last of them: they
  /// are another thread's, who then has to get them back before he can write them. Where two processors share no cache,
  /// that cost up to a quarter of the training step of a small net.
  @inline(__always)
  static func alternating(_ step: Int, of tiles: Int) -> Int {
    step % 2 == 0 ? step / 2 : tiles - 1 - step / 2
  }
}
