import NNKernelsCommon

// The activation functions. Special values (NaN, infinities) give the results of `Activation.value`.

@_transparent
private func isPositive(_ x: Vector) -> VectorMask { x .> Vector.zero }

@_transparent
private func isNegative(_ x: Vector) -> VectorMask { x .< Vector.zero }

/// `value`, but zero where x = -infinity: there x Phi(x) and similar formulas are -infinity times 0.
@_transparent
private func vanishingAtMinusInfinity(_ x: Vector, _ value: Vector) -> Vector {
  select(x .== Vector(repeating: -Float.infinity), .zero, value)
}

struct Step: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    select(x .== x, select(isPositive(x), Vector(repeating: 1), .zero), x)
  }
}

struct Rectifier: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { select(isNegative(x), .zero, x) }
}

struct LeakyRectifier: VectorFunction {
  let slope: Float
  @inline(__always) func value(_ x: Vector) -> Vector { select(isNegative(x), x * slope, x) }
}

/// scale x for x >= 0, else factor (exp(x) - 1): ELU with scale 1, and SELU.
struct ExponentialUnit: VectorFunction {
  let scale: Float
  let factor: Float
  @inline(__always) func value(_ x: Vector) -> Vector {
    select(isNegative(x), vectorExpm1(x) * factor, x * scale)
  }
}

struct Softsign: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let a = magnitude(x)
    return select(
      a .== Vector(repeating: Float.infinity), withSign(Vector(repeating: 1), of: x), x / (1 + a))
  }
}

/// GELU: x Phi(x).
struct GaussianUnit: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    vanishingAtMinusInfinity(x, x * distribution(x, CoarseNormalTail(magnitude(x)).probability))
  }
}

/// GELU by tanh: x (1 + tanh(g)) / 2 = x sigmoid(2 g), where 1 + tanh(g) would cancel for negative x.
struct GaussianUnitByTanh: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    vanishingAtMinusInfinity(x, x * vectorSigmoidOrZero(2 * Self.argument(x)))
  }

  /// g = sqrt(2 / pi) (x + 0.044715 x^3).
  @inline(__always) static func argument(_ x: Vector) -> Vector {
    0.797_884_56 * x * multiplyAdd(x * x, Vector(repeating: 0.044_715), Vector(repeating: 1))
  }
}

/// SiLU: x sigmoid(x).
struct SigmoidUnit: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vanishingAtMinusInfinity(x, x * vectorSigmoidOrZero(x)) }
}

struct HardSigmoid: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { clamp(clamp(x, -3, 3) / 6 + 0.5, 0, 1) }
}

struct HardSwish: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let inner = clamp(x, -3, 3)
    return select(x .> Vector(repeating: 3), x, inner * (inner + 3) / 6)
  }
}

extension Activation {
  /// Calls `user.use` with the activation function: a switch over the types that it is specialised for.
  @inline(__always)
  func apply<U: FunctionUser>(_ user: U) {
    switch self {
    case .identity: user.use(Identity())
    case .step: user.use(Step())
    case .sigmoid: user.use(Sigmoid())
    case .tanh: user.use(HyperbolicTangent())
    case .relu: user.use(Rectifier())
    case .leakyRelu(let slope): user.use(LeakyRectifier(slope: Float(slope)))
    case .elu(let alpha): user.use(ExponentialUnit(scale: 1, factor: Float(alpha)))
    case .selu:
      user.use(
        ExponentialUnit(scale: Float(Activation.seluScale), factor: Float(Activation.seluScale * Activation.seluAlpha)))
    case .softplus: user.use(Softplus())
    case .softsign: user.use(Softsign())
    case .gelu: user.use(GaussianUnit())
    case .geluTanh: user.use(GaussianUnitByTanh())
    case .silu: user.use(SigmoidUnit())
    case .hardSigmoid: user.use(HardSigmoid())
    case .hardSwish: user.use(HardSwish())
    }
  }
}
