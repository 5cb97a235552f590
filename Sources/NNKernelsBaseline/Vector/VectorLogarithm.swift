/// The natural logarithm: -infinity for 0, NaN for negative numbers.
///
/// Argument reduction: x = 2^e (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2). log(1 + f) = f - f^2/2 + f^3 q(f) with the
/// minimax polynomial q of degree 8, with a relative error of the logarithm of 7.4e-10. log(2) is split into two
/// constants (Cody and Waite).
@_transparent
func vectorLog(_ x: Vector) -> Vector {
  let isSmall = x .< Vector(repeating: Float.leastNormalMagnitude)
  let scaled = select(isSmall, x * 0x1p23, x)
  let offset = VectorBits(repeating: 0x3F35_04F3)
  let exponent = (bits(scaled) &- offset) &>> 23
  let f = vector(bits(scaled) &- (exponent &<< 23)) - 1
  let e = float(exponent) - select(isSmall, Vector(repeating: 23), .zero)
  let q = polynomial(
    f, polynomial4(f, 0.069_215_146_5, -0.117_990_698, 0.118_751_446, -0.123_830_176), 0.142_182_25, -0.166_693_087,
    0.200_022_478, -0.249_999_858, 0.333_333_102)
  let square = f * f
  // Summed from the smallest term to the largest.
  var result = multiplyAdd(e, Vector(repeating: -2.121_944_4e-4), f * square * q)
  result = multiplyAdd(square, Vector(repeating: -0.5), result) + f
  result = multiplyAdd(e, Vector(repeating: 0x1.63p-1), result)
  let infinity = Vector(repeating: Float.infinity)
  result = select(x .== infinity, infinity, result)
  result = select(x .== Vector.zero, -infinity, result)
  return select(x .>= Vector.zero, result, Vector(repeating: Float.nan))
}

@_transparent
private func polynomial4(_ x: Vector, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float) -> Vector {
  var result = multiplyAdd(Vector(repeating: c0), x, Vector(repeating: c1))
  result = multiplyAdd(result, x, Vector(repeating: c2))
  return multiplyAdd(result, x, Vector(repeating: c3))
}

/// log(1 + x) = log(s) + (x - (s - 1)) / s with the rounded sum s = 1 + x: the second term corrects its rounding error.
@_transparent
func vectorLog1p(_ x: Vector) -> Vector {
  let sum = 1 + x
  let lost = (x - (sum - 1)) / sum
  let isEnd = (sum .== Vector.zero) .| (sum .== Vector(repeating: Float.infinity))
  let result = vectorLog(sum) + select(isEnd, .zero, lost)
  return select(magnitude(x) .< Vector(repeating: 1e-10), x, result)
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))
struct Softplus: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    select(x .< Vector.zero, .zero, x) + vectorLog1p(vectorExp(-magnitude(x)))
  }
}
