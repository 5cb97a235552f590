/// max(x, 0); NaN lanes stay NaN.
@_transparent
func rectified(_ x: Vector) -> Vector { x.replacing(with: Vector.zero, where: x .< Vector.zero) }

/// Two vectors of pixels: the columns of a register tile.
struct PixelPair {
  var first: Vector
  var second: Vector

  @inline(__always)
  init(_ first: Vector, _ second: Vector) {
    self.first = first
    self.second = second
  }

  @inline(__always)
  init(_ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>) {
    self.init(loadVector(first), loadVector(second))
  }

  /// self += factor other, a fused multiply-add per lane where the level has it.
  @inline(__always)
  mutating func add(_ factor: Float, _ other: PixelPair) {
    let factor = Vector(repeating: factor)
    first = multiplyAdd(factor, other.first, first)
    second = multiplyAdd(factor, other.second, second)
  }
}

/// The memory of a register tile: row r has its vectors at first + r stride and second + r stride.
struct PixelTargets {
  var first: UnsafeMutablePointer<Float>
  var second: UnsafeMutablePointer<Float>
  var stride: Int

  /// The targets of the rows below the first.
  @inline(__always) var next: PixelTargets {
    PixelTargets(first: first + stride, second: second + stride, stride: stride)
  }
}

/// A register tile of output: `rows` channels x two vectors of pixels of accumulators. The type nests its rows, as that
/// of `Tile` does, so that each accumulator is a variable that the compiler keeps in a register.
protocol PixelTile {
  static var rows: Int { get }
  static var zero: Self { get }
  /// Each row is filled with its bias.
  static func filled(_ bias: UnsafePointer<Float>) -> Self
  static func load(_ source: PixelTargets) -> Self
  func store(_ target: PixelTargets)
  /// Stores max(x, 0).
  func storeRectified(_ target: PixelTargets)
  /// Rank-1 update: row r += a[r stride] b.
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: PixelPair)
}

/// The last row of a tile.
struct LastPixelRow: PixelTile {
  var row: PixelPair

  static var rows: Int { 1 }
  @inline(__always) static var zero: Self { Self(row: PixelPair(Vector.zero, Vector.zero)) }

  @inline(__always)
  static func filled(_ bias: UnsafePointer<Float>) -> Self {
    let value = Vector(repeating: bias.pointee)
    return Self(row: PixelPair(value, value))
  }

  @inline(__always)
  static func load(_ source: PixelTargets) -> Self { Self(row: PixelPair(source.first, source.second)) }

  @inline(__always)
  func store(_ target: PixelTargets) {
    storeVector(row.first, target.first)
    storeVector(row.second, target.second)
  }

  @inline(__always)
  func storeRectified(_ target: PixelTargets) {
    storeVector(rectified(row.first), target.first)
    storeVector(rectified(row.second), target.second)
  }

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: PixelPair) { row.add(a.pointee, b) }
}

/// A row of a tile and the rows below it.
struct PixelRows<Rest: PixelTile>: PixelTile {
  var row: LastPixelRow
  var rest: Rest

  static var rows: Int { 1 + Rest.rows }
  @inline(__always) static var zero: Self { Self(row: .zero, rest: .zero) }

  @inline(__always)
  static func filled(_ bias: UnsafePointer<Float>) -> Self { Self(row: .filled(bias), rest: .filled(bias + 1)) }

  @inline(__always)
  static func load(_ source: PixelTargets) -> Self { Self(row: .load(source), rest: .load(source.next)) }

  @inline(__always)
  func store(_ target: PixelTargets) {
    row.store(target)
    rest.store(target.next)
  }

  @inline(__always)
  func storeRectified(_ target: PixelTargets) {
    row.storeRectified(target)
    rest.storeRectified(target.next)
  }

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, stride: Int, _ b: PixelPair) {
    row.add(a, stride: stride, b)
    rest.add(a + stride, stride: stride, b)
  }
}

typealias PixelTile1 = LastPixelRow
typealias PixelTile2 = PixelRows<PixelTile1>
typealias PixelTile3 = PixelRows<PixelTile2>
typealias PixelTile4 = PixelRows<PixelTile3>
typealias PixelTile5 = PixelRows<PixelTile4>
typealias PixelTile6 = PixelRows<PixelTile5>
typealias PixelTile7 = PixelRows<PixelTile6>
typealias PixelTile8 = PixelRows<PixelTile7>
typealias PixelTile9 = PixelRows<PixelTile8>
typealias PixelTile10 = PixelRows<PixelTile9>
typealias PixelTile11 = PixelRows<PixelTile10>
typealias PixelTile12 = PixelRows<PixelTile11>

/// A micro-kernel that is generic over the height of its register tile.
protocol PixelTileUser {
  func use<T: PixelTile>(_ type: T.Type)
}

extension PixelTileUser {
  /// Dispatches to the tile of `rows` rows, at most `TileShape.rows`.
  @inline(__always)
  func run(rows: Int) {
    switch rows {
    case 1: use(PixelTile1.self)
    case 2: use(PixelTile2.self)
    case 3: use(PixelTile3.self)
    case 4: use(PixelTile4.self)
    #if LEVEL_V3 || LEVEL_V4 || arch(arm64)
      case 5: use(PixelTile5.self)
      case 6: use(PixelTile6.self)
    #endif
    #if LEVEL_V4 || arch(arm64)
      case 7: use(PixelTile7.self)
      case 8: use(PixelTile8.self)
      case 9: use(PixelTile9.self)
      case 10: use(PixelTile10.self)
      case 11: use(PixelTile11.self)
      case 12: use(PixelTile12.self)
    #endif
    default: assertionFailure("a tile of \(rows) rows")
    }
  }
}
