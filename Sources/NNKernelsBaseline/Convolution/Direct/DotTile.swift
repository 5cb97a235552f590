/// Vectors of partial dot products of one channel with several others, held in registers: one for each weight.
protocol DotRow {
  static var zero: Self { get }
  /// The pixels that each weight meets.
  static func load(_ pixels: UnsafePointer<Float>, _ offsets: UnsafePointer<Int32>) -> Self
  mutating func add(_ upstream: Vector, _ pixels: Self)
  /// Adds the sum of each vector's lanes to the element of its weight.
  func addSums(_ target: UnsafeMutablePointer<Float>)
}

/// The last weight of a row.
struct LastDot: DotRow {
  var vector: Vector

  @inline(__always) static var zero: Self { Self(vector: .zero) }

  @inline(__always)
  static func load(_ pixels: UnsafePointer<Float>, _ offsets: UnsafePointer<Int32>) -> Self {
    Self(vector: loadVector(pixels + Int(offsets.pointee)))
  }

  @inline(__always)
  mutating func add(_ upstream: Vector, _ pixels: Self) {
    vector = multiplyAdd(upstream, pixels.vector, vector)
  }

  @inline(__always)
  func addSums(_ target: UnsafeMutablePointer<Float>) { target.pointee += laneSum(vector) }
}

/// A weight of a row and those behind it.
struct Dots<Rest: DotRow>: DotRow {
  var first: LastDot
  var rest: Rest

  @inline(__always) static var zero: Self { Self(first: .zero, rest: .zero) }

  @inline(__always)
  static func load(_ pixels: UnsafePointer<Float>, _ offsets: UnsafePointer<Int32>) -> Self {
    Self(first: .load(pixels, offsets), rest: .load(pixels, offsets + 1))
  }

  @inline(__always)
  mutating func add(_ upstream: Vector, _ pixels: Self) {
    first.add(upstream, pixels.first)
    rest.add(upstream, pixels.rest)
  }

  @inline(__always)
  func addSums(_ target: UnsafeMutablePointer<Float>) {
    first.addSums(target)
    rest.addSums(target + 1)
  }
}

/// The partial dot products of several upstream channels with the same pixels.
protocol DotTile {
  associatedtype Columns: DotRow
  static var zero: Self { get }
  /// Multiplies the vectors of upstream channels, which lie `stride` apart, with `pixels`.
  mutating func add(_ upstream: UnsafePointer<Float>, stride: Int, _ pixels: Columns)
  func addSums(_ target: UnsafeMutablePointer<Float>, stride: Int)
}

/// The last channel of a tile.
struct LastDotRow<Columns: DotRow>: DotTile {
  var row: Columns

  @inline(__always) static var zero: Self { Self(row: .zero) }

  @inline(__always)
  mutating func add(_ upstream: UnsafePointer<Float>, stride: Int, _ pixels: Columns) {
    row.add(loadVector(upstream), pixels)
  }

  @inline(__always)
  func addSums(_ target: UnsafeMutablePointer<Float>, stride: Int) { row.addSums(target) }
}

/// A channel of a tile and those below it.
struct DotRows<Rest: DotTile>: DotTile {
  typealias Columns = Rest.Columns
  var row: Columns
  var rest: Rest

  @inline(__always) static var zero: Self { Self(row: .zero, rest: .zero) }

  @inline(__always)
  mutating func add(_ upstream: UnsafePointer<Float>, stride: Int, _ pixels: Columns) {
    row.add(loadVector(upstream), pixels)
    rest.add(upstream + stride, stride: stride, pixels)
  }

  @inline(__always)
  func addSums(_ target: UnsafeMutablePointer<Float>, stride: Int) {
    row.addSums(target)
    rest.addSums(target + stride, stride: stride)
  }
}
