import NNCollectives
import NNCore
import NNKernels

/// What the processes of a training exchange in a step, with memory for it.
struct ProcessSums<S: Scalar> {
  let collectives: any Collectives
  private let workers: WorkerPool
  private let scratch: Storage<S>
  /// Where the wire carries bfloat16, the numbers that go out and come in.
  private let roundedNumbers: Storage<UInt16>?
  private let numbers: Storage<Double>
  /// Shard and signals, twice: this process's and those that come in.
  private let words: Storage<UInt64>

  /// - Parameter rounds: whether gradients go over the wire as bfloat16.
  init(_ collectives: any Collectives, _ network: Network<S>, rounds: Bool) {
    self.collectives = collectives
    workers = network.workers
    scratch = Storage(count: max(rounds ? 0 : network.gradients.count, network.state.count))
    roundedNumbers = rounds ? Storage(count: 2 * network.gradients.count) : nil
    let plan = network.plan
    let sums = plan.definition.nodes.compactMap { node in
      node.synchronizedLayer.map { layer in
        let inputs = node.inputs.map(plan.shape(of:))
        return (layer.forwardSums(inputs) + layer.backwardSums(inputs)).max() ?? 0
      }
    }
    numbers = Storage(count: max(plan.lossNodes.count, sums.max() ?? 0))
    words = Storage(count: 6)
  }

  /// Adds the gradients of all processes, or a part of them.
  func sum(gradients array: Buffer<S>) throws {
    guard let roundedNumbers else { return try sum(array) }
    try collectives.sumRounded(array, words: roundedNumbers.buffer, workers: workers)
  }

  /// Adds the state of the layers of all processes.
  func sum(_ array: Buffer<S>) throws { try collectives.sum(array, scratch: scratch.buffer, workers: workers) }

  /// Adds the denominators of all processes, or what layers have left that measure the whole batch.
  func sum(numbers array: Buffer<Double>) throws {
    try collectives.sum(array, scratch: numbers.buffer, workers: workers)
  }

  /// The first shard that failed in any process, and the signals that any process gives.
  func agree(_ failed: Int?, _ signals: inout StepSignals) throws -> Int? {
    let own = words.buffer.slice(from: 0, count: 3)
    // The largest word wins, and the first shard is wanted.
    own[0] = failed.map { UInt64.max - UInt64($0) } ?? 0
    own[1] = signals.isInterrupted ? 1 : 0
    own[2] = signals.isCheckpointDue ? 1 : 0
    try collectives.maximum(own, scratch: words.buffer.slice(from: 3, count: 3))
    signals.isInterrupted = own[1] == 1
    signals.isCheckpointDue = own[2] == 1
    return own[0] == 0 ? nil : Int(UInt64.max - own[0])
  }
}

extension ShardCut {
  /// The shards that this process computes: a contiguous block, so that it sums a node of the tree over all of them.
  static func owned(of shards: Int, by collectives: (any Collectives)?) -> Range<Int> {
    guard let collectives else { return 0..<shards }
    let count = shards / collectives.size
    return (collectives.rank * count)..<((collectives.rank + 1) * count)
  }
}

extension Collectives {
  /// Gives each process the evaluations of all: of as many parts as there are shards, each process has its own ones.
  func exchange(_ parts: inout [Evaluation]) throws {
    let own = parts[ShardCut.owned(of: parts.count, by: self)].flatMap(\.words)
    for (rank, words) in try gather(own).enumerated() where rank != self.rank {
      var reader = WordReader(words)
      let count = parts.count / size
      for index in (rank * count)..<((rank + 1) * count) {
        guard parts[index].restore(&reader) else {
          throw CollectiveFailure.broken(rank: rank, reason: "it sent scores that are none")
        }
      }
    }
  }
}
