/// Argument reduction of the exponential: exp(x) = 2^exponent exp(r) with |r| <= log(2) / 2, and excess = exp(r) - 1.
///
/// r = x - exponent log(2), with log(2) split into two constants (Cody and Waite); the product with the first is exact.
/// (exp(r) - 1 - r) / r^2 is approximated by the minimax polynomial of degree 5, with a relative error of exp(r) - 1 of
/// 2.4e-10.
private struct ReducedExponential {
  var exponent: VectorBits
  var excess: Vector

  /// The reduction of `x + low`, where `low` is small.
  @_transparent
  init(_ x: Vector, low: Vector = .zero) {
    // Adding 1.5 2^23 rounds to the nearest integer, which is in the low bits of the sum.
    let shift = Vector(repeating: 0x1.8p23)
    let sum = multiplyAdd(x, Vector(repeating: 1.442_695_04), shift)
    let count = sum - shift
    exponent = bits(sum) &- bits(shift)
    var rest = multiplyAdd(count, Vector(repeating: -0x1.63p-1), x)
    rest = multiplyAdd(count, Vector(repeating: 2.121_944_4e-4), rest) + low
    let tail = polynomial(
      rest, 1.984_594_7e-4, 1.394_076_6e-3, 8.333_39e-3, 4.166_635_9e-2, 0.166_666_664, 0.5)
    excess = multiplyAdd(rest * rest, tail, rest)
  }
}

/// 2^exponent, for exponents of normal numbers.
@_transparent
private func power(_ exponent: VectorBits) -> Vector { vector((exponent &+ 127) &<< 23) }

/// exp(x + low), where `low` is small. Overflows to infinity, and underflows gradually: 2^exponent is applied as the
/// product of two normal powers, so the result may be subnormal.
@_transparent
func vectorExp(_ x: Vector, low: Vector = .zero) -> Vector {
  let reduced = ReducedExponential(clamp(x, -105, 89), low: low)
  let half = reduced.exponent &>> 1
  return (1 + reduced.excess) * power(half) * power(reduced.exponent &- half)
}

/// exp(x) - 1, without cancellation near zero.
@_transparent
func vectorExpm1(_ x: Vector) -> Vector {
  let reduced = ReducedExponential(clamp(x, -25, 89))
  // With half the power, intermediate results of the largest finite results do not overflow.
  let half = power(reduced.exponent &- 1)
  let result = multiplyAdd(half, reduced.excess, half - 0.5) * 2
  // exp(x) - 1 = x for tiny x, where halving would lose bits of subnormal results.
  return select(magnitude(x) .< Vector(repeating: 1e-30), x, result)
}

/// tanh(x) = (exp(2|x|) - 1) / (exp(2|x|) + 1) with the sign of x.
struct HyperbolicTangent: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let t = vectorExpm1(2 * clamp(magnitude(x), 0, 10))
    return withSign(t / (t + 2), of: x)
  }
}

/// 1 / (1 + exp(-x)) from exp(-|x|), which cannot overflow.
@_transparent
func vectorSigmoid(_ x: Vector) -> Vector {
  let e = vectorExp(-magnitude(x))
  return select(x .< Vector.zero, e, Vector(repeating: 1)) / (1 + e)
}
