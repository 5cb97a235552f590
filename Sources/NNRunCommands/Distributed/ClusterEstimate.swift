import NNCollectives
import NNCommandLine
import NNCore
import NNKernels
import NNText
import NNTraining

/// What training would be like on many machines of a network, from one machine's step: the alpha-beta model, by which a message
/// of n bytes takes alpha + beta n seconds (Hockney 1994).
///
/// Every process trains on a batch of its own size. Gradients are exchanged in buckets as the backward pass makes them final, one
/// bucket after the other (see `GradientExchange`), as long as there are any left; what of that lasts longer than the backward
/// pass makes the step longer.
struct ClusterEstimate {
  /// The largest number of processes.
  let ranks: Int
  /// Bytes in a second.
  let bandwidth: Double
  /// Seconds until a message arrives, whatever its length.
  let latency: Double

  /// How the buckets of gradients are added.
  enum Algorithm: String, CaseIterable {
    /// As nnrun does: recursive halving and doubling along a tree.
    case tree
    /// Around a ring, for comparison: the order of its additions depends on the number of processes.
    case ring
  }

  /// What is expected of a number of processes.
  struct Row {
    var ranks: Int
    var algorithm: Algorithm
    /// Seconds of a step.
    var step: Double
    /// Seconds of the exchange of gradients, hidden or not.
    var communication: Double
    /// The share of the speed of as many processes without any exchange.
    var efficiency: Double
  }

  /// What `--ranks`, `--bandwidth` and `--latency` ask for; nil without the first. Throws a usage error (64).
  init?(_ arguments: Arguments) throws {
    guard let ranks = try arguments.integer("ranks", 2...1 << 20) else {
      for name in ["bandwidth", "latency", "svg"] where arguments.has(name) {
        throw usageError("--\(name) goes with --ranks", "say for how many processes: --ranks 64")
      }
      return nil
    }
    self.ranks = ranks
    let bits = ["Gbit": 1e9, "Mbit": 1e6, "kbit": 1e3]
    bandwidth = try Self.quantity(arguments, "bandwidth", bits, example: "10Gbit") / 8
    latency = try Self.quantity(
      arguments, "latency", ["us": 1e-6, "µs": 1e-6, "ms": 1e-3, "ns": 1e-9], example: "20us")
  }

  private static func quantity(
    _ arguments: Arguments, _ name: String, _ units: [String: Double], example: String
  ) throws -> Double {
    let text = arguments.text(name) ?? example
    for (unit, factor) in units where text.hasSuffix(unit) {
      if let value = Double(text.dropLast(unit.count)), value > 0, value.isFinite { return value * factor }
    }
    throw usageError(
      "'--\(name) \(text)' must be a number with one of the units \(units.keys.sorted().joined(separator: ", "))",
      "such as \(example)")
  }

  /// Seconds for the sum of n bytes over p processes.
  ///
  /// Tree: log2 p messages of n bytes where they are small, else 2 log2 p messages that carry 2 n (p - 1) / p bytes. Ring:
  /// 2 (p - 1) messages that carry as much.
  func seconds(_ algorithm: Algorithm, ranks: Int, bytes: Double) -> Double {
    let p = Double(ranks)
    let rounds = Double(Int.bitWidth - 1 - ranks.leadingZeroBitCount)
    let carried = 2 * bytes * (p - 1) / p / bandwidth
    switch algorithm {
    case .ring: return 2 * (p - 1) * latency + carried
    case .tree:
      let halves = 2 * rounds * latency + carried
      return bytes <= Double(mostBytesExchangedWhole) ? rounds * (latency + bytes / bandwidth) : halves
    }
  }

  /// What the processes exchange in a step, in bytes.
  struct Messages {
    /// For each node, in the order of the net, the gradients of its parameters, frozen ones included.
    var gradients: [Int]
    /// What is summed in messages of its own, one after the other: the denominators of the losses, the agreement that all go on,
    /// the state of the layers, the sums of layers that measure the whole batch.
    var others: [Int]

