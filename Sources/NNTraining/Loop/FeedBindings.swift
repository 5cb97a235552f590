import NNCore
import NNData
import NNKernels

/// Binds the batches of a bound set to a net: the set's inputs are the net's free inputs in their order, its targets
/// the net's targets in theirs (see `InputBinding`).
struct FeedBindings {
  /// The net's free inputs.
  private let inputs: [Int]
  private let targets: Int
  /// Whether the samples have weights, which follow the targets.
  private let haveWeights: Bool

  init<S: Scalar>(_ network: Network<S>, _ set: Dataset) {
    inputs = network.plan.definition.freeInputs
    targets = network.targetNames.count
    haveWeights = set.weights != nil
  }

  /// Makes the net read the feed's current batch of `count` samples.
  func bind<S: Scalar>(_ network: Network<S>, _ feed: BatchFeed<S>, count: Int) {
    network.setBatch(count)
    for position in inputs.indices {
      network.bindInput(inputs[position], to: feed.input(position))
      network.setLengths(inputs[position], to: feed.lengths(position))
    }
    for position in 0..<targets { network.bindTarget(position, to: feed.target(position)) }
    network.bindWeights(haveWeights ? feed.target(targets) : nil)
  }
}
