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

/// Batches that are cut into shards.
@Suite struct ShardTests {
  @Test func cutsAreContiguousAndEven() {
    for samples in [0, 1, 5, 7, 8, 16, 33] {
      for shards in [1, 2, 4, 8] {
        let cut = ShardCut(samples: samples, shards: shards)
        let parts = (0..<shards).map { cut[$0] }
        #expect(parts.flatMap(Array.init) == Array(0..<samples))
        let counts = parts.map(\.count)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
        #expect(counts.max() == cut.largest)
        #expect(counts.filter { $0 > 0 }.min() ?? 0 == cut.smallest)
      }
    }
  }

  /// Numbers whose sum depends on the order.
  @Test func sumsFollowTheTree() {
    let values: [Float] = [1, 1e8, -1e8, 0.5, 3, -7e7, 7e7, 0.25]
    let array = Storage<Float>(count: 1)
    var sum = TreeSum<Float>(levels: 3, count: 1, workers: WorkerPool(threads: 1))
    for _ in 0..<2 {
      sum.restart()
      for value in values {
        array.buffer[0] = value
        sum.add(array.buffer)
      }
      let left = (values[0] + values[1]) + (values[2] + values[3])
      let right = (values[4] + values[5]) + (values[6] + values[7])
      #expect(array.buffer[0].bitPattern == (left + right).bitPattern)
    }
  }

  /// The gradient of a batch's loss, and all that a step on it leaves.
  private struct Outcome {
    var gradient: [Double]
    var state: [Double]
    var scores: Evaluation
  }

  private func numbers(_ buffer: Buffer<Double>) -> [Double] { (0..<buffer.count).map { buffer[$0] } }

  private func outcome(_ definition: NetworkDefinition, _ set: Dataset, shards: Int, threads: Int = 1) throws -> Outcome
  {
    let plan = try NetworkPlan(definition, targets: set.targetForms)
    let settings = TrainingSettings(batch: set.count, shards: shards)
    let network = Network<Double>(
      plan, batch: settings.samplesAtOnce(of: set.count), workers: WorkerPool(threads: threads))
    network.initialize(seed: 3)
    let bound = try InputBinding(plan).bind(set, for: .training)
    let feed = BatchFeed<Double>(bound, FeedSettings(batch: set.count), workers: network.workers)
    let blank = Evaluation(plan, detail: .predictions)
    let count = feed.next()
    if shards == 1 {
      FeedBindings(network, bound).bind(network, feed, count: count)
      network.forward(.training)
      var scores = blank
      scores.add(network)
      network.backward()
      return Outcome(gradient: numbers(network.gradients), state: numbers(network.state), scores: scores)
    }
    let step = ShardedStep(SequenceNetworks(network), bound, shards: shards, blank: blank)
    var signals = StepSignals()
    let failed = try step.run(feed, count: count, step: 0, signals: &signals)
    #expect(failed == nil)
    return Outcome(gradient: numbers(network.gradients), state: numbers(network.state), scores: step.mergedScores)
  }

  private func expectSame(_ whole: Outcome, _ cut: Outcome) {
    for (a, b) in zip(whole.gradient, cut.gradient) { #expect((a - b).magnitude <= 1e-13 * max(1, a.magnitude)) }
    let scores = zip(
      TrainingRecord.Scores(whole.scores).values.sorted { $0.key.key < $1.key.key },
      TrainingRecord.Scores(cut.scores).values.sorted { $0.key.key < $1.key.key })
    for (a, b) in scores {
      #expect(a.key == b.key && (a.value - b.value).magnitude <= 1e-12 * max(1, a.value.magnitude), "\(a) \(b)")
    }
    #expect(whole.scores.main.samples == cut.scores.main.samples)
    #expect(whole.scores.main.ignored == cut.scores.main.ignored)
  }

  private func set(_ count: Int, weighted: Bool = false) throws -> Dataset {
    let random = RandomStream(key: 9)
    func numbers(_ count: Int, _ start: Int) -> [Double] { (0..<count).map { random.normal(UInt64(start + $0)) } }
    let x = DataArray(name: "x", form: .values(Shape(5)), elements: .doubles(numbers(5 * count, 0)))
    let label = DataArray(
      name: "label", form: .classes(count: 3, shape: Shape(1)),
      elements: .doubles((0..<count).map { Double($0 * $0 % 3) }))
    let value = DataArray(name: "value", form: .values(Shape(2)), elements: .doubles(numbers(2 * count, 1000)))
    var set = try Dataset(inputs: [x], targets: [label, value])
    if weighted {
      set.weights = DataArray(
        name: "weight", form: .values(Shape(1)), elements: .doubles((0..<count).map { Double($0 % 4) / 2 }))
    }
    return set
  }

  private func definition(_ label: SoftmaxCrossEntropy, _ value: SquaredError) throws -> NetworkDefinition {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(5))
    let hidden = try definition.add(Dense(units: 6))
    try definition.add(Dense(units: 3), from: [hidden])
    try definition.add(label)
    try definition.add(Dense(units: 2), from: [hidden])
    try definition.add(value, target: "value", weight: 0.3)
    return definition
  }