    /// Those of a planned net.
    ///
    /// - Parameters:
    ///   - scalarSize: bytes of a number of the net.
    ///   - roundsGradients: whether gradients are sent as bfloat16.
    init(_ plan: NetworkPlan, scalarSize: Int, roundsGradients: Bool) {
      let size = roundsGradients ? MemoryLayout<UInt16>.size : scalarSize
      gradients = plan.parametersOfNode.indices.map { node in
        Count.product(size, Count.sum(plan.parameters.lazy.filter { $0.node == node }.map { $0.range.count }))
      }
      others = [plan.lossNodes.count * MemoryLayout<Double>.size, 3 * MemoryLayout<UInt64>.size]
      if plan.stateSpan > 0 { others.append(Count.product(plan.stateSpan, scalarSize)) }
      for node in plan.definition.nodes {
        guard let layer = node.synchronizedLayer else { continue }
        let inputs = node.inputs.map(plan.shape(of:))
        others += (layer.forwardSums(inputs) + layer.backwardSums(inputs)).map { $0 * MemoryLayout<Double>.size }
      }
    }
  }

  /// The rows for 1, 2, 4 … processes.
  ///
  /// - Parameters:
  ///   - step: seconds of a step on one process.
  ///   - backward: for each node, in the order of the net, seconds of its backward pass.
  func rows(step: Double, backward: [Double], _ messages: Messages) -> [Row] {
    let alone = Algorithm.allCases.map { Row(ranks: 1, algorithm: $0, step: step, communication: 0, efficiency: 1) }
    let counts = sequence(first: 2) { $0 * 2 }.prefix { $0 <= ranks }
    return alone
      + counts.flatMap { count in
        Algorithm.allCases.map { row($0, count, step: step, backward: backward, messages) }
      }
  }

  private func row(
    _ algorithm: Algorithm, _ count: Int, step: Double, backward: [Double], _ messages: Messages
  ) -> Row {
    let whole = backward.reduce(0, +)
    // Seconds since the backward pass began: how far it is, and when the last bucket will be summed.
    var (computed, exchanged, communication) = (0.0, 0.0, 0.0)
    var waiting = 0
    func exchange() {
      let seconds = seconds(algorithm, ranks: count, bytes: Double(waiting))
      exchanged = max(exchanged, computed) + seconds
      communication += seconds
      waiting = 0
    }
    for node in backward.indices.reversed() {
      computed += backward[node]
      waiting += messages.gradients[node]
      if waiting >= bytesOfGradientBucket { exchange() }
    }
    if waiting > 0 { exchange() }
    // All but gradients goes along the tree.
    let others = messages.others.reduce(0) { $0 + seconds(.tree, ranks: count, bytes: Double($1)) }
    let total = step + max(0, exchanged - whole) + others
    return Row(
      ranks: count, algorithm: algorithm, step: total, communication: communication, efficiency: step / total)
  }

  /// The rows as a table.
  func text(_ rows: [Row], batch: Int) -> String {
    var table = TextTable([
      .right("processes"), .left("sum by"), .right("step ms"), .right("exchange ms"), .right("samples/s"),
      .right("efficiency"),
    ])
    for row in rows where row.ranks > 1 || row.algorithm == .tree {
      table.add([
        String(row.ranks), row.ranks == 1 ? "" : row.algorithm.rawValue, fixed(row.step * 1e3, 3),
        fixed(row.communication * 1e3, 3), fixed(Double(batch * row.ranks) / row.step, 0),
        fixed(row.efficiency * 100, 1) + " %",
      ])
    }
    return "expected of \(fixed(bandwidth * 8e-9, 3)) Gbit/s with \(fixed(latency * 1e6, 1)) µs for a message, "
      + "\(batch) samples on each process\n\n" + table.text
  }

  /// The rows as JSON.
  func json(_ rows: [Row], batch: Int) -> String {
    let objects = rows.map { row in
      #"{"processes":\#(row.ranks),"sum":"\#(row.algorithm.rawValue)","stepMicroseconds":\#(fixed(row.step * 1e6, 3)),"#
        + #""exchangeMicroseconds":\#(fixed(row.communication * 1e6, 3)),"#
        + #""samplesPerSecond":\#(fixed(Double(batch * row.ranks) / row.step, 3)),"efficiency":\#(fixed(row.efficiency, 5))}"#
    }
    return "[\(objects.joined(separator: ","))]"
  }
}
