import NNKernels
import Testing

struct UpdateTests {
  static let rules: [UpdateRule] = [
    .sgd(momentum: 0, nesterov: false), .sgd(momentum: 0.9, nesterov: false), .sgd(momentum: 0.9, nesterov: true),
    .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 3), .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-6, step: 10),
    .rmsProp(smoothing: 0.99, epsilon: 1e-8, momentum: 0), .rmsProp(smoothing: 0.9, epsilon: 1e-8, momentum: 0.5),
    .adaGrad(epsilon: 1e-10),
  ]

  /// Kernels are called through `Float` here, so that the way there is tested too.
  @Test(arguments: rules)
  func agreesWithDoublePrecision(rule: UpdateRule) {
    for count in [0, 1, 3, 8, 33, 50_000] {
      var numbers = TestNumbers(count)
      let (w, g) = (numbers.floats(count), numbers.floats(count, -3, 3))
      let (first, second) = (numbers.floats(count, 0.1, 1), numbers.floats(count, 0.1, 1))
      let states = rule.stateCount
      let float = [w, g, states > 0 ? first : [], states > 1 ? second : []].map { Storage($0) }
      let double = float.map { Storage($0.buffer.array.map(Double.init)) }
      let workers = WorkerPool(threads: 2)
      for _ in 0..<3 {
        Float.update(
          rule, rate: 0.01, decay: 0.1, gradientScale: 0.5, gradientLimit: 1, parameters: float[0].buffer,
          gradients: float[1].buffer, first: float[2].buffer, second: float[3].buffer,
          starts: count > 20 ? [0, 3, 20] : [0], workers: workers)
        Double.update(
          rule, rate: 0.01, decay: 0.1, gradientScale: 0.5, gradientLimit: 1, parameters: double[0].buffer,
          gradients: double[1].buffer, first: double[2].buffer, second: double[3].buffer,
          starts: [0], workers: workers)
      }
      for (a, b) in zip(float, double) { RowTests.expectClose(a.buffer, b.buffer, "\(rule) \(count)", tolerance: 3e-6) }
    }
  }

  /// All levels, at all edges, with gradients that are not finite now and then.
  @Test(arguments: rules) func edges(_ rule: UpdateRule) {
    let pools = Pools()
    var (correction1, correction2) = (1.0, 1.0)
    switch rule {
    case .adam(let beta1, let beta2, _, let step), .adamW(let beta1, let beta2, _, let step):
      for _ in 0..<step { (correction1, correction2) = (correction1 * beta1, correction2 * beta2) }
      (correction1, correction2) = (1 - correction1, 1 - correction2)
    default: break
    }
    let settings = UpdateSettings(
      rate: 0.01, decay: 0.1, gradientScale: 0.5, gradientLimit: .infinity, correction1: correction1,
      correction2: correction2)
    for count in edgeSizes {
      var numbers = TestNumbers(count)
      let states = rule.stateCount
      let gradients = count % 5 == 3 ? numbers.specials(count) : numbers.floats(count, -3, 3)
      KernelCall(
        name: "\(rule), \(count)",
        arrays: [
          numbers.floats(count), gradients, states > 0 ? numbers.floats(count, 0.1, 1) : [],
          states > 1 ? numbers.floats(count, 0.1, 1) : [],
        ], written: [0, 2, 3], absolute: 2e-6, relative: 2e-6,
        float: {
          $0.update(
            rule, settings, UpdateArguments(parameters: $1[0], gradients: $1[1], first: $1[2], second: $1[3]), $2)
        },
        double: {
          Double.update(
            rule, rate: 0.01, decay: 0.1, gradientScale: 0.5, gradientLimit: .infinity, parameters: $0[0],
            gradients: $0[1], first: $0[2], second: $0[3], starts: [0], workers: $1)
        }
      ).check(pools)
    }
  }

  @Test func gradientsThatAreNoNumbersAreNoticed() {
    for table in tables {
      let (w, g, none) = (Storage<Float>([1, 1]), Storage<Float>([.nan, 1]), Storage<Float>(count: 0))
      table.update(
        .sgd(momentum: 0, nesterov: false),
        UpdateSettings(
          rate: 1, decay: 0, gradientScale: 1, gradientLimit: .infinity, correction1: 1, correction2: 1),
        UpdateArguments(parameters: w.buffer, gradients: g.buffer, first: none.buffer, second: none.buffer),
        WorkerPool(threads: 1))
      #expect(w.buffer[0].isNaN)
      #expect(w.buffer[1] == 0)
    }
  }
}
