import NNKernelsCommon

// The mathematical functions that are not in files of their own, and the derivatives of all.

struct Square: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { x * x }
}

struct SquareRoot: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { squareRoot(x) }
}

struct Absolute: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { magnitude(x) }
}

struct Reciprocal: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { 1 / x }
}

/// scale x + shift.
struct LinearFunction: VectorFunction {
  let scale: Float
  let shift: Float
  @inline(__always) func value(_ x: Vector) -> Vector { x * scale + shift }
}

/// The sign of x; 0 for 0, and NaN for NaN.
struct Sign: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    select(magnitude(x) .> Vector.zero, withSign(Vector(repeating: 1), of: x), x)
  }
}

private struct SquareRootSlope: VectorFunction {
  @inline(__always) func value(_ y: Vector) -> Vector { 0.5 / y }
}

private struct ReciprocalSlope: VectorFunction {
  @inline(__always) func value(_ y: Vector) -> Vector { -(y * y) }
}

private struct LogarithmOfOnePlusSlope: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { 1 / (1 + x) }
}

/// 2 / sqrt(pi) exp(-x^2)
private struct ErrorFunctionSlope: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorExpOrZero(-(x * x)) * 1.128_379_17 }
}

extension MathematicalFunction {
  /// Calls `user.use` with the function: a switch over the types that it is specialised for.
  @inline(__always)
  func apply<U: FunctionUser>(_ user: U) {
    switch self {
    case .exp: user.use(Exponential())
    case .expm1: user.use(ExponentialMinusOne())
    case .log: user.use(Logarithm())
    case .log1p: user.use(LogarithmOfOnePlus())
    case .tanh: user.use(HyperbolicTangent())
    case .sigmoid: user.use(Sigmoid())
    case .erf: user.use(ErrorFunction())
    case .sin: user.use(Sine())
    case .cos: user.use(Cosine())
    case .negate: user.use(LinearFunction(scale: -1, shift: -0.0))
    case .square: user.use(Square())
    case .squareRoot: user.use(SquareRoot())
    case .absolute: user.use(Absolute())
    case .reciprocal: user.use(Reciprocal())
    case .addConstant(let constant): user.use(LinearFunction(scale: 1, shift: Float(constant)))
    case .multiplyConstant(let constant): user.use(LinearFunction(scale: Float(constant), shift: -0.0))
    case .power(let exponent): applyPower(exponent, slope: false, user)
    }
  }

  /// Calls `user.use` with the derivative: of the output where `gradientUsesOutput`, else of the input.
  @inline(__always)
  func applySlope<U: FunctionUser>(_ user: U) {
    switch self {
    case .exp: user.use(Identity())
    case .expm1: user.use(LinearFunction(scale: 1, shift: 1))
    case .log: user.use(Reciprocal())
    case .log1p: user.use(LogarithmOfOnePlusSlope())
    case .tanh: user.use(HyperbolicTangentSlope())
    case .sigmoid: user.use(SigmoidSlope())
    case .erf: user.use(ErrorFunctionSlope())
    case .sin: user.use(Cosine())
    case .cos: user.use(NegativeSine())
    case .negate: user.use(Constant(constant: -1))
    case .square: user.use(LinearFunction(scale: 2, shift: -0.0))
    case .squareRoot: user.use(SquareRootSlope())
    case .absolute: user.use(Sign())
    case .reciprocal: user.use(ReciprocalSlope())
    case .addConstant: user.use(Constant(constant: 1))
    case .multiplyConstant(let constant): user.use(Constant(constant: Float(constant)))
    case .power(let exponent): applyPower(exponent, slope: true, user)
    }
  }
}
