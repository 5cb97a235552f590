/// |x|^y = 2^(y log2 |x|) in double precision, for numbers that are single-precision ones.
///
/// log2: |x| = 2^e m with sqrt(1/2) <= m < sqrt(2); log2(m) = s P(s^2) with s = (m - 1) / (m + 1) and the minimax polynomial
/// P of degree 5, relative error 2.7e-14. 2^t: t = n + r with |r| <= 1/2 and a minimax polynomial of degree 7, relative
/// error 4e-11. Neither can overflow for single-precision arguments, subnormal ones included.
private struct MagnitudePower: DoubleFunction {
  @inline(__always)
  func value(_ x: DoubleVector, _ y: DoubleVector) -> DoubleVector {
    let one = DoubleVector(repeating: 1)
    let magnitude = bits(x) & DoubleBits(repeating: 0x7FFF_FFFF_FFFF_FFFF)
    // The bits of 1 minus those of sqrt(1/2): the exponent of the sum is that of x, rounded as m needs it.
    let exponent = (magnitude &+ DoubleBits(repeating: 0x0009_5F61_9980_C433)) &>> 52
    let m = vector(magnitude &- ((exponent &- DoubleBits(repeating: 1023)) &<< 52))
    let e = vector(exponent | DoubleBits(repeating: 0x4330_0000_0000_0000)) - DoubleVector(repeating: 0x1p52 + 1023)
    let s = (m - one) / (m + one)
    let z = s * s
    var p = DoubleVector(repeating: 0.282_901_448_249_276_77)
    p = multiplyAdd(p, z, DoubleVector(repeating: 0.319_905_611_572_550_93))
    p = multiplyAdd(p, z, DoubleVector(repeating: 0.412_209_254_339_969_85))
    p = multiplyAdd(p, z, DoubleVector(repeating: 0.577_077_942_346_568_6))
    p = multiplyAdd(p, z, DoubleVector(repeating: 0.961_796_694_113_402))
    p = multiplyAdd(p, z, DoubleVector(repeating: 2.885_390_081_777_85))
    let isZero = x .== DoubleVector.zero
    let isInfinite = vector(magnitude) .== DoubleVector(repeating: .infinity)
    var logarithm = multiplyAdd(s, p, e)
    logarithm = select(isZero, DoubleVector(repeating: -.infinity), logarithm)
    logarithm = select(isInfinite, DoubleVector(repeating: .infinity), logarithm)
    logarithm = select(x .== x, logarithm, x)
    return powerOfTwo(y * logarithm)
  }

  /// 2^t; t outside of the exponents of single precision gives 0 or infinity when rounded.
  @inline(__always)
  private func powerOfTwo(_ t: DoubleVector) -> DoubleVector {
    let (low, high) = (DoubleVector(repeating: -200), DoubleVector(repeating: 200))
    let lower = select(t .< low, low, t)
    let bounded = select(lower .> high, high, lower)
    let shift = DoubleVector(repeating: 0x1.8p52)
    let sum = bounded + shift
    let r = bounded - (sum - shift)
    var p = DoubleVector(repeating: 1.520_192_129_500_497_4e-5)
    p = multiplyAdd(p, r, DoubleVector(repeating: 1.546_927_113_891_521_5e-4))
    p = multiplyAdd(p, r, DoubleVector(repeating: 1.333_392_256_484_314_6e-3))
    p = multiplyAdd(p, r, DoubleVector(repeating: 9.618_027_253_678_968e-3))
    p = multiplyAdd(p, r, DoubleVector(repeating: 5.550_410_353_446_362_5e-2))
    p = multiplyAdd(p, r, DoubleVector(repeating: 0.240_226_511_981_574_85))
    p = multiplyAdd(p, r, DoubleVector(repeating: 0.693_147_180_728_447_6))
    p = multiplyAdd(p, r, DoubleVector(repeating: 0.999_999_999_961_682))
    return vector(bits(p) &+ (bits(sum) &<< 52))
  }
}

/// x^y as C's pow defines it: x^0 = 1^y = 1, even for NaN; a negative x has a power for whole y alone.
@inline(__always)
func vectorPower(_ x: Vector, _ y: Vector) -> Vector {
  let one = Vector(repeating: 1)
  var result = inDoublePrecision(x, y, MagnitudePower())
  // From 2^24 on every number is even. Halving tells odd numbers from even ones.
  let isLarge = magnitude(y) .>= Vector(repeating: 0x1p24)
  let isWhole = isLarge .| (rounded(y) .== y)
  let isOdd = isWhole .& .!isLarge .& (rounded(y * 0.5) .!= y * 0.5)
  let isNegative = bits(x) .< VectorBits.zero
  result = select(isNegative .& isOdd, -result, result)
  let isRoot = (x .< Vector.zero) .& .!isWhole .& (x .!= Vector(repeating: -.infinity))
  result = select(isRoot, Vector(repeating: .nan), result)
  // (-1)^(+-infinity) = 1, where y log(|x|) is infinity times 0.
  let isUnit = (magnitude(x) .== one) .& (magnitude(y) .== Vector(repeating: .infinity))
  return select((y .== Vector.zero) .| (x .== one) .| isUnit, one, result)
}

/// x rounded to the nearest integer, ties to even; from 2^23 on every number is one.
@inline(__always)
private func rounded(_ x: Vector) -> Vector {
  let shift = Vector(repeating: 0x1p23)
  let a = magnitude(x)
  let whole = select(a .< shift, (a + shift) - shift, a)
  return withSign(whole, of: x)
}

/// factor x^p for a constant p, which need not be a single-precision number.
struct RealPower: VectorFunction {
  private let power: ScaledPower
  private let isWhole: Bool
  private let isOdd: Bool

  init(exponent: Double, factor: Double) {
    power = ScaledPower(exponent: exponent, factor: factor)
    isWhole = exponent == exponent.rounded()
    isOdd = isWhole && exponent.truncatingRemainder(dividingBy: 2) != 0
  }

  @inline(__always) func value(_ x: Vector) -> Vector {
    let result = inDoublePrecision(x, x, power)
    if isOdd { return select(bits(x) .< VectorBits.zero, -result, result) }
    if isWhole { return result }
    let isRoot = (x .< Vector.zero) .& (x .!= Vector(repeating: -Float.infinity))
    return select(isRoot, Vector(repeating: Float.nan), result)
  }
}

private struct ScaledPower: DoubleFunction {
  let exponent: Double
  let factor: Double

  @inline(__always)
  func value(_ x: DoubleVector, _ other: DoubleVector) -> DoubleVector {
    MagnitudePower().value(x, DoubleVector(repeating: exponent)) * DoubleVector(repeating: factor)
  }
}

/// factor x^n for n = 1, 2, 3.
struct WholePower: VectorFunction {
  let exponent: Int
  let factor: Float
  @inline(__always) func value(_ x: Vector) -> Vector {
    let scaled = x * factor
    return exponent == 3 ? x * x * scaled : exponent == 2 ? x * scaled : scaled
  }
}

/// Calls `user.use` with x^exponent, or its derivative exponent x^(exponent - 1).
@inline(__always)
func applyPower<U: FunctionUser>(_ exponent: Double, slope: Bool, _ user: U) {
  let (power, factor) = slope ? (exponent - 1, exponent) : (exponent, 1)
  if factor == 0 || power == 0 {
    user.use(Constant(constant: Float(factor)))
  } else if power == 1 || power == 2 || power == 3 {
    user.use(WholePower(exponent: Int(power), factor: Float(factor)))
  } else {
    user.use(RealPower(exponent: power, factor: factor))
  }
}
