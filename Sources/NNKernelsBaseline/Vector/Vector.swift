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

/// a b + c: one fused operation where the level has it. Without fused instructions `addingProduct` would become a
/// call per element, so there it is a multiplication and an addition.
@_transparent
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  #if LEVEL_BASELINE && arch(x86_64)
    return a * b + c
  #else
    return c.addingProduct(a, b)
  #endif
}

/// The vector at `pointer`, which need not be aligned.
@_transparent
func loadVector(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

/// Writes `vector` to `pointer`, which need not be aligned.
@_transparent
func storeVector(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// Copies `count` floats, a few hundred at most: a call of the C library's function would take longer.
@inline(__always)
func copyFloats(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i + Vector.scalarCount <= count {
    storeVector(loadVector(source + i), target + i)
    i += Vector.scalarCount
  }
  if i < count { storeVector(loadVector(source + i, count: count - i), target + i, count: count - i) }
}

/// The first `count` lanes from `pointer`, fewer than a vector has; the other lanes are zero, and nothing behind the
/// `count` scalars is read.
@_transparent
func loadVector(_ pointer: UnsafePointer<Float>, count: Int) -> Vector {
  var result = Vector.zero
  withUnsafeMutableBytes(of: &result) { bytes in
    if let base = bytes.baseAddress { copyFew(UnsafeRawPointer(pointer), base, count) }
  }
  return result
}

/// Writes the first `count` lanes, fewer than a vector has.
@_transparent
func storeVector(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, count: Int) {
  withUnsafeBytes(of: vector) { bytes in
    if let base = bytes.baseAddress { copyFew(base, UnsafeMutableRawPointer(pointer), count) }
  }
}

/// The first `count` lanes from `pointer`, or all of them if there are fewer.
@inline(__always)
func loadVector(_ pointer: UnsafePointer<Float>, upTo count: Int) -> Vector {
  count < Vector.scalarCount ? loadRest(pointer, count) : loadVector(pointer)
}

/// Writes the first `count` lanes, or all of them if there are fewer.
@inline(__always)
func storeVector(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, upTo count: Int) {
  if count < Vector.scalarCount { storeRest(vector, pointer, count) } else { storeVector(vector, pointer) }
}

// Functions of their own: where pieces of a vector are written, the compiler may compute the vector in such pieces.

@inline(never)
private func loadRest(_ pointer: UnsafePointer<Float>, _ count: Int) -> Vector { loadVector(pointer, count: count) }

@inline(never)
private func storeRest(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
  storeVector(vector, pointer, count: count)
}

/// Copies `count` scalars, fewer than 16, in at most four pieces.
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

/// Integers of the same width as the lanes of `Vector`, and masks of its comparisons.
typealias VectorBits = Vector.MaskStorage
typealias VectorMask = SIMDMask<VectorBits>

@_transparent
func bits(_ x: Vector) -> VectorBits { unsafeBitCast(x, to: VectorBits.self) }

@_transparent
func vector(_ bits: VectorBits) -> Vector { unsafeBitCast(bits, to: Vector.self) }

/// The lanes of `a` where `mask` is true, else those of `b`.
@_transparent
func select(_ mask: VectorMask, _ a: Vector, _ b: Vector) -> Vector {
  b.replacing(with: a, where: mask)
}

@_transparent
func magnitude(_ x: Vector) -> Vector { vector(bits(x) & VectorBits(repeating: 0x7FFF_FFFF)) }

/// The magnitude of `x`, which is not negative, with the sign of `y`.
@_transparent
func withSign(_ x: Vector, of y: Vector) -> Vector {
  vector(bits(x) | (bits(y) & VectorBits(repeating: Int32(bitPattern: 0x8000_0000))))
}

/// `x`, but at least `low` and at most `high`; a lane that is not a number stays one.
@_transparent
func clamp(_ x: Vector, _ low: Float, _ high: Float) -> Vector {
  let (low, high) = (Vector(repeating: low), Vector(repeating: high))
  let bounded = select(x .< low, low, x)
  return select(bounded .> high, high, bounded)
}

/// `value` where it is larger than `best` or is not a number, so that the first among equals stays.
@_transparent
func firstLargest(_ value: Vector, _ best: Vector) -> Vector {
  // Two steps, so that the first is one instruction.
  best.replacing(with: value, where: value .> best).replacing(with: value, where: value .!= value)
}

/// The polynomial whose coefficients are given from the highest power down.
@_transparent
func polynomial(_ x: Vector, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float, _ c4: Float, _ c5: Float) -> Vector {
  var result = Vector(repeating: c0)
  result = multiplyAdd(result, x, Vector(repeating: c1))
  result = multiplyAdd(result, x, Vector(repeating: c2))
  result = multiplyAdd(result, x, Vector(repeating: c3))
  result = multiplyAdd(result, x, Vector(repeating: c4))
  return multiplyAdd(result, x, Vector(repeating: c5))
}

/// The next five steps of Horner's scheme after `start`.
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

/// Small integers as floats. Adding them to the bits of 1.5 2^23 adds them to its value.
@_transparent
func float(_ x: VectorBits) -> Vector {
  let shift = Vector(repeating: 0x1.8p23)
  return vector(bits(shift) &+ x) - shift
}

/// The square roots, lane by lane: the compiler makes one instruction of it, while `squareRoot()` of a vector becomes
/// a call per lane.
@_transparent
func squareRoot(_ x: Vector) -> Vector {
  var result = Vector.zero
  for lane in 0..<Vector.scalarCount { result[lane] = x[lane].squareRoot() }
  return result
}
