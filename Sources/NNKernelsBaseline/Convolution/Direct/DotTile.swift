/// A row of a register tile of dot products: the partial sums of one output channel with several weights, a vector per
/// weight, whose lanes are summed at the end.
protocol DotRow {
  static var zero: Self { get }
  /// The vector of pixels that each weight multiplies.
  static func load(_ pixels: UnsafePointer<Float>, _ offsets: UnsafePointer<Int32>) -> Self
  /// self += upstream pixels, lane by lane.
  mutating func add(_ upstream: Vector, _ pixels: Self)
  /// target[weight] += the sum of that weight's lanes.
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

/// A weight of a row and the weights behind it.
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

/// A register tile of dot products: output channels x weights. All channels share the loads of the pixels.
protocol DotTile {
  associatedtype Columns: DotRow
  static var zero: Self { get }
  /// Row r += upstream[r stride ...] pixels.
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

/// A channel of a tile and the channels below it.
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
