// Vectors of four quarters, one for each of four rows.

/// The first quarter of a vector at `pointer`, four times.
@inline(__always)
func fourTimes(_ pointer: UnsafePointer<Float>) -> Vector {
  #if LEVEL_V4
    let x = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Float>.self)
    return Vector(x[0], x[1], x[2], x[3], x[0], x[1], x[2], x[3], x[0], x[1], x[2], x[3], x[0], x[1], x[2], x[3])
  #elseif LEVEL_V3
    let (x, y) = (pointer[0], pointer[1])
    return Vector(x, y, x, y, x, y, x, y)
  #else
    return Vector(repeating: pointer[0])
  #endif
}

/// The first quarter of `x`, four times.
@inline(__always)
func fourTimes(_ x: Vector) -> Vector {
  withUnsafeBytes(of: x) { bytes in
    bytes.baseAddress.map { fourTimes($0.assumingMemoryBound(to: Float.self)) } ?? x
  }
}

/// A vector with `a` in its first quarter, `b` in its second, and so on.
@inline(__always)
func quarters(_ a: Float, _ b: Float, _ c: Float, _ d: Float) -> Vector {
  #if LEVEL_V4
    return Vector(a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d)
  #elseif LEVEL_V3
    return Vector(a, a, b, b, c, c, d, d)
  #else
    return Vector(a, b, c, d)
  #endif
}

/// Writes the first `count` lanes of each quarter to one of four rows, `stride` scalars apart.
@inline(__always)
func storeQuarters(_ x: Vector, _ target: UnsafeMutablePointer<Float>, stride: Int, count: Int) {
  withUnsafeBytes(of: x) { bytes in
    guard let base = bytes.baseAddress else { return }
    for row in 0..<4 {
      let quarter = base + row * MemoryLayout<Vector>.size / 4
      let target = UnsafeMutableRawPointer(target + row * stride)
      if count == 4 {
        target.storeBytes(of: quarter.loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
      } else {
        copyFew(quarter, target, count)
      }
    }
  }
}
