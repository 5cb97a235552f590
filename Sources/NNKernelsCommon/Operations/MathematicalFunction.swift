/// A function of one number that `Scalar.map` applies elementwise.
///
/// The bounds are the largest errors of the single-precision kernels over their whole domain, in units in the last place
/// (ulp) of the exact result, subnormal results included. Functions without a bound are rounded once.
public enum MathematicalFunction: Sendable, Hashable {
  /// Within 1.5 ulp.
  case exp
  /// exp(x) - 1, within 2 ulp.
  case expm1
  /// Within 1.5 ulp.
  case log
  /// log(1 + x), within 2.5 ulp.
  case log1p
  /// Within 2 ulp.
  case tanh
  /// 1 / (1 + exp(-x)), within 3 ulp.
  case sigmoid
  /// Within 2 ulp.
  case erf
  /// The sine of radians, within 2 ulp.
  case sin
  /// The cosine of radians, within 2 ulp.
  case cos
  case negate, square, squareRoot, absolute, reciprocal
  /// x + c
  case addConstant(Double)
  /// c x
  case multiplyConstant(Double)
  /// x^p, within 2 ulp.
  case power(Double)

  /// Whether the derivative is computed from the value; otherwise from the argument.
  public var gradientUsesOutput: Bool {
    switch self {
    case .exp, .expm1, .tanh, .sigmoid, .squareRoot, .reciprocal: true
    default: false
    }
  }
}
