/// A register tile: the accumulators of a block of C, one strip per row, that stay in registers during the loop over the
/// inner index.
///
/// Rows are nested generic types: `Rows<S, Rows<S, LastRow<S>>>` has three rows. Each row is thus a separate variable that
/// the compiler keeps in registers, and one definition serves any number of rows.
protocol Tile {
  associatedtype Columns: Strip
  static var rows: Int { get }
  static var zero: Self { get }
  static func load(_ source: UnsafePointer<Float>, stride: Int) -> Self
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int)
  /// Adds the outer product of a column of A and a row of B: C[i, j] += A[i] B[j]. The tile's first row is row `index` of
  /// `a`, whose rows are `stride` apart.
  mutating func add(_ a: RowPointers, stride: Int, _ index: Int, _ b: Columns)
}

/// The last row of a tile.
struct LastRow<Columns: Strip>: Tile {
  var row: Columns

  static var rows: Int { 1 }
  @inline(__always) static var zero: Self { Self(row: .zero) }

  @inline(__always)
  static func load(_ source: UnsafePointer<Float>, stride: Int) -> Self {
    Self(row: .load(source, panelStride: 2 * Vector.scalarCount))
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int) { row.store(target) }

  @inline(__always)
  mutating func add(_ a: RowPointers, stride: Int, _ index: Int, _ b: Columns) {
    row.add(a.element(index, stride: stride), b)
  }
}

/// A row of a tile and the rows below it.
struct Rows<Columns: Strip, Rest: Tile>: Tile where Rest.Columns == Columns {
  var row: Columns
  var rest: Rest

  static var rows: Int { 1 + Rest.rows }
  @inline(__always) static var zero: Self { Self(row: .zero, rest: .zero) }

  @inline(__always)
  static func load(_ source: UnsafePointer<Float>, stride: Int) -> Self {
    Self(row: .load(source, panelStride: 2 * Vector.scalarCount), rest: .load(source + stride, stride: stride))
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, stride: Int) {
    row.store(target)
    rest.store(target + stride, stride: stride)
  }

  @inline(__always)
  mutating func add(_ a: RowPointers, stride: Int, _ index: Int, _ b: Columns) {
    row.add(a.element(index, stride: stride), b)
    rest.add(a, stride: stride, index + 1, b)
  }
}

typealias Tile1<S: Strip> = LastRow<S>
typealias Tile2<S: Strip> = Rows<S, Tile1<S>>
typealias Tile3<S: Strip> = Rows<S, Tile2<S>>
typealias Tile4<S: Strip> = Rows<S, Tile3<S>>
typealias Tile5<S: Strip> = Rows<S, Tile4<S>>
typealias Tile6<S: Strip> = Rows<S, Tile5<S>>
typealias Tile7<S: Strip> = Rows<S, Tile6<S>>
typealias Tile8<S: Strip> = Rows<S, Tile7<S>>
typealias Tile9<S: Strip> = Rows<S, Tile8<S>>
typealias Tile10<S: Strip> = Rows<S, Tile9<S>>
typealias Tile11<S: Strip> = Rows<S, Tile10<S>>
typealias Tile12<S: Strip> = Rows<S, Tile11<S>>
