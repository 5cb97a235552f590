extension Activation {
  /// The function's value at `x`.
  public func value<S: Scalar>(_ x: S) -> S {
    switch self {
    case .identity: return x
    case .step: return x.isNaN ? x : x > 0 ? 1 : 0
    case .sigmoid: return Self.sigmoidValue(x)
    case .tanh: return S.tanh(x)
    case .relu: return x < 0 ? 0 : x
    case .leakyRelu(let slope): return x < 0 ? S(slope) * x : x
    case .elu(let alpha): return x < 0 ? S(alpha) * S.expm1(x) : x
    case .selu:
      let scale = S(Self.seluScale)
      return x < 0 ? scale * S(Self.seluAlpha) * S.expm1(x) : scale * x
    case .softplus: return x > 0 ? x + S.log1p(S.exp(-x)) : S.log1p(S.exp(x))
    case .softsign: return x.isInfinite ? (x > 0 ? 1 : -1) : x / (1 + x.magnitude)
    case .gelu: return x == -.infinity ? 0 : x * Self.normalDistribution(x)
    case .geluTanh: return x == -.infinity ? 0 : x * (1 + S.tanh(Self.geluArgument(x))) / 2
    case .silu: return x == -.infinity ? 0 : x * Self.sigmoidValue(x)
    case .hardSigmoid: return x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + S(0.5)
    case .hardSwish: return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6
    }
  }

  /// The function's derivative at `x`, with the value y = f(x); only `y` is read if `gradientUsesOutput`.
  public func derivative<S: Scalar>(x: S, y: S) -> S {
    switch self {
    case .identity: return 1
    case .step: return 0
    case .sigmoid: return y * (1 - y)
    case .tanh: return 1 - y * y
    case .relu: return y > 0 ? 1 : 0
    case .leakyRelu(let slope):
      return (slope > 0 ? y : x) > 0 ? 1 : S(slope)
    case .elu(let alpha):
      if alpha > 0 { return y > 0 ? 1 : y + S(alpha) }
      return x > 0 ? 1 : S(alpha) * S.exp(x)
    case .selu:
      let scale = S(Self.seluScale)
      return y > 0 ? scale : y + scale * S(Self.seluAlpha)
    case .softplus: return -S.expm1(-y)
    case .softsign:
      let rest = 1 - y.magnitude
      return rest * rest
    case .gelu:
      let density = S.exp(-x * x / 2) * S(0.39894228040143267793994605993438)
      return Self.normalDistribution(x) + (x.isInfinite ? 0 : x * density)
    case .geluTanh:
      if x.isInfinite { return x > 0 ? 1 : 0 }
      let t = S.tanh(Self.geluArgument(x))
      let slope = S(0.79788456080286535587989211986876) * (1 + 3 * S(0.044715) * x * x)
      return (1 + t) / 2 + x * (1 - t * t) * slope / 2
    case .silu:
      if x.isInfinite { return x > 0 ? 1 : 0 }
      let s = Self.sigmoidValue(x)
      return s * (1 + x * (1 - s))
    case .hardSigmoid: return y > 0 && y < 1 ? S(1) / 6 : 0
    case .hardSwish: return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6
    }
  }

  /// 1 / (1 + exp(-x)) from exp(-|x|), which cannot overflow.
  private static func sigmoidValue<S: Scalar>(_ x: S) -> S {
    let e = S.exp(-x.magnitude)
    return x < 0 ? e / (1 + e) : 1 / (1 + e)
  }

  private static func normalDistribution<S: Scalar>(_ x: S) -> S {
    (1 + S.erf(x * S(0.70710678118654752440084436210485))) / 2
  }

  private static func geluArgument<S: Scalar>(_ x: S) -> S {
    S(0.79788456080286535587989211986876) * (x + S(0.044715) * x * x * x)
  }
}

extension MathematicalFunction {
  /// The function's value at `x`.
  public func value<S: Scalar>(_ x: S) -> S {
    switch self {
    case .exp: S.exp(x)
    case .expm1: S.expm1(x)
    case .log: S.log(x)
    case .log1p: S.log1p(x)
    case .tanh: S.tanh(x)
    case .sigmoid: Activation.sigmoid.value(x)
    case .erf: S.erf(x)
    case .sin: S.sin(x)
    case .cos: S.cos(x)
    case .negate: -x
    case .square: x * x
    case .squareRoot: x.squareRoot()
    case .absolute: x.magnitude
    case .reciprocal: 1 / x
    case .addConstant(let constant): x + S(constant)
    case .multiplyConstant(let constant): S(constant) * x
    case .power(let exponent): S(Double.pow(Double(x), exponent))
    }
  }

