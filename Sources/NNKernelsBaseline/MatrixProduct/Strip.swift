/// The columns of a register tile in one row: a few vectors that the micro-kernel accumulates.
protocol Strip {
  /// Vectors of the strip.
  static var vectors: Int { get }
  static var zero: Self { get }
  /// Loads a strip: every two vectors are contiguous, and the next two are `panelStride` scalars further.
  static func load(_ source: UnsafePointer<Float>, panelStride: Int) -> Self
  func store(_ target: UnsafeMutablePointer<Float>)
  /// self += factor other.
  mutating func add(_ factor: Float, _ other: Self)
}

/// One vector.
struct SingleStrip: Strip {
  var first: Vector

  static var vectors: Int { 1 }
  @inline(__always) static var zero: Self { Self(first: .zero) }

  @inline(__always)
  static func load(_ source: UnsafePointer<Float>, panelStride: Int) -> Self {
    Self(first: loadVector(source))
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>) { storeVector(first, target) }

  @inline(__always)
  mutating func add(_ factor: Float, _ other: Self) {
    first = multiplyAdd(Vector(repeating: factor), other.first, first)
  }
}

/// Two adjacent strips.
struct PairStrip<Half: Strip>: Strip {
  var first: Half
  var second: Half

  static var vectors: Int { 2 * Half.vectors }
  @inline(__always) static var zero: Self { Self(first: .zero, second: .zero) }

  @inline(__always)
  static func load(_ source: UnsafePointer<Float>, panelStride: Int) -> Self {
    let step = Half.vectors == 1 ? Vector.scalarCount : Half.vectors / 2 * panelStride
    return Self(
      first: .load(source, panelStride: panelStride), second: .load(source + step, panelStride: panelStride))
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>) {
    first.store(target)
    second.store(target + Half.vectors * Vector.scalarCount)
  }

  @inline(__always)
  mutating func add(_ factor: Float, _ other: Self) {
    first.add(factor, other.first)
    second.add(factor, other.second)
  }
}

typealias DoubleStrip = PairStrip<SingleStrip>
typealias QuadrupleStrip = PairStrip<DoubleStrip>
