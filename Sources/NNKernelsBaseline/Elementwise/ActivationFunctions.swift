import NNKernelsCommon

// The activations' values; what they do to special values is what `Activation.value` does.

@_transparent
private func isPositive(_ x: Vector) -> VectorMask { x .> Vector.zero }

@_transparent
private func isNegative(_ x: Vector) -> VectorMask { x .< Vector.zero }

/// `value`, but zero where x is minus infinity: there the formulas x Phi(x) and the like are 0 times infinity.
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

/// scale x for positive x, else `factor` (exp(x) - 1): ELU with a scale of 1, and SELU.
struct ExponentialUnit: VectorFunction {
  let scale: Float
  let factor: Float
  @inline(__always) func value(_ x: Vector) -> Vector {
    select(isNegative(x), vectorExpm1(x) * factor, x * scale)
  }
}

struct Softplus: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorSoftplus(x) }
}

struct Softsign: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let a = magnitude(x)
    return select(
      a .== Vector(repeating: Float.infinity), withSign(Vector(repeating: 1), of: x), x / (1 + a))
  }
}

struct GaussianUnit: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    vanishingAtMinusInfinity(x, x * distribution(x, NormalTail(magnitude(x))))
  }
}

/// x (1 + tanh(g)) / 2 = x sigmoid(2 g): without the sum that cancels for negative x.
struct GaussianUnitByTanh: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    vanishingAtMinusInfinity(x, x * vectorSigmoid(2 * Self.argument(x)))
  }

  @inline(__always) static func argument(_ x: Vector) -> Vector {
    0.797_884_56 * x * multiplyAdd(x * x, Vector(repeating: 0.044_715), Vector(repeating: 1))
  }
}

struct SigmoidUnit: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vanishingAtMinusInfinity(x, x * vectorSigmoid(x)) }
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

/// Something to be done with an activation's function, once the compiler knows which it is.
protocol FunctionUser {
  func use<F: VectorFunction>(_ function: F)
}

extension Activation {
  /// Hands the activation's function to `user`.
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
