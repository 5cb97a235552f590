import NNCollectives
import NNCore
import NNData
import NNKernels

/// A step on a batch that is cut into shards, which go through the net one after the other, with memory for one of them.
/// Several processes may share the shards, a contiguous block for each.
///
/// Gradients, changes of layer state and denominators of losses are summed along the balanced binary tree over the shards
/// (see `TreeSum`). The result is the gradient of the loss of the whole batch, each loss divided by its denominator in the
/// whole batch. A layer that measures its batch, such as batch normalization, measures the shard, and its running
/// statistics move by the mean of the shards' moves, weighted by their samples. Where such a layer measures the whole batch,
/// the shards go through the net side by side instead (`SynchronizedPass`). Random layers draw by step and shard.
/// So the result is a function of the batch and the number of shards, whatever computes which shard.
final class ShardedStep<S: Scalar> {
  private let network: Network<S>
  private let bindings: FeedBindings
  private let shards: Int
  private let rounds: Bool
  /// Those that this process computes.
  private let owned: Range<Int>
  private let processes: ProcessSums<S>?
  private let exchange: GradientExchange<S>?
  /// What takes the shards through the net side by side; nil where they go through it one after the other.
  private let together: SynchronizedPass<S>?
  private var gradientSum: TreeSum<S>
  private var stateSum: TreeSum<S>
  private var denominatorSum: TreeSum<Double>
  /// The state of the layers before the step.
  private let base: Storage<S>
  private let denominators: Storage<Double>
  /// For each loss, whether it is a plain sum, which is divided by 1 however many shards there are.
  private let sumsLoss: [Bool]
  /// The scores of the epoch, of each shard's samples; those of shards that other processes compute are as of the last
  /// exchange.
  var scores: [Evaluation]

  /// Seconds that this process has spent in steps of the epoch waiting for others, and exchanging messages, if partly while it
  /// computed.
  private(set) var waiting = 0.0
  private(set) var communication = 0.0

  /// - Parameters:
  ///   - blank: the scores of an epoch before its first step.
  ///   - collectives: the processes that share the shards, whose number they divide; nil for this one alone.
  ///   - rounds: whether the operands of every addition of gradients, and the sum, are rounded to bfloat16.
  ///   - overlaps: whether gradients are exchanged while the backward pass goes on; see `GradientExchange`.
  init(
    _ network: Network<S>, _ set: Dataset, shards: Int, blank: Evaluation, collectives: (any Collectives)? = nil,
    rounds: Bool = false, overlaps: Bool = false
  ) {
    self.network = network
    self.shards = shards
    self.rounds = rounds
    owned = ShardCut.owned(of: shards, by: collectives)
    bindings = FeedBindings(network, set)
    let levels = owned.count.trailingZeroBitCount
    let workers = network.workers
    gradientSum = TreeSum(levels: levels, count: network.gradients.count, rounds: rounds, workers: workers)
    stateSum = TreeSum(levels: levels, count: network.state.count, workers: workers)
    denominatorSum = TreeSum(levels: levels, count: network.plan.lossNodes.count, workers: workers)
    processes = collectives.map { ProcessSums($0, network, rounds: rounds) }
    together = SynchronizedPass(network, shards: owned.count)
    // Side by side, the gradients of all shards become final at the end.
    exchange = processes.map { [together] in GradientExchange($0, network, overlaps: overlaps && together == nil) }
    base = Storage(count: network.state.count)
    denominators = Storage(count: network.plan.lossNodes.count)
    sumsLoss = network.plan.lossNodes.map { network.plan.definition.nodes[$0].layer.facts.sumsLoss }
    scores = Array(repeating: blank, count: shards)
  }

  /// The scores of all samples, in the order of the shards.
  var mergedScores: Evaluation { Evaluation.merged(scores) }

  /// The scores of the samples that this process has seen.
  var ownScores: Evaluation { Evaluation.merged(Array(scores[owned])) }

  /// Gives each process the scores of all shards.
  func exchangeScores() throws { try processes?.collectives.exchange(&scores) }

