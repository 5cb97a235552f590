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
/// statistics move by the mean of the shards' moves, weighted by their samples. Random layers draw by step and shard.
/// So the result is a function of the batch and the number of shards, whatever computes which shard.
final class ShardedStep<S: Scalar> {
  private let network: Network<S>
  private let bindings: FeedBindings
  private let shards: Int
  /// Those that this process computes.
  private let owned: Range<Int>
  private let processes: ProcessSums<S>?
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

  /// - Parameters:
  ///   - blank: the scores of an epoch before its first step.
  ///   - collectives: the processes that share the shards, whose number they divide; nil for this one alone.
  init(
    _ network: Network<S>, _ set: Dataset, shards: Int, blank: Evaluation, collectives: (any Collectives)? = nil
  ) {
    self.network = network
    self.shards = shards
    owned = ShardCut.owned(of: shards, by: collectives)
    bindings = FeedBindings(network, set)
    let levels = owned.count.trailingZeroBitCount
    let workers = network.workers
    gradientSum = TreeSum(levels: levels, count: network.gradients.count, workers: workers)
    stateSum = TreeSum(levels: levels, count: network.state.count, workers: workers)
    denominatorSum = TreeSum(levels: levels, count: network.plan.lossNodes.count, workers: workers)
    processes = collectives.map { ProcessSums($0, network) }
    base = Storage(count: network.state.count)
    denominators = Storage(count: network.plan.lossNodes.count)
    sumsLoss = network.plan.lossNodes.map { network.plan.definition.nodes[$0].layer.facts.sumsLoss }
    scores = Array(repeating: blank, count: shards)
  }

  /// The scores of all samples, in the order of the shards.
  var mergedScores: Evaluation { Evaluation.merged(scores) }

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
    var failed = computeShards(feed, cut, step)
    if let processes {
      failed = try processes.agree(failed, &signals)
      if failed == nil { try processes.sum(network.gradients, network.state) }
    }
    guard failed == nil else {
      network.state.copy(from: base.buffer)
      return failed
    }
    S.scale(base.buffer, by: 1, into: network.state, accumulate: true, workers: network.workers)
    return nil
  }

  /// Leaves the sums over the own shards in the net's gradients and state, of which it is the move; or returns the first
  /// shard whose loss is not finite.
  @specialized(where S == Float)
  private func computeShards(_ feed: BatchFeed<S>, _ cut: ShardCut, _ step: Int) -> Int? {
    gradientSum.restart()
    stateSum.restart()
    for shard in owned.lowerBound..<owned.upperBound {
      network.state.copy(from: base.buffer)
      let samples = cut[shard]
      if samples.isEmpty {
        network.gradients.fill(0)
        network.state.fill(0)
      } else {
        bindings.bind(network, feed, samples)
        network.forward(.training, step: randomStep(step, shard: shard))
        guard network.loss.isFinite else { return shard }
        scores[shard].add(network)
        network.setDenominators(denominators.buffer)
        network.backward()
        takeMove(share: Double(samples.count) / Double(cut.samples))
      }
      gradientSum.add(network.gradients)
      if base.buffer.count > 0 { stateSum.add(network.state) }
    }
    return nil
  }

  /// Sums the denominators of all shards. The losses run on the state as it is, which is put back.
  private func sumDenominators(_ feed: BatchFeed<S>, _ cut: ShardCut) throws {
    denominatorSum.restart()
    for shard in owned.lowerBound..<owned.upperBound {
      if cut[shard].isEmpty {
        denominators.buffer.fill(0)
      } else {
        bindings.bind(network, feed, cut[shard])
        network.computeDenominators(into: denominators.buffer)
      }
      denominatorSum.add(denominators.buffer)
    }
    try processes?.sum(denominators.buffer)
    for position in sumsLoss.indices where sumsLoss[position] { denominators.buffer[position] = 1 }
  }

  /// Makes the state of the layers the shard's share in its move.
  @specialized(where S == Float)
  private func takeMove(share: Double) {
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
