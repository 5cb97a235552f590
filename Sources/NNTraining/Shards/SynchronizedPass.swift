import NNCore
import NNKernels

/// Passes of training over the shards of a batch that meet at layers that measure the whole batch (`SynchronizedLayer`).
///
/// Each shard has a net of its own, on the same parameters. Between two such layers the nets run one after the other; at the
/// layer, what is summed goes along the balanced binary tree over the shards, so it does not matter which process has which of
/// them. What is between the layers stays in memory for all of the process's shards.
final class SynchronizedPass<S: Scalar> {
  /// The nets of the process's shards, in order; the last one is the net in training.
  let networks: [Network<S>]
  /// For each node, the layer if it is such a one.
  private let layers: [(any SynchronizedLayer)?]
  /// How many numbers each round of a node leaves.
  private let forwardSums: [[Int]]
  private let backwardSums: [[Int]]
  /// The numbers of each shard.
  private let sums: [Storage<Double>]
  /// The partial sums of the tree over them.
  private var tree: TreeSum<Double>

  /// nil if no layer of the net measures the whole batch.
  ///
  /// - Parameters:
  ///   - network: the net in training.
  ///   - shards: how many of them this process computes: a power of two.
  init?(_ network: Network<S>, shards: Int) {
    let (plan, nodes) = (network.plan, network.plan.definition.nodes)
    let layers = nodes.map(\.synchronizedLayer)
    guard layers.contains(where: { $0 != nil }) else { return nil }
    func counts(_ body: (any SynchronizedLayer, [Shape]) -> [Int]) -> [[Int]] {
      zip(layers, nodes).map { layer, node in layer.map { body($0, node.inputs.map(plan.shape(of:))) } ?? [] }
    }
    self.layers = layers
    forwardSums = counts { $0.forwardSums($1) }
    backwardSums = counts { $0.backwardSums($1) }
    let most = (forwardSums + backwardSums).joined().max() ?? 0
    sums = (0..<shards).map { _ in Storage(count: most) }
    tree = TreeSum(levels: shards.trailingZeroBitCount, count: most, workers: network.workers)
    networks = (1..<shards).map { _ in Network(sharingParametersOf: network) } + [network]
  }

  /// Runs all shards forward.
  ///
  /// - Parameters:
  ///   - samples: those of the whole batch.
  ///   - isEmpty: whether a shard has no samples. Its net is not run, and adds 0 to all sums.
  ///   - step: the step that random layers draw by, of a shard.
  ///   - sum: adds the numbers of all processes.
  func forward(
    samples: Int, isEmpty: (Int) -> Bool, step: (Int) -> UInt64, sum: (Buffer<Double>) throws -> Void
  ) rethrows {
    for shard in 0..<networks.count where !isEmpty(shard) { networks[shard].beginForward() }
    var first = 0
    for node in 0..<layers.count {
      guard let layer = layers[node] else { continue }
      run(first..<node, isEmpty) { $0.forward(node: $1, step: step($2)) }
      try meet(forwardSums[node], isEmpty, sum) { shard, round in
        networks[shard].forward(
          node: node, by: layer, round: round, step: step(shard), samples: samples, sums: sums[shard].buffer)
      }
      first = node + 1
    }
    run(first..<layers.count, isEmpty) { $0.forward(node: $1, step: step($2)) }
  }

  /// Runs all shards backward. Each net then has the gradients of its shard.
  func backward(samples: Int, isEmpty: (Int) -> Bool, sum: (Buffer<Double>) throws -> Void) rethrows {
    var end = layers.count
    for node in stride(from: layers.count - 1, through: 0, by: -1) {
      guard let layer = layers[node], networks[0].runsBackward(node) else { continue }
      runBackward((node + 1)..<end, isEmpty)
      try meet(backwardSums[node], isEmpty, sum) { shard, round in
        networks[shard].backward(node: node, by: layer, round: round, samples: samples, sums: sums[shard].buffer)
      }
      end = node
    }
    runBackward(0..<end, isEmpty)
  }

  // Ranges of indices allocate nothing in debug builds either; iterators of arrays do.

  /// Takes each net in turn through some nodes.
  private func run(_ nodes: Range<Int>, _ isEmpty: (Int) -> Bool, _ body: (Network<S>, Int, Int) -> Void) {
    for shard in 0..<networks.count where !isEmpty(shard) {
      for node in nodes.lowerBound..<nodes.upperBound { body(networks[shard], node, shard) }
    }
  }

  private func runBackward(_ nodes: Range<Int>, _ isEmpty: (Int) -> Bool) {
    for shard in 0..<networks.count where !isEmpty(shard) {
      let network = networks[shard]
      for node in stride(from: nodes.upperBound - 1, through: nodes.lowerBound, by: -1) where network.runsBackward(node)
      {
        network.backward(node: node)
      }
    }
  }

  /// Runs the rounds of a layer on all shards, with the sums between them.
  private func meet(
    _ counts: [Int], _ isEmpty: (Int) -> Bool, _ sum: (Buffer<Double>) throws -> Void,
    _ body: (_ shard: Int, _ round: Int) -> Void
  ) rethrows {
    for round in 0..<(counts.count + 1) {
      for shard in 0..<networks.count where !isEmpty(shard) { body(shard, round) }
      if round < counts.count { try add(counts[round], isEmpty, sum) }
    }
  }

  /// Gives each shard the sums of the first numbers of all.
  private func add(_ count: Int, _ isEmpty: (Int) -> Bool, _ sum: (Buffer<Double>) throws -> Void) rethrows {
    tree.restart()
    for shard in 0..<sums.count {
      if isEmpty(shard) { sums[shard].buffer.fill(0) }
      tree.add(sums[shard].buffer)
    }
    let last = sums.count - 1
    let total = sums[last].buffer.slice(from: 0, count: count)
    try sum(total)
    for shard in 0..<last { sums[shard].buffer.slice(from: 0, count: count).copy(from: total) }
  }
}