  /// The step that random layers draw by, of a shard.
  func randomStep(_ step: Int, shard: Int) -> UInt64 { UInt64(step) &* UInt64(shards) &+ UInt64(shard) }

  /// The process that computes a shard.
  func rank(ofShard shard: Int) -> Int { shard / owned.count }

  /// Computes the gradient of the feed's current batch, and moves the state of the layers.
  ///
  /// - Parameters:
  ///   - count: samples in the batch.
  ///   - step: steps before this one.
  ///   - signals: what this process has to say to all; what some process says comes back.
  /// - Returns: the first shard whose loss is not finite, to which the net of the process that computes it is bound; nil, as
  ///   a rule, if there is none. The state is then as before.
  /// - Throws: a `CollectiveFailure`.
  @specialized(where S == Float)
  func run(_ feed: BatchFeed<S>, count: Int, step: Int, signals: inout StepSignals) throws -> Int? {
    let cut = ShardCut(samples: count, shards: shards)
    base.buffer.copy(from: network.state)
    try sumDenominators(feed, cut)
    gradientSum.restart()
    stateSum.restart()
    let failed =
      try together.map { try runTogether($0, feed, cut, step, &signals) } ?? runInTurn(feed, cut, step, &signals)
    guard failed == nil else {
      network.state.copy(from: base.buffer)
      return failed
    }
    if rounds { roundToBFloat16(network.gradients, workers: network.workers) }
    if base.buffer.count > 0, let processes { try timed { try processes.sum(network.state) } }
    S.scale(base.buffer, by: 1, into: network.state, accumulate: true, workers: network.workers)
    return nil
  }

  /// Takes one shard after the other through the net.
  @specialized(where S == Float)
  private func runInTurn(
    _ feed: BatchFeed<S>, _ cut: ShardCut, _ step: Int, _ signals: inout StepSignals
  ) throws -> Int? {
    var failed: Int?
    for shard in owned.lowerBound..<owned.upperBound where failed == nil {
      let isLast = shard == owned.upperBound - 1
      network.state.copy(from: base.buffer)
      if !forward(shard, feed, cut[shard], step) { failed = shard }
      // From here on gradients are exchanged, so all have to know whether there are any.
      if isLast || failed != nil, let processes {
        let agreed = try timed { try processes.agree(failed, &signals) }
        if let agreed { return agreed }
      }
      guard failed == nil else { break }
      try backward(cut[shard], share: Double(cut[shard].count) / Double(cut.samples), isLast: isLast)
    }
    return failed
  }

  /// Takes all shards through the net side by side.
  @specialized(where S == Float)
  private func runTogether(
    _ pass: SynchronizedPass<S>, _ feed: BatchFeed<S>, _ cut: ShardCut, _ step: Int, _ signals: inout StepSignals
  ) throws -> Int? {
    let first = owned.lowerBound
    for index in 0..<owned.count { pass.networks[index].state.copy(from: base.buffer) }
    try pass.forward(
      samples: cut.samples, isEmpty: { cut[first + $0].isEmpty }, step: { randomStep(step, shard: first + $0) },
      sum: sumOfAll)
    var failed: Int?
    for index in 0..<owned.count where failed == nil && !cut[first + index].isEmpty {
      let network = pass.networks[index]
      if !network.loss.isFinite {
        failed = first + index
      } else {
        scores[first + index].add(network)
        network.setDenominators(denominators.buffer)
      }
    }
    if let failed {
      // Where the numbers stop being finite is looked for in the net in training.
      bindings.bind(network, feed, cut[failed])
      network.forward(.training, step: randomStep(step, shard: failed))
    }
    if let processes { failed = try timed { try processes.agree(failed, &signals) } }
    if let failed { return failed }
    try pass.backward(samples: cut.samples, isEmpty: { cut[first + $0].isEmpty }, sum: sumOfAll)
    exchange?.begin()
    for index in 0..<owned.count {
      let (network, samples) = (pass.networks[index], cut[first + index])
      if samples.isEmpty {
        network.gradients.fill(0)
        network.state.fill(0)
      } else {
        takeMove(network, share: Double(samples.count) / Double(cut.samples))
      }
      if network !== self.network || exchange == nil { gradientSum.add(network.gradients) }
      if base.buffer.count > 0 { stateSum.add(network.state) }
    }
    if let exchange {
      try timed { try exchange.finish { gradientSum.addLast($0, of: network.gradients) } }
      communication += exchange.seconds
    }
    return nil
  }

