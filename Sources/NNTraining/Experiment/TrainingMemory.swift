import NNCore
import NNData
import NNFiles
import NNModel
import NNText

/// The memory that training a model takes, or running it if it says nothing of training.
public struct TrainingMemory: Sendable {
  /// That of the net.
  public let network: NetworkMemory
  /// Bytes of the optimizer's state.
  public let optimizer: Int
  /// Bytes of the best parameters so far, of the checkpoint while it is written, of partial sums over shards, and of what is
  /// exchanged with other processes.
  public let copies: Int
  /// Bytes of the training data, as far as they are known without opening a file.
  public let data: Int
  /// Bytes of the nets of further shards, where shards go through the net side by side.
  public let shardNets: Int
  /// Bytes of the nets of fewer steps, by which batches of short sequences are trained.
  public let shorterNets: Int
  /// Samples that go through the net at once: a batch, or a shard of one.
  public let batch: Int
  private let isTrained: Bool
  private let plan: NetworkPlan
  private let scalarSize: Int
  private let place: SourcePlace

  /// The largest batch that is believed without knowing how many samples there are: a batch that is larger than the set
  /// means all of it.
  private static let largestBelieved = 4096

  /// The memory of a planned model.
  ///
  /// - Parameters:
  ///   - samples: the number of samples in the training set; taken from its source unless given.
  ///   - processes: how many share the shards of each batch.
  public init(_ plan: NetworkPlan, _ description: ModelDescription, samples: Int? = nil, processes: Int = 1) {
    let training = description.training
    let isDouble = description.precision == .double
    let sources = description.sources.map { source in
      (
        isTraining: source.attributes.has("role") && source.attributes.text("role") == "train",
        size: (source.element as? any DataSource)?.size(isDouble: isDouble)
      )
    }
    isTrained = training != nil
    let known = samples ?? sources.first { $0.isTraining }?.size?.samples
    let cut = ShardCut(
      samples: min(training?.batch ?? 1, known ?? Self.largestBelieved), shards: training?.shards ?? 1)
    batch = cut.largest
    place = training?.place ?? SourcePlace(file: description.file, line: 0, column: 0)
    let scalarSize = isDouble ? 8 : 4
    self.plan = plan
    self.scalarSize = scalarSize
    network = NetworkMemory(
      plan, batch: batch, options: NetworkOptions(isTrained: isTrained), scalarSize: scalarSize)
    let stateCount = (training?.optimizer?.element as? any Optimizer)?.stateCount ?? 0
    let parameters = Count.product(plan.parameterSpan, scalarSize)
    let owned = max(1, cut.shards / max(1, processes))
    // Shards that meet within the net have nets of their own, on the same parameters.
    let isTogether = isTrained && owned > 1 && plan.definition.nodes.contains { $0.synchronizedLayer != nil }
    shardNets = isTogether ? Count.product(owned - 1, Count.sum(network.arena, network.state, parameters)) : 0
    let samplesAtOnce = batch
    shorterNets =
      isTrained
      ? Count.sum(
        plan.shorterPlans.map {
          let memory = NetworkMemory(
            $0, batch: samplesAtOnce, options: NetworkOptions(isTrained: true), scalarSize: scalarSize)
          return Count.sum(memory.arena, memory.batches)
        }) : 0
    let rounds = training?.roundsGradients ?? false
    let exchanged = max(
      Count.product(plan.parameterSpan, rounds ? 2 * MemoryLayout<UInt16>.size : scalarSize), network.state)
    optimizer = isTrained ? stateCount * parameters : 0
    copies =
      isTrained
      ? Count.sum((3 + stateCount + owned.trailingZeroBitCount) * parameters, processes > 1 ? exchanged : 0) : 0
    data = Count.sum(sources.map { $0.size?.bytes ?? 0 })
  }

  /// The sum.
  public var total: Int { Count.sum(network.total, optimizer, copies, shardNets, shorterNets, data) }

  /// Throws a `DiagnosticError` with the need and what there is unless so much memory can be had.
  public func require() throws(DiagnosticError) {
    var parts = [
      ("parameters", network.parameters / (isTrained ? 2 : 1)), ("gradients", isTrained ? network.parameters / 2 : 0),
      ("optimizer state", optimizer), ("copies of the parameters", copies), ("between the layers", network.arena),
      ("nets of further shards", shardNets), ("nets of fewer steps", shorterNets),
      ("batches of \(batch)", network.batches), ("data", data),
    ].filter { $0.1 > 0 }
    // What is small beside the rest says nothing.
    parts.removeAll { $0.1 < total / 100 }
    if scalarSize == MemoryLayout<Double>.size { try plan.requireDoublePrecision() }
    try SystemMemory.require(
      total, for: isTrained ? "training" : "the net",
      parts: parts.map { "\($0.0) \(byteText($0.1))" }.joined(separator: ", "),
      remedy: "make layers, batches or data smaller, or use a machine with more memory", place: place)
  }
}
