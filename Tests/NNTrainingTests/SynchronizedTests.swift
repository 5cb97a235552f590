import DenseLayers
import LossLayers
import NNCore
import NNKernels
import NNTestSupport
import NormalizationLayers
import RegularizationLayers
import Testing

@testable import NNData
@testable import NNTraining

/// Batch normalization of the whole batch where it is cut into shards. What it computes of a whole batch, the conformance tests
/// hold to PyTorch's numbers.
@Suite struct SynchronizedTests {
  private func set(_ count: Int, _ shape: Shape, target: Shape) throws -> Dataset {
    let random = RandomStream(key: 4)
    func numbers(_ count: Int, _ start: Int) -> [Double] {
      (0..<count).map { 3 + 2 * random.normal(UInt64(start + $0)) }
    }
    return try Dataset(
      inputs: [
        DataArray(
          name: "x", form: .values(shape), elements: .doubles(numbers(count * shape.elementCount, 0)))
      ],
      targets: [
        DataArray(
          name: "label", form: .values(target), elements: .doubles(numbers(count * target.elementCount, 1 << 20)))
      ])
  }

  /// Two such layers with others between, and one that measures shards behind them where `mixed`.
  private func columns(sync: Bool, affine: Bool = true, mixed: Bool = false) throws -> NetworkDefinition {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(5))
    try definition.add(Dense(units: 6))
    try definition.add(BatchNorm(affine: affine, synchronized: sync))
    try definition.add(Dense(units: 4))
    try definition.add(BatchNorm(momentum: 0.3, synchronized: sync))
    if mixed { try definition.add(BatchNorm()) }
    try definition.add(SquaredError())
    return definition
  }

  private func planes(sync: Bool) throws -> NetworkDefinition {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(3, 2, 2))
    try definition.add(BatchNorm(synchronized: sync))
    try definition.add(BatchNorm(synchronized: sync))
    try definition.add(SquaredError())
    return definition
  }

  private struct Outcome {
    var gradient: [Double]
    var state: [Double]
    var loss: Double
  }

  /// What a step leaves, with `count` samples of the set.
  private func outcome<S: Scalar>(
    _ type: S.Type, _ definition: NetworkDefinition, _ set: Dataset, shards: Int, threads: Int = 1
  ) throws -> Outcome {
    let plan = try NetworkPlan(definition, targets: set.targetForms)
    let settings = TrainingSettings(batch: set.count, shards: shards)
    let network = Network<S>(
      plan, batch: settings.samplesAtOnce(of: set.count), workers: WorkerPool(threads: threads))
    network.initialize(seed: 3)
    let bound = try InputBinding(plan).bind(set, for: .training)
    let feed = BatchFeed<S>(bound, FeedSettings(batch: set.count), workers: network.workers)
    let count = feed.next()
    func numbers(_ buffer: Buffer<S>) -> [Double] { (0..<buffer.count).map { Double(buffer[$0]) } }
    if shards == 1 {
      FeedBindings(network, bound).bind(network, feed, count: count)
      network.forward(.training)
      network.backward()
      return Outcome(gradient: numbers(network.gradients), state: numbers(network.state), loss: network.loss)
    }
    let step = ShardedStep(network, bound, shards: shards, blank: Evaluation(plan))
    var signals = StepSignals()
    let failed = try step.run(feed, count: count, step: 0, signals: &signals)
    #expect(failed == nil)
    return Outcome(
      gradient: numbers(network.gradients), state: numbers(network.state), loss: step.mergedScores.loss)
  }

  private func expectSame(_ whole: Outcome, _ cut: Outcome, within tolerance: Double = 1e-12) {
    for (a, b) in zip(whole.gradient, cut.gradient) { #expect((a - b).magnitude <= tolerance * max(1, a.magnitude)) }
    for (a, b) in zip(whole.state, cut.state) { #expect((a - b).magnitude <= tolerance * max(1, a.magnitude)) }
    #expect((whole.loss - cut.loss).magnitude <= tolerance * max(1, whole.loss))
    #expect(whole.gradient.contains { $0.magnitude > 1e-3 })
  }

  /// Gradients, running statistics and loss are those of the whole batch, also where some shards are empty.
  @Test(arguments: [2, 4, 8], [3, 8, 21]) func itIsTheWholeBatch(_ shards: Int, _ samples: Int) throws {
    for affine in [true, false] {
      let set = try set(samples, Shape(5), target: Shape(4))
      expectSame(
        try outcome(Double.self, columns(sync: false, affine: affine), set, shards: 1),
        try outcome(Double.self, columns(sync: true, affine: affine), set, shards: shards))
    }
    let pictures = try set(samples, Shape(3, 2, 2), target: Shape(3, 2, 2))
    expectSame(
      try outcome(Double.self, planes(sync: false), pictures, shards: 1),
      try outcome(Double.self, planes(sync: true), pictures, shards: shards))
    expectSame(
      try outcome(Float.self, planes(sync: false), pictures, shards: 1),
      try outcome(Float.self, planes(sync: true), pictures, shards: shards), within: 1e-5)
  }

  /// Without shards the attribute changes nothing, and without it every shard is measured alone.
  @Test func itChangesNothingElse() throws {
    let set = try set(16, Shape(5), target: Shape(4))
    let whole = try outcome(Double.self, columns(sync: false), set, shards: 1)
    #expect(try outcome(Double.self, columns(sync: true), set, shards: 1).gradient == whole.gradient)
    let alone = try outcome(Double.self, columns(sync: false), set, shards: 4)
    #expect(zip(alone.gradient, whole.gradient).contains { ($0 - $1).magnitude > 1e-3 })
  }

  @Test func threadsDoNotMatter() throws {
    let set = try set(40, Shape(5), target: Shape(4))
    let definition = try columns(sync: true, mixed: true)
    let (one, two) = try (
      outcome(Float.self, definition, set, shards: 4), outcome(Float.self, definition, set, shards: 4, threads: 2)
    )
    #expect(one.gradient == two.gradient && one.state == two.state && one.loss == two.loss)
  }

  @Test func stepsTakeNoMemory() throws {
    guard AllocationCounter.isAvailable else { return }
    let set = try set(52, Shape(5), target: Shape(4))
    let plan = try NetworkPlan(columns(sync: true, mixed: true), targets: set.targetForms)
    let network = Network<Float>(plan, batch: 4, workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    let feed = BatchFeed<Float>(set, FeedSettings(batch: 16, shuffleSeed: 1), workers: network.workers)
    let step = ShardedStep(network, set, shards: 4, blank: Evaluation(plan))
    var number = 0
    var signals = StepSignals()
    func run() {
      _ = try? step.run(feed, count: feed.next(), step: number, signals: &signals)
      number += 1
    }
    for _ in 0..<5 { run() }
    let allocations = AllocationCounter.count { for _ in 0..<12 { run() } }
    #expect(allocations == 0)
  }
}
