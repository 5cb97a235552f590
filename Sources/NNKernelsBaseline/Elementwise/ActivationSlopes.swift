import NNKernelsCommon

// The derivatives of the activation functions: of the output y where `Activation.gradientUsesOutput`, else of the input x.

@_transparent
private func oneWherePositive(_ v: Vector, else other: Vector) -> Vector {
  select(v .> Vector.zero, Vector(repeating: 1), other)
}

/// `slope`, but its limits 1 and 0 at x = infinity and -infinity, where the formulas are infinity times 0.
@_transparent
private func limited(_ x: Vector, _ slope: Vector) -> Vector {
  select(magnitude(x) .== Vector(repeating: Float.infinity), oneWherePositive(x, else: .zero), slope)
}

struct Constant: VectorFunction {
  let constant: Float
  @inline(__always) func value(_ v: Vector) -> Vector { Vector(repeating: constant) }
}

struct SigmoidSlope: VectorFunction {
  @inline(__always) func value(_ y: Vector) -> Vector { y * (1 - y) }
}

struct HyperbolicTangentSlope: VectorFunction {
  @inline(__always) func value(_ y: Vector) -> Vector { 1 - y * y }
}

/// 1 where the argument is positive, else `slope`; input and output have the same sign.
struct RectifierSlope: VectorFunction {
  let slope: Float
  @inline(__always) func value(_ v: Vector) -> Vector { oneWherePositive(v, else: Vector(repeating: slope)) }
}

/// ELU and SELU from the output: scale where y > 0, else y + factor.
struct ExponentialUnitSlope: VectorFunction {
  let scale: Float
  let factor: Float
  @inline(__always) func value(_ y: Vector) -> Vector {
    select(y .> Vector.zero, Vector(repeating: scale), y + factor)
  }
}

/// ELU from the input, for factor <= 0, where the output does not determine the sign of the input.
struct ExponentialUnitInputSlope: VectorFunction {
  let factor: Float
  @inline(__always) func value(_ x: Vector) -> Vector { oneWherePositive(x, else: vectorExp(x) * factor) }
}

/// Softplus: sigmoid(x) = 1 - exp(-y).
struct SoftplusSlope: VectorFunction {
  @inline(__always) func value(_ y: Vector) -> Vector { -vectorExpm1(-y) }
}

struct SoftsignSlope: VectorFunction {
  @inline(__always) func value(_ y: Vector) -> Vector {
    let rest = 1 - magnitude(y)
    return rest * rest
  }
}

/// GELU: Phi(x) + x phi(x).
struct GaussianUnitSlope: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let tail = CoarseNormalTail(magnitude(x))
    return limited(x, multiplyAdd(x, tail.density, distribution(x, tail.probability)))
  }
}

/// GELU by tanh: s + x s (1 - s) 2 g' with s = sigmoid(2 g).
struct GaussianUnitByTanhSlope: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let s = vectorSigmoidOrZero(2 * GaussianUnitByTanh.argument(x))
    let slope = 1.595_769_12 * multiplyAdd(x * x, Vector(repeating: 0.134_145), Vector(repeating: 1))
    let product = s * (1 - s)
    // Where the sigmoid saturates, x^2 may overflow.
    let second = select(product .== Vector.zero, .zero, x * product * slope)
    return limited(x, s + second)
  }
}

/// SiLU: s (1 + x (1 - s)) with s = sigmoid(x).
struct SigmoidUnitSlope: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let s = vectorSigmoidOrZero(x)
    return limited(x, s * multiplyAdd(x, 1 - s, Vector(repeating: 1)))
  }
}

struct HardSigmoidSlope: VectorFunction {
  @inline(__always) func value(_ y: Vector) -> Vector {
    let isInside = (y .> Vector.zero) .& (y .< Vector(repeating: 1))
    return select(isInside, Vector(repeating: 1 / 6), .zero)
  }
}

struct HardSwishSlope: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let inside = (2 * x + 3) / 6
    let upper = select(x .>= Vector(repeating: 3), Vector(repeating: 1), inside)
    return select(x .<= Vector(repeating: -3), .zero, upper)
  }
}

extension Activation {
  /// Calls `user.use` with the derivative.
  @inline(__always)
  func applySlope<U: FunctionUser>(_ user: U) {
    switch self {
    case .identity: user.use(Constant(constant: 1))
    case .step: user.use(Constant(constant: 0))
    case .sigmoid: user.use(SigmoidSlope())
    case .tanh: user.use(HyperbolicTangentSlope())
    case .relu: user.use(RectifierSlope(slope: 0))
    case .leakyRelu(let slope): user.use(RectifierSlope(slope: Float(slope)))
    case .elu(let alpha):
      if alpha > 0 {
        user.use(ExponentialUnitSlope(scale: 1, factor: Float(alpha)))
      } else {
        user.use(ExponentialUnitInputSlope(factor: Float(alpha)))
      }
    case .selu:
      user.use(
        ExponentialUnitSlope(
          scale: Float(Activation.seluScale), factor: Float(Activation.seluScale * Activation.seluAlpha)))
    case .softplus: user.use(SoftplusSlope())
    case .softsign: user.use(SoftsignSlope())
    case .gelu: user.use(GaussianUnitSlope())
    case .geluTanh: user.use(GaussianUnitByTanhSlope())
    case .silu: user.use(SigmoidUnitSlope())
    case .hardSigmoid: user.use(HardSigmoidSlope())
    case .hardSwish: user.use(HardSwishSlope())
    }
  }
}
