/// The micro-kernel: one register tile of C over one block of the inner index, C[i, j] (+)= sum over k of A[i, k] B[k, j].
struct TileProduct {
  /// A's first column, and its strides of rows and of inner indices.
  var a: RowPointers
  var rowStrideA: Int
  var innerStrideA: Int
  /// B's first strip, its stride of inner indices, and the stride of the two panels of a wide tile.
  var b: UnsafePointer<Float>
  var innerStrideB: Int
  var panelStrideB: Int
  /// The tile of C: it is loaded first if `continues`, for a second block of the inner index.
  var c: UnsafeMutablePointer<Float>
  var strideC: Int
  var continues: Bool
  var inner: Int

  /// Runs the loop over the inner index. Every element adds its terms in the order of the inner index, for tiles of any
  /// size, so its bits do not depend on the tiling.
  ///
  /// Operations: 2 rows columns inner. Bytes from the first-level cache per inner index: 4 (rows + columns). With 6 rows
  /// and two vectors of 8 lanes, 12 multiply-adds need 8 loads, so multiplier throughput is the limit.
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
    // In a packed or transposed A the elements of a column are contiguous: a constant stride gives constant offsets.
    if rowStrideA == 1 { accumulate(type, rowStride: 1) } else { accumulate(type, rowStride: rowStrideA) }
  }

  /// Runs the micro-kernel for `rows` rows and `vectors` vectors (1, 2 or 4), within the limits of `TileShape`.
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

/// The shape of register tiles: the accumulators, a strip of B and a broadcast element of A fill the registers.
enum TileShape {
  // `rows` is the most rows of a tile of two vectors, `wideRows` that of a tile of four.
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

  /// Part `index` of `rows` rows that are partitioned into `tiles` nearly equal parts.
  @inline(__always)
  static func cut(_ rows: Int, into tiles: Int, _ index: Int) -> Range<Int> {
    (index * rows / tiles)..<((index + 1) * rows / tiles)
  }

  /// Rows of the longest of these parts.
  @inline(__always)
  static func longest(_ rows: Int, into tiles: Int) -> Int { (rows + tiles - 1) / tiles }

  /// The tile of step `step` in an order that alternates between the first and the last tile that is left: 0, n - 1, 1,
  /// n - 2, ...
  ///
  /// In ascending order the hardware prefetcher would run past a thread's last row into rows that another thread writes,
  /// and that thread would have to fetch the cache lines back (false sharing by prefetching). Where cores share no cache,
  /// this cost up to a quarter of the training step of a small net.
  @inline(__always)
  static func alternating(_ step: Int, of tiles: Int) -> Int {
    step % 2 == 0 ? step / 2 : tiles - 1 - step / 2
  }
}
