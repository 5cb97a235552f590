#if LEVEL_V4
  /// The widest vector that the level's registers hold.
  typealias Vector = SIMD16<Float>
#elseif LEVEL_V3
  /// The widest vector that the level's registers hold.
  typealias Vector = SIMD8<Float>
#else
  /// The widest vector that the level's registers hold.
  typealias Vector = SIMD4<Float>
#endif

/// a b + c: one fused operation where the level has it. Without fused instructions `addingProduct` would become a
/// call per element, so there it is a multiplication and an addition.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  #if LEVEL_BASELINE && arch(x86_64)
    return a * b + c
  #else
    return c.addingProduct(a, b)
  #endif
}

/// The vector at `pointer`, which need not be aligned.
@inline(__always)
func loadVector(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

/// Writes `vector` to `pointer`, which need not be aligned.
@inline(__always)
func storeVector(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// The first `count` lanes from `pointer`, fewer than a vector has; the other lanes are zero, and nothing behind the
/// `count` scalars is read.
@inline(__always)
func loadVector(_ pointer: UnsafePointer<Float>, count: Int) -> Vector {
  var result = Vector.zero
  withUnsafeMutableBytes(of: &result) { bytes in
    if let base = bytes.baseAddress { copyFew(UnsafeRawPointer(pointer), base, count) }
  }
  return result
}

/// Writes the first `count` lanes, fewer than a vector has.
@inline(__always)
func storeVector(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, count: Int) {
  withUnsafeBytes(of: vector) { bytes in
    if let base = bytes.baseAddress { copyFew(base, UnsafeMutableRawPointer(pointer), count) }
  }
}

/// Copies `count` scalars, fewer than 16, in at most four pieces.
@inline(__always)
private func copyFew(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int) {
  var offset = 0
  if count & 8 != 0 {
    target.storeBytes(of: source.loadUnaligned(as: SIMD8<Float>.self), as: SIMD8<Float>.self)
    offset = 32
  }
  if count & 4 != 0 {
    (target + offset).storeBytes(
      of: (source + offset).loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
    offset += 16
  }
  if count & 2 != 0 {
    (target + offset).storeBytes(
      of: (source + offset).loadUnaligned(as: SIMD2<Float>.self), as: SIMD2<Float>.self)
    offset += 8
  }
  if count & 1 != 0 {
    (target + offset).storeBytes(of: (source + offset).loadUnaligned(as: Float.self), as: Float.self)
  }
}
