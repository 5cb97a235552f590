import NNCore
import NNInference
import NNKernels
import NNTraining

/// What every layer promises, each promise a check. A check returns what is wrong, in words; nothing if all is well.
///
/// Plug-in authors list cases of their layers and run all checks on all of them:
///
///     for check in Conformance.allCases { problems += try check.run(example, registry) }
public enum Conformance: String, Sendable, CaseIterable {
  /// Gradients of all inputs and parameters agree with central differences in double precision.
  case gradients
  /// Single precision agrees with double precision.
  case precision
  /// Sharing memory and fusing do not change a bit.
  case memoryPlan
  /// Gradients are added where they have to be, and only there.
  case accumulation
  /// Gradients that nobody wants are not written.
  case unwantedGradients
  /// Batches smaller than the memory are computed as in memory of their own size.
  case batches
  /// Results do not depend on the number of threads.
  case threads
  /// A sample's prediction does not depend on the other samples of its batch.
  case samples
  /// Passes take no memory.
  case allocations
  /// The runner for prediction gives what the net gives.
  case predictor
  /// In a loss, a sample that weighs 2 counts like two copies of it, and one that weighs 0 not at all.
  case sampleWeights
  /// Parameters and state that were written to a file and read again give the same bits.
  case weights

  /// Counts the memory blocks that a piece of code asks for.
  public typealias AllocationCount = (_ body: () -> Void) -> Int

  /// Runs the check on one case. Throws if no net can be made of it.
  ///
  /// - Parameter counting: counts for the check `allocations`, which finds nothing without it.
  public func run(
    _ example: ConformanceCase, _ registry: Registry, counting: AllocationCount? = nil
  ) throws -> [String] {
    let check = ConformanceRun(example: example, registry: registry)
    switch self {
    case .gradients: return try check.gradients()
    case .precision: return try check.precision()
    case .memoryPlan: return try check.memoryPlan()
    case .accumulation: return try check.accumulation()
    case .unwantedGradients: return try check.unwantedGradients()
    case .batches: return try check.batches()
    case .threads: return try check.threads()
    case .samples: return try check.samples()
    case .allocations:
      guard let counting else { return [] }
      return try check.allocations(Float.self, counting) + check.allocations(Double.self, counting)
    case .predictor: return try check.predictor()
    case .sampleWeights: return try check.sampleWeights()
    case .weights: return try check.weights(Float.self) + check.weights(Double.self)
    }
  }
}

/// The checks of one case.
struct ConformanceRun {
  let example: ConformanceCase
  let registry: Registry

  typealias Results = [(name: String, values: [Double])]

  func harness<S: Scalar>(
    _ type: S.Type, _ change: (inout LayerHarness<S>.Setting) -> Void = { _ in }
  ) throws -> LayerHarness<S> {
    try LayerHarness<S>(example, registry, .init(change))
  }

  func harness(_ change: (inout LayerHarness<Double>.Setting) -> Void = { _ in }) throws -> LayerHarness<Double> {
    try harness(Double.self, change)
  }

  /// Where two results differ by more than `tolerance` times the largest number of the array; in any bit if it is 0.
  func differences(_ one: Results, _ other: Results, tolerance: Double = 0, _ what: String) -> [String] {
    guard one.map(\.name) == other.map(\.name) else { return ["\(what): other arrays"] }
    var problems: [String] = []
    for (first, second) in zip(one, other) {
      guard first.values.count == second.values.count else {
        problems.append("\(what): \(first.name) has \(first.values.count) and \(second.values.count) elements")
        continue
      }
      let size = second.values.reduce(0) { max($0, $1.magnitude) }
      for (index, (a, b)) in zip(first.values, second.values).enumerated()
      where !(a.bitPattern == b.bitPattern || tolerance > 0 && (a - b).magnitude <= tolerance * size) {
        problems.append("\(what): \(first.name)[\(index)] is \(a) and \(b)")
        break
      }
    }
    return problems
  }

  func gradients() throws -> [String] {
    let net = try harness().network
    var problems: [String] = []
    for result in GradientCheck.run(net, most: nil) {
      if result.error > GradientCheck.tolerance {
        problems.append(
          "gradient of \(result.name)[\(result.worst.index)] is \(result.worst.backward), "
            + "by differences \(result.worst.difference)")
      }
      if result.excluded * 10 > result.compared + result.excluded {
        problems.append("\(result.excluded) elements of \(result.name) seem to sit at kinks")
      }
    }
    return problems
  }

  func precision() throws -> [String] {
    let (single, double) = (try harness(Float.self), try harness())
    single.run()
    double.run()
    return differences(
      single.results, double.results, tolerance: example.precision, "single and double precision")
  }

  func memoryPlan() throws -> [String] {
    let planned = try harness { $0.isSurrounded = true }
    let kept = try harness {
      $0.isSurrounded = true
      $0.options.keepsEverything = true
    }
    let predicting = try harness {
      $0.isSurrounded = true
      $0.options = .init(isTrained: false)
    }
    planned.run()
    kept.run()
    var problems = differences(planned.results, kept.results, "planned memory and memory for everything")
    // A second step on memory that the first one has used.
    planned.run()
    problems += differences(planned.results, kept.results, "the second step and the first")
    predicting.network.state.copy(from: kept.network.state)
    predicting.run(.inference)
    kept.network.forward(.inference)
    problems += differences(predicting.results, Array(kept.results.prefix(2)), "predicting and trained net")
    return problems
  }

