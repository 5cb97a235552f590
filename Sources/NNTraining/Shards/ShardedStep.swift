import NNCore
import NNData
import NNKernels

/// A step on a batch that is cut into shards, which go through the net one after the other, with memory for one of them.
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
  private var gradientSum: TreeSum<S>
  private var stateSum: TreeSum<S>
  private var denominatorSum: TreeSum<Double>
  /// The state of the layers before the step.
  private let base: Storage<S>
  private let denominators: Storage<Double>
  /// For each loss, whether it is a plain sum, which is divided by 1 however many shards there are.
  private let sumsLoss: [Bool]
  /// The scores of the epoch, of each shard's samples.
  var scores: [Evaluation]

  /// - Parameter blank: the scores of an epoch before its first step.
  init(_ network: Network<S>, _ set: Dataset, shards: Int, blank: Evaluation) {
    self.network = network
    self.shards = shards
    bindings = FeedBindings(network, set)
    let levels = ShardCut(samples: 0, shards: shards).levels
    let workers = network.workers
    gradientSum = TreeSum(levels: levels, count: network.gradients.count, workers: workers)
    stateSum = TreeSum(levels: levels, count: network.state.count, workers: workers)
    denominatorSum = TreeSum(levels: levels, count: network.plan.lossNodes.count, workers: workers)
    base = Storage(count: network.state.count)
    denominators = Storage(count: network.plan.lossNodes.count)
    sumsLoss = network.plan.lossNodes.map { network.plan.definition.nodes[$0].layer.facts.sumsLoss }
    scores = Array(repeating: blank, count: shards)
  }

  /// The scores of all samples, in the order of the shards.
  var mergedScores: Evaluation {
    var merged = scores[0]
    for next in scores.dropFirst() { merged.merge(next) }
    return merged
  }

  /// The step that random layers draw by, of a shard.
  func randomStep(_ step: Int, shard: Int) -> UInt64 { UInt64(step) &* UInt64(shards) &+ UInt64(shard) }

  /// Computes the gradient of the feed's current batch, and moves the state of the layers.
  ///
  /// - Parameters:
  ///   - count: samples in the batch.
  ///   - step: steps before this one.
  /// - Returns: the first shard whose loss is not finite, to which the net is bound; nil, as a rule, if there is none. The
  ///   state is then as before.
  @specialized(where S == Float)
  func run(_ feed: BatchFeed<S>, count: Int, step: Int) -> Int? {
    let cut = ShardCut(samples: count, shards: shards)
    base.buffer.copy(from: network.state)
    sumDenominators(feed, cut)
    gradientSum.restart()
    stateSum.restart()
    for shard in 0..<shards {
      network.state.copy(from: base.buffer)
      let samples = cut[shard]
      if samples.isEmpty {
        network.gradients.fill(0)
        network.state.fill(0)
      } else {
        bindings.bind(network, feed, samples)
        network.forward(.training, step: randomStep(step, shard: shard))
        guard network.loss.isFinite else {
          network.state.copy(from: base.buffer)
          return shard
        }
        scores[shard].add(network)
        network.setDenominators(denominators.buffer)
        network.backward()
        takeMove(share: Double(samples.count) / Double(count))
      }
      gradientSum.add(network.gradients)
      if base.buffer.count > 0 { stateSum.add(network.state) }
    }
    S.scale(base.buffer, by: 1, into: network.state, accumulate: true, workers: network.workers)
    return nil
  }

  /// Sums the denominators of all shards. The losses run on the state as it is, which is put back.
  private func sumDenominators(_ feed: BatchFeed<S>, _ cut: ShardCut) {
    denominatorSum.restart()
    for shard in 0..<shards {
      if cut[shard].isEmpty {
        denominators.buffer.fill(0)
      } else {
        bindings.bind(network, feed, cut[shard])
        network.computeDenominators(into: denominators.buffer)
      }
      denominatorSum.add(denominators.buffer)
    }
    for position in sumsLoss.indices where sumsLoss[position] { denominators.buffer[position] = 1 }
  }

  /// Makes the state of the layers the shard's share in its move.
  @specialized(where S == Float)
  private func takeMove(share: Double) {
    let (state, base, share) = (network.state, base.buffer, S(share))
    for index in 0..<state.count { state[index] = (state[index] - base[index]) * share }
  }
}
