import Foundation
import NNKernels
import Testing

/// The single-precision functions against double precision, over the whole range of arguments.
struct MathematicsTests {
  /// The distance of `value` from `exact` in units in the last place of `exact` as a float.
  static func units(_ value: Float, _ exact: Double) -> Double {
    if exact.isNaN { return value.isNaN ? 0 : .infinity }
    let rounded = Float(exact)
    if rounded.isInfinite || rounded == 0 && exact == 0 { return value == rounded ? 0 : .infinity }
    if !value.isFinite { return .infinity }
    return abs(Double(value) - exact) / Double(max(rounded.ulp, Float.leastNonzeroMagnitude))
  }

  /// Floats of all magnitudes and both signs, and the special ones.
  static let arguments: [Float] = {
    var result: [Float] = [0, -0.0, .infinity, -.infinity, .nan, 1, -1, 0.5, 88.72283, 88.72284, -87.3, -103.97, -104]
    result += [.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]
    for pattern in stride(from: UInt32(0), through: 0x7F80_0000, by: 9973) {
      result.append(Float(bitPattern: pattern))
      result.append(-Float(bitPattern: pattern))
    }
    var numbers = TestNumbers(11)
    for _ in 0..<100_000 { result.append(Float(numbers.next(-20, 20))) }
    for _ in 0..<50_000 { result.append(Float(numbers.next(-110, 110))) }
    for _ in 0..<50_000 { result.append(Float(numbers.next(-1, 2))) }
    return result
  }()

  static let bounds: [(MathematicalFunction, Double)] = [
    (.exp, 1.5), (.expm1, 2), (.log, 1.5), (.log1p, 2.5), (.tanh, 2), (.sigmoid, 3), (.erf, 2), (.sin, 2),
    (.cos, 2), (.negate, 0), (.square, 0.5), (.squareRoot, 0.5), (.absolute, 0), (.reciprocal, 0.5),
    (.power(2), 0.5), (.power(3), 2), (.power(1.7), 2), (.power(-2.5), 2), (.power(0.5), 2), (.power(-1), 2),
    (.power(-3), 2), (.power(0), 0), (.power(1), 0), (.power(33.3), 2),
  ]

  @Test(arguments: bounds)
  func functionsAreWithinTheirBounds(function: MathematicalFunction, bound: Double) {
    let x = Storage(Self.arguments)
    let y = Storage<Float>(count: x.buffer.count)
    let exact = Storage(Self.arguments.map(Double.init))
    let workers = WorkerPool(threads: 1)
    Double.map(function, exact.buffer, into: exact.buffer, workers: workers)
    for table in tables {
      table.map(function, x.buffer, y.buffer, workers)
      var worst = (0.0, Float(0), Float(0))
      for i in 0..<x.buffer.count {
        let error = Self.units(y.buffer[i], exact.buffer[i])
        if error > worst.0 { worst = (error, x.buffer[i], y.buffer[i]) }
      }
      #expect(worst.0 <= bound, "\(table.level) \(function): \(worst.0) units at \(worst.1), \(worst.2)")
    }
  }

  /// Every 251st float as an argument, and all of them if NNRUN_EXHAUSTIVE is set, which takes half an hour.
  @Test(arguments: [MathematicalFunction.exp, .log, .sin, .cos, .tanh, .erf, .power(1.7), .power(-3)])
  func functionsAreWithinTheirBoundsEverywhere(function: MathematicalFunction) throws {
    let bound = try #require(Self.bounds.first { $0.0 == function }).1
    let isExhaustive = ProcessInfo.processInfo.environment["NNRUN_EXHAUSTIVE"] != nil
    let (step, count) = (isExhaustive ? 1 : 251, 1 << 16)
    let (x, y) = (Storage<Float>(count: count), Storage<Float>(count: count))
    let exact = Storage<Double>(count: count)
    let workers = WorkerPool(threads: 1)
    var worst = (0.0, Float(0), Float(0))
    var pattern = 0
    while pattern <= Int(UInt32.max) {
      for i in 0..<count {
        x.buffer[i] = Float(bitPattern: UInt32(truncatingIfNeeded: min(pattern + i * step, Int(UInt32.max))))
        exact.buffer[i] = Double(x.buffer[i])
      }
      Double.map(function, exact.buffer, into: exact.buffer, workers: workers)
      for table in tables {
        table.map(function, x.buffer, y.buffer, workers)
        for i in 0..<count {
          let error = Self.units(y.buffer[i], exact.buffer[i])
          if error > worst.0 { worst = (error, x.buffer[i], y.buffer[i]) }
        }
      }
      pattern += count * step
    }
    #expect(worst.0 <= bound, "\(function): \(worst.0) units at \(worst.1), \(worst.2)")
  }