  func accumulation() throws -> [String] {
    let both = try harness { $0.instances = [1, 2] }
    let (first, second) = (try harness { $0.instances = [1] }, try harness { $0.instances = [2] })
    for harness in [both, first, second] { harness.run() }
    let sum = zip(first.gradients, second.gradients).map { one, other in
      (name: one.name, values: zip(one.values, other.values).map { $0 + $1 })
    }
    return differences(both.gradients, sum, tolerance: 1e-13, "two readers and the sum of one each")
  }

  func unwantedGradients() throws -> [String] {
    let frozen = try harness { $0.isFrozen = true }
    let full = try harness()
    let narrow = try harness { $0.options.wantsInputGradients = false }
    for parameter in frozen.network.plan.parameters.indices {
      frozen.network.parameterGradient(parameter).buffer.fill(77)
    }
    for harness in [frozen, full, narrow] { harness.run() }
    var problems: [String] = []
    for (index, parameter) in frozen.network.plan.parameters.enumerated() {
      if frozen.network.parameterGradient(index).buffer.array.contains(where: { $0 != 77 }) {
        problems.append("the frozen parameter \(parameter.plan.name) got a gradient")
      }
    }
    let inputs = example.inputs.count
    problems += differences(
      Array(frozen.gradients.prefix(inputs)), Array(full.gradients.prefix(inputs)), "frozen and learning layer")
    problems += differences(
      Array(narrow.gradients.dropFirst(inputs)), Array(full.gradients.dropFirst(inputs)),
      "parameter gradients without and with input gradients")
    return problems
  }

  func batches() throws -> [String] {
    let large = try harness { $0.batch = 7 }
    var problems: [String] = []
    for batch in [1, 2, 7] {
      let exact = try harness { $0.batch = batch }
      large.network.setBatch(batch)
      large.run()
      exact.run()
      problems += differences(large.results, exact.results, "batch \(batch) in memory for 7 and for \(batch)")
      for (name, values) in exact.results where values.contains(where: { !$0.isFinite }) {
        problems.append("batch \(batch): \(name) is not finite")
      }
    }
    return problems
  }

  /// Enough samples that the work is cut into chunks.
  func threads() throws -> [String] {
    let elements = max(1, example.inputs.reduce(0) { $0 + $1.elementCount })
    let batch = min(500, max(3, 9000 / elements))
    func results<S: Scalar>(_ type: S.Type, _ threads: Int) throws -> Results {
      let harness = try harness(type) {
        $0.batch = batch
        $0.threads = threads
      }
      harness.run()
      return harness.results
    }
    var problems: [String] = []
    let (single, double) = (try results(Float.self, 1), try results(Double.self, 1))
    for threads in [1, 2, 3] {
      problems += differences(try results(Float.self, threads), single, "\(threads) threads and 1")
      problems += differences(try results(Double.self, threads), double, "\(threads) threads and 1")
    }
    return problems
  }

  func samples() throws -> [String] {
    func problems<S: Scalar>(_ type: S.Type) throws -> [String] {
      let all = try harness(type) { $0.batch = 7 }
      let one = try harness(type) { $0.batch = 1 }
      all.run(.inference)
      let width = one.network.prediction.count
      var problems: [String] = []
      for sample in 0..<7 {
        for input in example.inputs.indices {
          let count = example.inputs[input].elementCount
          one.network.inputBuffer(input).copy(
            from: all.network.inputBuffer(input).slice(from: sample * count, count: count))
          let lengths = all.network.lengths(of: .init(.input(input)))
          one.network.setLengths(input, to: lengths?.slice(from: sample, count: 1))
        }
        one.network.forward(.inference, computesLoss: false)
        let expected = all.network.prediction.buffer.slice(from: sample * width, count: width).array
        if one.network.prediction.buffer.array != expected {
          problems.append("\(type): the prediction of sample \(sample) depends on its batch")
        }
      }
      return problems
    }
    return try problems(Float.self) + problems(Double.self)
  }

  func allocations<S: Scalar>(_ type: S.Type, _ counting: Conformance.AllocationCount) throws -> [String] {
    var problems: [String] = []
    for threads in [1, 2] {
      let harness = try harness(type) {
        $0.isSurrounded = true
        $0.threads = threads
      }
      for phase in [Phase.training, .inference] {
        harness.run(phase)
        let count = counting { harness.run(phase) }
        if count > 0 {
          problems.append("\(type), \(threads) threads: a step in \(phase) asks for memory \(count) times")
        }
      }
    }
    return problems
  }

  func predictor() throws -> [String] {
    func problems<S: Scalar>(_ type: S.Type) throws -> [String] {
      let harness = try harness(type) {
        $0.batch = 7
        $0.isSurrounded = true
        $0.options = .init(isTrained: false)
      }
      harness.run(.inference)
      let net = harness.network
      let predictor = try Predictor<S>(
        net.plan, parameters: net.parameters, state: net.state, batch: 4, workers: net.workers)
      let output = Storage<S>(count: 7 * predictor.outputCount)
      predictor.predict(
        example.inputs.indices.map(net.inputBuffer),
        lengths: example.inputs.indices.map { net.lengths(of: .init(.input($0))) }, count: 7, into: output.buffer)
      func results(_ values: [S]) -> Results { [("prediction", values.map { Double($0) })] }
      return differences(
        results(output.buffer.array), results(net.prediction.buffer.array), "\(type): predictor and net")
    }
    return try problems(Float.self) + problems(Double.self)
  }
}