  /// The derivative at `x`, where the value is `y`. At a kink or a pole it is what the formula gives; that of the
  /// magnitude is 0 at 0.
  public func derivative<S: Scalar>(x: S, y: S) -> S {
    switch self {
    case .exp: y
    case .expm1: y + 1
    case .log: 1 / x
    case .log1p: 1 / (1 + x)
    case .tanh: 1 - y * y
    case .sigmoid: y * (1 - y)
    case .erf: S.exp(-x * x) * S(1.1283791670955125738961589031215)
    case .sin: S.cos(x)
    case .cos: -S.sin(x)
    case .negate: -1
    case .square: 2 * x
    case .squareRoot: S(0.5) / y
    case .absolute: x > 0 ? 1 : x < 0 ? -1 : x
    case .reciprocal: -y * y
    case .addConstant: 1
    case .multiplyConstant(let constant): S(constant)
    // 0 for p = 0 even at x = 0.
    case .power(let exponent): exponent == 0 ? 0 : S(exponent * Double.pow(Double(x), exponent - 1))
    }
  }
}

extension Scalar {
  public static func activate(
    _ activation: Activation, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool
  ) {
    referenceActivate(activation, x, into: y, workers: workers)
  }

  public static func activateBackward(
    _ activation: Activation, input: Buffer<Self>, output: Buffer<Self>, upstream: Buffer<Self>,
    downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool
  ) {
    referenceActivateBackward(
      activation, input: input, output: output, upstream: upstream, downstream: downstream, accumulate: accumulate,
      workers: workers)
  }

  public static func map(
    _ function: MathematicalFunction, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool
  ) {
    referenceMap(function, x, into: y, workers: workers)
  }

  public static func mapBackward(
    _ function: MathematicalFunction, input: Buffer<Self>, output: Buffer<Self>, upstream: Buffer<Self>,
    downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool
  ) {
    referenceMapBackward(
      function, input: input, output: output, upstream: upstream, downstream: downstream, accumulate: accumulate,
      workers: workers)
  }

  public static func scale(
    _ x: Buffer<Self>, by scale: Self, into y: Buffer<Self>, accumulate: Bool, workers: WorkerPool
  ) {
    referenceScale(x, by: scale, into: y, accumulate: accumulate, workers: workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceActivate<S: Scalar>(
  _ activation: Activation, _ x: Buffer<S>, into y: Buffer<S>, workers: WorkerPool
) {
  workers.run(count: x.count, grain: 4096) { range in
    for i in range { y[i] = activation.value(x[i]) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceActivateBackward<S: Scalar>(
  _ activation: Activation, input: Buffer<S>, output: Buffer<S>, upstream: Buffer<S>, downstream: Buffer<S>,
  accumulate: Bool, workers: WorkerPool
) {
  mapBackward(activation.gradientUsesOutput, input, output, upstream, downstream, accumulate, workers) {
    activation.derivative(x: $0, y: $1)
  }
}

/// downstream (+)= upstream times the slope at each input, or at each output; the other argument of `slope` is 0.
@inline(__always)
private func mapBackward<S: Scalar>(
  _ usesOutput: Bool, _ input: Buffer<S>, _ output: Buffer<S>, _ upstream: Buffer<S>, _ downstream: Buffer<S>,
  _ accumulate: Bool, _ workers: WorkerPool, _ slope: (_ x: S, _ y: S) -> S
) {
  workers.run(count: upstream.count, grain: 4096) { range in
    for i in range {
      let gradient = upstream[i] * slope(usesOutput ? 0 : input[i], usesOutput ? output[i] : 0)
      downstream[i] = accumulate ? downstream[i] + gradient : gradient
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceScale<S: Scalar>(
  _ x: Buffer<S>, by scale: S, into y: Buffer<S>, accumulate: Bool, workers: WorkerPool
) {
  workers.run(count: x.count, grain: 8192) { range in
    if accumulate {
      for i in range { y[i] += scale * x[i] }
    } else {
      for i in range { y[i] = scale * x[i] }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceMap<S: Scalar>(
  _ function: MathematicalFunction, _ x: Buffer<S>, into y: Buffer<S>, workers: WorkerPool
) {
  workers.run(count: x.count, grain: 4096) { range in
    for i in range { y[i] = function.value(x[i]) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceMapBackward<S: Scalar>(
  _ function: MathematicalFunction, input: Buffer<S>, output: Buffer<S>, upstream: Buffer<S>, downstream: Buffer<S>,
  accumulate: Bool, workers: WorkerPool
) {
  mapBackward(function.gradientUsesOutput, input, output, upstream, downstream, accumulate, workers) {
    function.derivative(x: $0, y: $1)
  }
}
