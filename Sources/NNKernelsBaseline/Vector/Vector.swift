#if LEVEL_V4
  /// One vector register of single-precision lanes.
  typealias Vector = SIMD16<Float>
#elseif LEVEL_V3
  /// One vector register of single-precision lanes.
  typealias Vector = SIMD8<Float>
#else
  /// One vector register of single-precision lanes.
  typealias Vector = SIMD4<Float>
#endif

extension Vector {
  #if LEVEL_V4
    /// Twice as many lanes.
    typealias Double = SIMD32<Float>
  #elseif LEVEL_V3
    /// Twice as many lanes.
    typealias Double = SIMD16<Float>
  #else
    /// Twice as many lanes.
    typealias Double = SIMD8<Float>
  #endif
}

/// a b + c: a fused multiply-add where the level has the instruction. Elsewhere a multiplication and an addition, since
/// `addingProduct` would become a library call per lane.
@_transparent
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  #if LEVEL_BASELINE && arch(x86_64)
    return a * b + c
  #else
    return c.addingProduct(a, b)
  #endif
}

/// The same for scalars.
@_transparent
func multiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float {
  #if LEVEL_BASELINE && arch(x86_64)
    return a * b + c
  #else
    return c.addingProduct(a, b)
  #endif
}

/// An unaligned load.
@_transparent
func loadVector(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

/// An unaligned store.
@_transparent
func storeVector(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// Copies `count` floats, a few hundred at most: for so few, a call of memcpy takes longer.
@inline(__always)
func copyFloats(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i + Vector.scalarCount <= count {
    storeVector(loadVector(source + i), target + i)
    i += Vector.scalarCount
  }
  if i < count { storeVector(loadVector(source + i, count: count - i), target + i, count: count - i) }
}

/// A partial load: the first `count` lanes, fewer than a vector has. The other lanes are zero, and no memory beyond the
/// `count` scalars is read.
@_transparent
func loadVector(_ pointer: UnsafePointer<Float>, count: Int) -> Vector {
  var result = Vector.zero
  withUnsafeMutableBytes(of: &result) { bytes in
    if let base = bytes.baseAddress { copyFew(UnsafeRawPointer(pointer), base, count) }
  }
  return result
}

/// A partial store: the first `count` lanes, fewer than a vector has.
@_transparent
func storeVector(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, count: Int) {
  withUnsafeBytes(of: vector) { bytes in
    if let base = bytes.baseAddress { copyFew(base, UnsafeMutableRawPointer(pointer), count) }
  }
}

/// The first min(`count`, lanes) lanes; the other lanes are zero.
@inline(__always)
func loadVector(_ pointer: UnsafePointer<Float>, upTo count: Int) -> Vector {
  count < Vector.scalarCount ? loadRest(pointer, count) : loadVector(pointer)
}

/// Stores the first min(`count`, lanes) lanes.
@inline(__always)
func storeVector(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, upTo count: Int) {
  if count < Vector.scalarCount { storeRest(vector, pointer, count) } else { storeVector(vector, pointer) }
}

// Not inlined: a partial store in line would let the compiler split the computation of the vector into such parts.

@inline(never)
private func loadRest(_ pointer: UnsafePointer<Float>, _ count: Int) -> Vector { loadVector(pointer, count: count) }

@inline(never)
private func storeRest(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
  storeVector(vector, pointer, count: count)
}

/// Copies `count` scalars, fewer than 16, as blocks of 8, 4, 2 and 1 by the bits of `count`.
@_transparent
func copyFew(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int) {
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

/// Integer lanes of the width of `Vector`'s lanes, and the masks of its comparisons.
typealias VectorBits = Vector.MaskStorage
typealias VectorMask = SIMDMask<VectorBits>

@_transparent
func bits(_ x: Vector) -> VectorBits { unsafeBitCast(x, to: VectorBits.self) }

@_transparent
func vector(_ bits: VectorBits) -> Vector { unsafeBitCast(bits, to: Vector.self) }

/// The blend of `a` and `b`: lanes of `a` where `mask` is true, else lanes of `b`.
@_transparent
func select(_ mask: VectorMask, _ a: Vector, _ b: Vector) -> Vector {
  b.replacing(with: a, where: mask)
}

@_transparent
func magnitude(_ x: Vector) -> Vector { vector(bits(x) & VectorBits(repeating: 0x7FFF_FFFF)) }

/// `x`, which is not negative, with the sign of `y`.
@_transparent
func withSign(_ x: Vector, of y: Vector) -> Vector {
  vector(bits(x) | (bits(y) & VectorBits(repeating: Int32(bitPattern: 0x8000_0000))))
}

/// min(max(x, low), high); NaN stays NaN.
@_transparent
func clamp(_ x: Vector, _ low: Float, _ high: Float) -> Vector {
  let (low, high) = (Vector(repeating: low), Vector(repeating: high))
  let bounded = select(x .< low, low, x)
  return select(bounded .> high, high, bounded)
}

/// The maximum, lane by lane: `value` where value > best or value is NaN, else `best`. Equal values keep `best`.
@_transparent
func firstLargest(_ value: Vector, _ best: Vector) -> Vector {
  // Two blends: the first compiles to one maximum instruction.
  best.replacing(with: value, where: value .> best).replacing(with: value, where: value .!= value)
}

/// A polynomial of degree 5 by Horner's scheme, coefficients from the highest power down.
@_transparent
func polynomial(_ x: Vector, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float, _ c4: Float, _ c5: Float) -> Vector {
  var result = Vector(repeating: c0)
  result = multiplyAdd(result, x, Vector(repeating: c1))
  result = multiplyAdd(result, x, Vector(repeating: c2))
  result = multiplyAdd(result, x, Vector(repeating: c3))
  result = multiplyAdd(result, x, Vector(repeating: c4))
  return multiplyAdd(result, x, Vector(repeating: c5))
}

/// Five more steps of Horner's scheme: ((start x + c0) x + c1) ... + c4.
@_transparent
func polynomial(_ x: Vector, _ start: Vector, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float, _ c4: Float)
  -> Vector
{
  var result = multiplyAdd(start, x, Vector(repeating: c0))
  result = multiplyAdd(result, x, Vector(repeating: c1))
  result = multiplyAdd(result, x, Vector(repeating: c2))
  result = multiplyAdd(result, x, Vector(repeating: c3))
  return multiplyAdd(result, x, Vector(repeating: c4))
}

/// Small integers as floats: an integer added to the bits of 1.5 2^23 is added to its value.
@_transparent
func float(_ x: VectorBits) -> Vector {
  let shift = Vector(repeating: 0x1.8p23)
  return vector(bits(shift) &+ x) - shift
}

/// The square roots. The compiler vectorises the loop over lanes to one instruction, while `squareRoot()` of a vector
/// becomes a call per lane.
@_transparent
func squareRoot(_ x: Vector) -> Vector {
  var result = Vector.zero
  for lane in 0..<Vector.scalarCount { result[lane] = x[lane].squareRoot() }
  return result
}
