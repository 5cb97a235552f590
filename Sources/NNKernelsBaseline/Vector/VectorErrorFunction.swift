/// The lower tail of the normal distribution, Phi(-a), for a >= 0.
struct NormalTail {
  var probability: Vector

  /// Phi(-a) = exp(-a^2 / 2) R(a). (a + 3) R(a) is approximated by the minimax polynomial of degree 10 in
  /// s = (a - 3) / (a + 3), with an error of 9.4e-10. It keeps its relative accuracy until it underflows;
  /// (1 + erf) / 2 would lose it to cancellation.
  @_transparent
  init(_ a: Vector) {
    let a = clamp(a, 0, 15)
    // a^2 = upper^2 + (a - upper)(a + upper), upper being a truncated to 12 bits, whose square is exact.
    let upper = vector(bits(a) & VectorBits(repeating: Int32(bitPattern: 0xFFFF_F000)))
    let e = vectorExp(upper * upper * -0.5, low: (a - upper) * (a + upper) * -0.5)
    let inverse = 1 / (a + 3)
    let s = (a - 3) * inverse
    var r = polynomial(
      s, 5.448_892e-5, 1.313_301e-4, -2.447_297_6e-4, -1.032_573_4e-3, 1.024_753_8e-3, 6.969_311_3e-3)
    r = polynomial(s, r, -0.010_462_512_8, -0.047_262_688, 0.230_017_699, -0.509_331_991, 0.729_083_69)
    probability = e * (r * inverse)
  }
}

/// `NormalTail` for products with a: Phi(-a) within 3e-9 and phi(a) within 2e-7 of the largest density, both 0 from 13.3 on.
/// The square is not split, and the minimax polynomial has degree 6.
struct CoarseNormalTail {
  var probability: Vector
  var density: Vector

  @_transparent
  init(_ a: Vector) {
    let limit = Vector(repeating: 14)
    let a = select(a .> limit, limit, a)
    let e = vectorExpOrZero(a * a * -0.5)
    let inverse = 1 / (a + 3)
    let s = multiplyAdd(inverse, Vector(repeating: -6), Vector(repeating: 1))
    let square = s * s
    // Estrin's scheme: the chains of the exponential and of the polynomial take equally long.
    let low = multiplyAdd(s, Vector(repeating: -0.509_361_99), Vector(repeating: 0.729_082_25))
    let middle = multiplyAdd(s, Vector(repeating: -0.047_910_612), Vector(repeating: 0.229_810_15))
    let high = multiplyAdd(
      square, Vector(repeating: 1.983_125_3e-3),
      multiplyAdd(s, Vector(repeating: 6.779_042_5e-3), Vector(repeating: -0.011_369_073)))
    let r = multiplyAdd(multiplyAdd(high, square, middle), square, low)
    probability = e * (r * inverse)
    density = e * 0.398_942_28
  }
}

/// Phi(x) from the probability of the tail at |x|.
@_transparent
func distribution(_ x: Vector, _ tail: Vector) -> Vector {
  select(x .> Vector.zero, 1 - tail, tail)
}

/// erf(x). For |x| < 1, x + x p(x^2) with the minimax polynomial p of degree 6 (error 1.3e-9). Elsewhere
/// 1 - 2 Phi(-sqrt(2) |x|) with the sign of x.
struct ErrorFunction: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let a = magnitude(x)
    let square = a * a
    var p = polynomial(
      square, 7.853_844e-5, -8.010_189_2e-4, 5.188_327_3e-3, -0.026_853_811_8, 0.112_835_852, -0.376_126_258)
    p = multiplyAdd(p, square, Vector(repeating: 0.128_379_166))
    let near = multiplyAdd(p, a, a)
    let far = 1 - 2 * NormalTail(a * 1.414_213_56).probability
    return withSign(select(a .< Vector(repeating: 1), near, far), of: x)
  }
}
