import NNCore
import NNKernels

extension ConformanceRun {
  /// Runs a loss on three samples that weigh 2, 0 and 2, and on the batch of four in which the first and the last stand twice:
  /// both have the same loss, and a sample that weighs 2 has the sum of its copies' gradients. Other layers pass.
  func sampleWeights() throws -> [String] {
    let weighted = try harness()
    guard try example.makeLayer(registry).isLoss else { return [] }
    let rows = [0, 0, 2, 2]
    let copied = try harness { $0.batch = rows.count }
    let lengths = copyRows(rows, from: weighted.network, to: copied.network)
    let weights = Storage([2.0, 0, 2])
    defer { withExtendedLifetime((weights, lengths)) {} }
    weighted.network.bindWeights(weights.buffer)
    weighted.run()
    copied.run()
    func isNear(_ one: Double, _ other: Double) -> Bool { (one - other).magnitude <= 1e-12 * max(1, other.magnitude) }
    var problems: [String] = []
    if !isNear(weighted.network.loss, copied.network.loss) {
      problems.append(
        "the loss is \(weighted.network.loss) where samples weigh 2 and \(copied.network.loss) where they stand twice")
    }
    for (index, (gradient, other)) in zip(weighted.gradients, copied.gradients).enumerated() {
      let width = gradient.values.count / 3
      // Behind those of the inputs are the gradients of parameters, which belong to no sample.
      let isOfSamples = index < example.inputs.count
      for i in gradient.values.indices {
        let expected: Double
        if isOfSamples {
          let (row, column) = (i / width, i % width)
          expected = rows.indices.reduce(0) { $0 + (rows[$1] == row ? other.values[$1 * width + column] : 0) }
        } else {
          expected = other.values[i]
        }
        guard !isNear(gradient.values[i], expected) else { continue }
        problems.append(
          "\(gradient.name)[\(i)] is \(gradient.values[i]) where samples weigh 2 and \(expected) where they stand twice"
        )
        break
      }
    }
    return problems
  }

  /// Copies samples of a batch's inputs, lengths and targets to those of another net. Returns the lengths, which have to
  /// outlive the passes.
  private func copyRows(_ rows: [Int], from first: Network<Double>, to second: Network<Double>) -> [Storage<Int32>] {
    func copy(_ from: Buffer<Double>, _ to: Buffer<Double>) {
      let width = from.count / first.batch
      for (row, source) in rows.enumerated() {
        to.slice(from: row * width, count: width).copy(from: from.slice(from: source * width, count: width))
      }
    }
    var kept: [Storage<Int32>] = []
    for index in example.inputs.indices {
      copy(first.inputBuffer(index), second.inputBuffer(index))
      guard let lengths = first.lengths(of: .init(.input(index))) else { continue }
      kept.append(Storage(rows.map { lengths[$0] }))
      second.setLengths(index, to: kept[kept.count - 1].buffer)
    }
    for index in first.targetNames.indices { copy(first.targetBuffer(index), second.targetBuffer(index)) }
    return kept
  }
}
