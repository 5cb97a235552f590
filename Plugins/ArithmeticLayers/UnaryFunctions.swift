import NNCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `base` to the power of `exponent`.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// The derivative of x^p with respect to x: p x^(p - 1), and 0 for p = 0 even at x = 0.
func powerSlope(_ x: Double, _ p: Double) -> Double { p == 0 ? 0 : p * pow(x, p - 1) }

/// The natural logarithm.
func naturalLogarithm(_ x: Double) -> Double { log(x) }

/// A function of one number, and its derivative.
public enum UnaryFunction: Sendable, Hashable {
  case negate, square, squareRoot, absolute, reciprocal, exponential, logarithm, sine, cosine
  /// x + c
  case addConstant(Double)
  /// c x
  case multiplyConstant(Double)
  /// x^p
  case power(Double)

  /// The function as a map of channels, if it is one.
  var channelMap: LayerFacts.ChannelMap? {
    switch self {
    case .negate: .init(scale: -1)
    case .addConstant(let constant): .init(shift: constant)
    case .multiplyConstant(let constant): .init(scale: constant)
    default: nil
    }
  }

  /// The value at `x`.
  @inline(__always)
  func value(_ x: Double) -> Double {
    switch self {
    case .negate: -x
    case .square: x * x
    case .squareRoot: x.squareRoot()
    case .absolute: x.magnitude
    case .reciprocal: 1 / x
    case .exponential: exp(x)
    case .logarithm: log(x)
    case .sine: sin(x)
    case .cosine: cos(x)
    case .addConstant(let constant): x + constant
    case .multiplyConstant(let constant): constant * x
    case .power(let exponent): pow(x, exponent)
    }
  }

  /// The derivative at `x`, where the value is `y`. At a kink or a pole it is what the formula gives; that of the
  /// magnitude is 0 at 0.
  @inline(__always)
  func slope(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .negate: -1
    case .square: 2 * x
    case .squareRoot: 0.5 / y
    case .absolute: x > 0 ? 1 : x < 0 ? -1 : x
    case .reciprocal: -y * y
    case .exponential: y
    case .logarithm: 1 / x
    case .sine: cos(x)
    case .cosine: -sin(x)
    case .addConstant: 1
    case .multiplyConstant(let constant): constant
    case .power(let exponent): powerSlope(x, exponent)
    }
  }
}
