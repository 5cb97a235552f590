#if LEVEL_V4
  /// The lanes of half a vector in double precision: one register.
  typealias DoubleVector = SIMD8<Double>
  private typealias HalfVector = SIMD8<Float>
#elseif LEVEL_V3
  /// The lanes of half a vector in double precision: one register.
  typealias DoubleVector = SIMD4<Double>
  private typealias HalfVector = SIMD4<Float>
#else
  /// The lanes of half a vector in double precision: one register.
  typealias DoubleVector = SIMD2<Double>
  private typealias HalfVector = SIMD2<Float>
#endif

/// Integer lanes of the width of `DoubleVector`'s lanes.
typealias DoubleBits = DoubleVector.MaskStorage

/// A function of numbers in double precision.
protocol DoubleFunction {
  func value(_ x: DoubleVector, _ y: DoubleVector) -> DoubleVector
}

/// function(x, y), computed in double precision and rounded once: for functions whose intermediate results need more bits
/// than single precision has.
@inline(__always)
func inDoublePrecision<F: DoubleFunction>(_ x: Vector, _ y: Vector, _ function: F) -> Vector {
  let low = function.value(widened(x.lowHalf), widened(y.lowHalf))
  let high = function.value(widened(x.highHalf), widened(y.highHalf))
  return Vector(lowHalf: narrowed(low), highHalf: narrowed(high))
}

// The compiler makes one instruction of each of these loops; the standard library's conversions are generic functions,
// which levels would share.

@inline(__always)
private func widened(_ x: HalfVector) -> DoubleVector {
  var result = DoubleVector.zero
  for lane in 0..<DoubleVector.scalarCount { result[lane] = Double(x[lane]) }
  return result
}

@inline(__always)
private func narrowed(_ x: DoubleVector) -> HalfVector {
  var result = HalfVector.zero
  for lane in 0..<DoubleVector.scalarCount { result[lane] = Float(x[lane]) }
  return result
}

@inline(__always)
func multiplyAdd(_ a: DoubleVector, _ b: DoubleVector, _ c: DoubleVector) -> DoubleVector {
  #if LEVEL_BASELINE && arch(x86_64)
    return a * b + c
  #else
    return c.addingProduct(a, b)
  #endif
}

@inline(__always)
func bits(_ x: DoubleVector) -> DoubleBits { unsafeBitCast(x, to: DoubleBits.self) }

@inline(__always)
func vector(_ bits: DoubleBits) -> DoubleVector { unsafeBitCast(bits, to: DoubleVector.self) }

@inline(__always)
func select(_ mask: SIMDMask<DoubleBits>, _ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
  b.replacing(with: a, where: mask)
}