  /// Adds what the shards of all processes have left for a layer that measures the whole batch.
  private func sumOfAll(_ numbers: Buffer<Double>) throws {
    if let processes { try timed { try processes.sum(numbers: numbers) } }
  }

  /// Runs a shard forward and adds its scores; false if its loss is not finite.
  private func forward(_ shard: Int, _ feed: BatchFeed<S>, _ samples: Range<Int>, _ step: Int) -> Bool {
    guard !samples.isEmpty else { return true }
    bindings.bind(network, feed, samples)
    network.forward(.training, step: randomStep(step, shard: shard))
    guard network.loss.isFinite else { return false }
    scores[shard].add(network)
    network.setDenominators(denominators.buffer)
    return true
  }

  /// Adds the gradients and the move of the state of the shard that has just run forward to the sums over the shards, which
  /// after the last one are in the net's memory, over all processes' shards for gradients.
  @specialized(where S == Float)
  private func backward(_ samples: Range<Int>, share: Double, isLast: Bool) throws {
    if isLast { exchange?.begin() }
    if samples.isEmpty {
      network.gradients.fill(0)
      network.state.fill(0)
    } else {
      if isLast, let exchange {
        network.backward { exchange.done($0) { gradientSum.addLast($0, of: network.gradients) } }
      } else {
        network.backward()
      }
      takeMove(network, share: share)
    }
    if isLast, let exchange {
      try timed { try exchange.finish { gradientSum.addLast($0, of: network.gradients) } }
      communication += exchange.seconds
    } else {
      gradientSum.add(network.gradients)
    }
    if base.buffer.count > 0 { stateSum.add(network.state) }
  }

  /// Forgets the scores and times of the epoch.
  func beginEpoch(_ blank: Evaluation) {
    scores = Array(repeating: blank, count: shards)
    (waiting, communication) = (0, 0)
  }

  /// Does what waits for other processes.
  private func timed<Result>(_ body: () throws -> Result) rethrows -> Result {
    let start = monotonicSeconds()
    defer { waiting += monotonicSeconds() - start }
    return try body()
  }

  /// Sums the denominators of all shards. The losses run on the state as it is, which is put back.
  private func sumDenominators(_ feed: BatchFeed<S>, _ cut: ShardCut) throws {
    denominatorSum.restart()
    for shard in owned.lowerBound..<owned.upperBound {
      if cut[shard].isEmpty {
        denominators.buffer.fill(0)
      } else {
        let network = together?.networks[shard - owned.lowerBound] ?? network
        bindings.bind(network, feed, cut[shard])
        network.computeDenominators(into: denominators.buffer)
      }
      denominatorSum.add(denominators.buffer)
    }
    if let processes { try timed { try processes.sum(numbers: denominators.buffer) } }
    for position in sumsLoss.indices where sumsLoss[position] { denominators.buffer[position] = 1 }
  }

  /// Makes the state of the layers the shard's share in its move.
  @specialized(where S == Float)
  private func takeMove(_ network: Network<S>, share: Double) {
    let (state, base, share) = (network.state, base.buffer, S(share))
    for index in 0..<state.count { state[index] = (state[index] - base[index]) * share }
  }
}

/// What processes tell each other with every step.
struct StepSignals: Sendable, Hashable {
  /// Whether somebody asks this process to end.
  var isInterrupted = false
  /// Whether it is time for a checkpoint, which rank 0 says.
  var isCheckpointDue = false
}