  /// Losses of different denominators, ignored labels, plain sums, weights of samples, and batches of fewer samples than
  /// shards: the gradient is that of the whole batch.
  @Test(arguments: [2, 4, 8], [3, 8, 21])
  func gradientsAreThoseOfTheWholeBatch(_ shards: Int, _ samples: Int) throws {
    for (label, value) in [
      (SoftmaxCrossEntropy(), SquaredError()), (SoftmaxCrossEntropy(ignoredLabel: 1), SquaredError()),
      (SoftmaxCrossEntropy(ignoredLabel: 0), SquaredError(reduction: .sum)),
    ] {
      let definition = try definition(label, value)
      for weighted in [false, true] {
        let set = try set(samples, weighted: weighted)
        expectSame(try outcome(definition, set, shards: 1), try outcome(definition, set, shards: shards))
      }
    }
  }

  @Test func threadsDoNotMatter() throws {
    let definition = try definition(SoftmaxCrossEntropy(), SquaredError())
    let set = try set(40)
    let one = try outcome(definition, set, shards: 4)
    let two = try outcome(definition, set, shards: 4, threads: 2)
    #expect(one.gradient.map(\.bitPattern) == two.gradient.map(\.bitPattern))
    #expect(one.scores.words == two.scores.words)
  }

  /// running = running + momentum mean over the shards of (statistic - running).
  @Test func runningStatisticsAreMeansOverShards() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(5))
    try definition.add(BatchNorm(momentum: 0.2))
    try definition.add(Dense(units: 2))
    try definition.add(SquaredError(), target: "value")
    let set = try set(16)
    let found = try outcome(definition, set, shards: 4)
    for c in 0..<5 {
      var (mean, variance) = (0.0, 0.0)
      for shard in 0..<4 {
        let values = (0..<4).map { set.inputs[0].value((4 * shard + $0) * 5 + c) }
        let own = values.reduce(0, +) / 4
        mean += own / 4
        variance += values.reduce(0) { $0 + ($1 - own) * ($1 - own) } / 3 / 4
      }
      #expect((found.state[c] - 0.2 * mean).magnitude < 1e-14)
      let span = found.state.count / 2
      #expect((found.state[span + c] - (1 + 0.2 * (variance - 1))).magnitude < 1e-14)
    }
  }

  /// Shards of the same samples draw different numbers, and every step draws its own.
  @Test func randomLayersDrawByStepAndShard() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(64))
    try definition.add(Dropout(rate: 0.5))
    try definition.add(Dense(units: 1))
    try definition.add(SquaredError())
    let ones = DataArray(name: "x", form: .values(Shape(64)), elements: .doubles(Array(repeating: 1, count: 64 * 2)))
    let label = DataArray(name: "label", form: .values(Shape(1)), elements: .doubles([0, 0]))
    let set = try Dataset(inputs: [ones], targets: [label])
    let plan = try NetworkPlan(definition, targets: set.targetForms)
    let network = Network<Double>(plan, batch: 1, workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    let step = ShardedStep(SequenceNetworks(network), set, shards: 2, blank: Evaluation(plan))
    #expect(Set((0..<8).map { step.randomStep($0 / 2, shard: $0 % 2) }).count == 8)
    let feed = BatchFeed<Double>(set, FeedSettings(batch: 2), workers: network.workers)
    var signals = StepSignals()
    let failed = try step.run(feed, count: feed.next(), step: 0, signals: &signals)
    #expect(failed == nil)
    let losses = step.scores.map { $0.loss.bitPattern }
    #expect(losses[0] != losses[1])
  }

  @Test func stepsTakeNoMemory() throws {
    guard AllocationCounter.isAvailable else { return }
    let set = try set(52)
    let plan = try NetworkPlan(
      definition(SoftmaxCrossEntropy(ignoredLabel: 1), SquaredError()), targets: set.targetForms)
    let network = Network<Float>(plan, batch: 4, workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    let feed = BatchFeed<Float>(set, FeedSettings(batch: 16, shuffleSeed: 1), workers: network.workers)
    let update = ParameterUpdate<Float>(network, Adam())
    let step = ShardedStep(SequenceNetworks(network), set, shards: 4, blank: Evaluation(plan))
    var number = 0
    var signals = StepSignals()
    func run() {
      _ = try? step.run(feed, count: feed.next(), step: number, signals: &signals)
      number += 1
      update.apply(step: number, rate: 0.01, clipNorm: 1, clipValue: 1)
    }
    for _ in 0..<5 { run() }
    let allocations = AllocationCounter.count { for _ in 0..<12 { run() } }
    #expect(allocations == 0)
  }
}
