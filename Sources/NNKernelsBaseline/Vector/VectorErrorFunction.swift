/// The normal distribution function of a number that is not positive, and its density: Phi(-a) and phi(a) for a >= 0.
struct NormalTail {
  var probability: Vector
  var density: Vector

  /// Phi(-a) = exp(-a^2/2) R(a), where R falls slowly: a + 3 times R is a polynomial of degree 10 in (a-3)/(a+3)
  /// within 9.4e-10. Both keep their relative accuracy until they underflow, which Phi = (1 + erf)/2 would not.
  @_transparent
  init(_ a: Vector) {
    let a = clamp(a, 0, 15)
    // a^2 in two parts: the square of the upper 12 bits of a, which is exact, and the rest.
    let upper = vector(bits(a) & VectorBits(repeating: Int32(bitPattern: 0xFFFF_F000)))
    let e = vectorExp(upper * upper * -0.5, low: (a - upper) * (a + upper) * -0.5)
    let inverse = 1 / (a + 3)
    let s = (a - 3) * inverse
    var r = polynomial(
      s, 5.448_892e-5, 1.313_301e-4, -2.447_297_6e-4, -1.032_573_4e-3, 1.024_753_8e-3, 6.969_311_3e-3)
    r = polynomial(s, r, -0.010_462_512_8, -0.047_262_688, 0.230_017_699, -0.509_331_991, 0.729_083_69)
    probability = e * (r * inverse)
    density = e * 0.398_942_28
  }
}

/// The normal distribution function of `x`, given its tail at |x|.
@_transparent
func distribution(_ x: Vector, _ tail: NormalTail) -> Vector {
  select(x .> Vector.zero, 1 - tail.probability, tail.probability)
}

/// The error function: x plus x times a polynomial of degree 6 in x^2 up to 1 (within 1.3e-9), then from the normal
/// distribution's tail.
@_transparent
func vectorErf(_ x: Vector) -> Vector {
  let a = magnitude(x)
  let square = a * a
  var p = polynomial(
    square, 7.853_844e-5, -8.010_189_2e-4, 5.188_327_3e-3, -0.026_853_811_8, 0.112_835_852, -0.376_126_258)
  p = multiplyAdd(p, square, Vector(repeating: 0.128_379_166))
  let near = multiplyAdd(p, a, a)
  let far = 1 - 2 * NormalTail(a * 1.414_213_56).probability
  return withSign(select(a .< Vector(repeating: 1), near, far), of: x)
}