  /// Powers of all pairs of special and ordinary numbers.
  @Test func powersOfPairs() {
    var numbers = TestNumbers(3)
    let special: [Float] = [
      0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, .infinity, -.infinity, .nan, 0x1p-140, -0x1p-140, 1e30, -1e30,
      16_777_216, 16_777_218, 8_388_609, -8_388_609, 4_194_303.5, 127, -149, -150,
    ]
    let values = special + numbers.floats(60, 0, 3) + numbers.floats(40, -40, 40)
    let (x, y) = (
      Storage(values.flatMap { value in values.map { _ in value } }), Storage(values.flatMap { _ in values })
    )
    let result = Storage<Float>(count: x.buffer.count)
    let workers = WorkerPool(threads: 1)
    for table in tables {
      table.combineElements(.power, x.buffer, y.buffer, result.buffer, false, workers)
      for i in 0..<x.buffer.count {
        let exact = Double.pow(Double(x.buffer[i]), Double(y.buffer[i]))
        let error = Self.units(result.buffer[i], exact)
        #expect(error <= 2, "\(table.level): \(x.buffer[i]) to the \(y.buffer[i]) is \(exact), not \(result.buffer[i])")
      }
    }
  }

  static let activations: [Activation] = [
    .identity, .step, .sigmoid, .tanh, .relu, .leakyRelu(slope: 0.1), .elu(alpha: 1.5), .selu, .softplus, .softsign,
    .gelu, .geluTanh, .silu, .hardSigmoid, .hardSwish, .leakyRelu(slope: -0.2), .elu(alpha: -0.5),
  ]

  /// Values agree to 10 units of the larger of the result and a hundredth of the argument: where the plain formulas
  /// of the oracle cancel, only the absolute error has a meaning.
  @Test(arguments: activations)
  func activationsAgree(activation: Activation) {
    let x = Storage(Self.arguments)
    let y = Storage<Float>(count: x.buffer.count)
    let workers = WorkerPool(threads: 1)
    for table in tables {
      table.activate(activation, x.buffer, y.buffer, workers)
      var worst = (0.0, Float(0), Float(0), 0.0)
      for i in 0..<x.buffer.count {
        let exact = activation.value(Double(x.buffer[i]))
        let scale = Float(max(abs(exact), min(abs(Double(x.buffer[i])), 30) * 1e-2))
        var error = Self.units(y.buffer[i], exact)
        if y.buffer[i].isFinite && Float(exact).isFinite {
          error = abs(Double(y.buffer[i]) - exact) / Double(max(scale.ulp, .leastNonzeroMagnitude))
        }
        if error > worst.0 { worst = (error, x.buffer[i], y.buffer[i], exact) }
      }
      #expect(worst.0 <= 10, "\(table.level) \(activation): \(worst)")
    }
  }

  @Test(arguments: activations)
  func derivativesAgree(activation: Activation) {
    let x = Storage(Self.arguments)
    let count = x.buffer.count
    let (y, upstream, downstream) = (
      Storage<Float>(count: count), Storage<Float>(count: count), Storage<Float>(count: count)
    )
    let none = Storage<Float>(count: 0)
    let workers = WorkerPool(threads: 1)
    upstream.buffer.fill(2)
    for table in tables {
      table.activate(activation, x.buffer, y.buffer, workers)
      downstream.buffer.fill(1)
      let usesOutput = activation.gradientUsesOutput
      table.activateBackward(
        activation, usesOutput ? none.buffer : x.buffer, usesOutput ? y.buffer : none.buffer, upstream.buffer,
        downstream.buffer, true, workers)
      var worst = (0.0, Float(0), Float(0), 0.0)
      for i in 0..<count {
        let exact = 1 + 2 * activation.derivative(x: Double(x.buffer[i]), y: Double(y.buffer[i]))
        if exact.isNaN && downstream.buffer[i].isNaN { continue }
        var error = abs(Double(downstream.buffer[i]) - exact)
        if error.isNaN { error = Double(downstream.buffer[i]) == exact ? 0 : .infinity }
        error /= max(1, abs(exact))
        if error > worst.0 { worst = (error, x.buffer[i], downstream.buffer[i], exact) }
      }
      #expect(worst.0 <= 2e-6, "\(table.level) \(activation): \(worst)")
    }
  }

  @Test(arguments: activations)
  func decreases(activation: Activation) {
    let values = stride(from: -12.0, through: 12, by: 0.01).map { activation.value($0) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 } == activation.isMonotone)
  }

  /// An element's bits do not depend on its place, and the product's epilogue gives the same.
  @Test(arguments: activations)
  func bitsDoNotDependOnThePlace(activation: Activation) {
    var numbers = TestNumbers(5)
    let values = numbers.floats(67, -6, 6)
    let workers = WorkerPool(threads: 1)
    for table in tables {
      let whole = Storage(values)
      table.activate(activation, whole.buffer, whole.buffer, workers)
      for i in 0..<values.count {
        let single = Storage([values[i]])
        table.activate(activation, single.buffer, single.buffer, workers)
        #expect(single.buffer[0].bitPattern == whole.buffer[i].bitPattern || values[i].isNaN)
      }
      let unit = Storage<Float>([1])
      let row = Storage(values)
      let product = Storage<Float>(count: values.count)
      table.multiply(
        MatrixProduct(rows: 1, columns: values.count, inner: 1), unit.buffer, row.buffer, product.buffer,
        Epilogue(activation: activation), workers)
      #expect(product.buffer.array == whole.buffer.array)
    }
  }
}
