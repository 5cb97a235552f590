extension Scalar {
  public static func update(
    _ rule: UpdateRule, rate: Double, decay: Double, gradientScale: Double, gradientLimit: Double,
    parameters: Buffer<Self>, gradients: Buffer<Self>, first: Buffer<Self>, second: Buffer<Self>, starts: [Int],
    workers: WorkerPool
  ) {
    referenceUpdate(
      rule, rate: rate, decay: decay, gradientScale: gradientScale, gradientLimit: gradientLimit,
      parameters: parameters, gradients: gradients, first: first, second: second, workers: workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceUpdate<S: Scalar>(
  _ rule: UpdateRule, rate: Double, decay: Double, gradientScale: Double, gradientLimit: Double,
  parameters w: Buffer<S>, gradients: Buffer<S>, first: Buffer<S>, second: Buffer<S>, workers: WorkerPool
) {
  let (rate, decay, scale, limit) = (S(rate), S(decay), S(gradientScale), S(gradientLimit))
  workers.run(count: w.count, grain: 16384) { range in
    for i in range {
      var g = scale * gradients[i]
      // Both comparisons are false for NaN, so a NaN gradient reaches the parameters and is reported.
      if g > limit { g = limit } else if g < -limit { g = -limit }
      switch rule {
      case .sgd(let momentum, let nesterov):
        g += decay * w[i]
        if momentum == 0 {
          w[i] -= rate * g
        } else {
          let v = S(momentum) * first[i] + g
          first[i] = v
          w[i] -= rate * (nesterov ? g + S(momentum) * v : v)
        }
      case .adam(let beta1, let beta2, let epsilon, let step):
        g += decay * w[i]
        w[i] -= adamStep(g, i, first, second, rate, beta1, beta2, epsilon, step)
      case .adamW(let beta1, let beta2, let epsilon, let step):
        w[i] -= rate * decay * w[i]
        w[i] -= adamStep(g, i, first, second, rate, beta1, beta2, epsilon, step)
      case .rmsProp(let smoothing, let epsilon, let momentum):
        g += decay * w[i]
        let s = S(smoothing) * first[i] + S(1 - smoothing) * g * g
        first[i] = s
        let d = g / (s.squareRoot() + S(epsilon))
        if momentum == 0 {
          w[i] -= rate * d
        } else {
          let v = S(momentum) * second[i] + d
          second[i] = v
          w[i] -= rate * v
        }
      case .adaGrad(let epsilon):
        g += decay * w[i]
        let s = first[i] + g * g
        first[i] = s
        w[i] -= rate * g / (s.squareRoot() + S(epsilon))
      }
    }
  }
}

@inline(__always)
private func adamStep<S: Scalar>(
  _ g: S, _ i: Int, _ first: Buffer<S>, _ second: Buffer<S>, _ rate: S, _ beta1: Double, _ beta2: Double,
  _ epsilon: Double, _ step: Int
) -> S {
  let m = S(beta1) * first[i] + S(1 - beta1) * g
  let v = S(beta2) * second[i] + S(1 - beta2) * g * g
  first[i] = m
  second[i] = v
  let correction1 = S(1 - Double.pow(beta1, Double(step)))
  let correction2 = S((1 - Double.pow(beta2, Double(step))).squareRoot())
  return rate / correction1 * m / (v.squareRoot() / correction2 + S(epsilon))
}
