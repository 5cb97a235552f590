import NNCore
import NNData
import NNKernels

/// Which array of a data set goes to which input and target of a net.
///
/// An input reads the array of its own name, or else the arrays are taken in order; inputs with fixed values read none.
struct FeedBindings {
  private var inputs: [(network: Int, feed: Int)] = []
  private var targets: [(network: Int, feed: Int)] = []

  init<S: Scalar>(_ network: Network<S>, _ set: Dataset) {
    var next = 0
    for (index, input) in network.plan.definition.inputs.enumerated() where input.value == nil {
      if let named = set.inputs.firstIndex(where: { $0.name == input.name }) {
        inputs.append((index, named))
      } else if next < set.inputs.count {
        inputs.append((index, next))
        next += 1
      }
    }
    for (index, name) in network.targetNames.enumerated() {
      if let position = set.targets.firstIndex(where: { $0.name == name }) { targets.append((index, position)) }
    }
  }

  /// Makes the net read the feed's current batch of `count` samples.
  func bind<S: Scalar>(_ network: Network<S>, _ feed: BatchFeed<S>, count: Int) {
    network.setBatch(count)
    for index in inputs.indices { network.bindInput(inputs[index].network, to: feed.input(inputs[index].feed)) }
    for index in targets.indices { network.bindTarget(targets[index].network, to: feed.target(targets[index].feed)) }
  }
}
