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

/// exp(x) for x <= 0 where a result below the normal numbers may be 0: -88 and less give 0 exactly, since the bits of the
/// power of two are those of zero then.
@_transparent
func vectorExpOrZero(_ x: Vector) -> Vector {
  let low = Vector(repeating: -88)
  let reduced = ReducedExponential(select(x .< low, low, x))
  return (1 + reduced.excess) * power(reduced.exponent)
}

/// tanh(x): x + x^3 P(x^2) with the minimax polynomial P of degree 4 (error 4.4e-9) for |x| < 0.625, elsewhere
/// 1 - 2 / (exp(2|x|) + 1) with the sign of x.
struct HyperbolicTangent: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let a = magnitude(x)
    let z = x * x
    var p = multiplyAdd(z, Vector(repeating: -5.704_987_4e-3), Vector(repeating: 2.063_908_8e-2))
    p = multiplyAdd(p, z, Vector(repeating: -5.373_971_5e-2))
    p = multiplyAdd(p, z, Vector(repeating: 0.133_314_42))
    p = multiplyAdd(p, z, Vector(repeating: -0.333_332_82))
    let near = multiplyAdd(p * z, x, x)
    let reduced = ReducedExponential(clamp(2 * a, 0, 20))
    let far = 1 - 2 / (multiplyAdd(reduced.excess, power(reduced.exponent), power(reduced.exponent)) + 1)
    // -0 stays what it is.
    return withSign(select(a .< Vector(repeating: 0.625), near, far), of: x)
  }
}

/// 1 / (1 + exp(-x)) from exp(-|x|), which cannot overflow.
@_transparent
func vectorSigmoid(_ x: Vector) -> Vector {
  let e = vectorExp(-magnitude(x))
  return select(x .< Vector.zero, e, Vector(repeating: 1)) / (1 + e)
}

/// `vectorSigmoid` for products with x: below -88 it is 0.
@_transparent
func vectorSigmoidOrZero(_ x: Vector) -> Vector {
  let e = vectorExpOrZero(-magnitude(x))
  return select(x .< Vector.zero, e, Vector(repeating: 1)) / (1 + e)
}
