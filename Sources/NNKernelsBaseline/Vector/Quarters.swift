// Vectors that hold the remainder columns of four rows of C: one quarter of the lanes per row.

/// Broadcasts the first quarter of the vector at `pointer` to all four quarters.
@inline(__always)
func broadcastQuarter(_ pointer: UnsafePointer<Float>) -> Vector {
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

/// Broadcasts the first quarter of `x` to all four quarters.
@inline(__always)
func broadcastQuarter(_ x: Vector) -> Vector {
  withUnsafeBytes(of: x) { bytes in
    bytes.baseAddress.map { broadcastQuarter($0.assumingMemoryBound(to: Float.self)) } ?? x
  }
}

/// Broadcasts `a` to the first quarter, `b` to the second, `c` to the third and `d` to the fourth.
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

/// Stores the first `count` lanes of quarter i to target + i stride, for the four quarters.
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
