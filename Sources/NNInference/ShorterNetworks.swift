import NNCore
import NNKernels

/// The net of a predictor, planned for fewer steps on the same parameters: it computes batches whose longest sample is shorter
/// than the net's sequence may be.
///
/// Memory and time of a pass follow from the steps of the plan, padding included. What a layer makes of a sample does not depend on
/// padding, so that the predictions are the same, bit for bit.
final class ShorterNetworks<S: Scalar> {
  private typealias Value = NetworkDefinition.Value

  /// A net for up to `steps` steps.
  private struct Rung {
    let steps: Int
    let network: Network<S>
    /// The free inputs.
    let inputs: [Int]
    /// What is predicted, and its scalars for one sample.
    let outputs: [(value: NetworkDefinition.Value, count: Int)]
    /// The samples at hand, of so many steps each.
    let samples: Storage<S>
  }

  /// The place of the sequence among the free inputs.
  private let place: Int
  /// Scalars of a step.
  private let width: Int
  /// The fewest steps first.
  private let rungs: [Rung]

  /// Nets of half the steps, a quarter, and so on; nil if there is no sequence, or what a layer's parameters are depends on the number
  /// of steps.
  ///
  /// - Parameters:
  ///   - plan: the net as it was trained.
  ///   - values: what is predicted.
  ///   - network: the net that predicts, whose parameters are used.
  init?(
    _ plan: NetworkPlan, predicting values: [NetworkDefinition.Value], parameters: Buffer<S>, state: Buffer<S>,
    beside network: Network<S>
  ) {
    let definition = plan.definition
    let sequences = definition.inputs.indices.filter { definition.inputs[$0].hasLength }
    guard sequences.count == 1, let place = definition.freeInputs.firstIndex(of: sequences[0]) else { return nil }
    let input = definition.inputs[sequences[0]]
    var rungs: [Rung] = []
    for steps in plan.fewerSteps(ofInput: sequences[0]) {
      guard
        let rung = Self.rung(
          plan, values, steps: steps, input: sequences[0], parameters: parameters, state: state, network)
      else { break }
      rungs.append(rung)
    }
    guard !rungs.isEmpty else { return nil }
    self.place = place
    width = input.shape.elementCount / input.shape[0]
    self.rungs = rungs.reversed()
  }

  /// The same nets with memory of their own, for batches of up to `batch` samples.
  init(sharing other: ShorterNetworks<S>, batch: Int) {
    (place, width) = (other.place, other.width)
    rungs = other.rungs.map { rung in
      let network = Network(sharing: rung.network, batch: batch)
      network.setBatch(1)
      return Rung(
        steps: rung.steps, network: network, inputs: rung.inputs, outputs: rung.outputs,
        samples: Storage(count: batch * rung.steps * other.width))
    }
  }

  private static func rung(
    _ plan: NetworkPlan, _ values: [NetworkDefinition.Value], steps: Int, input: Int, parameters: Buffer<S>,
    state: Buffer<S>, _ network: Network<S>
  ) -> Rung? {
    let most = plan.definition.inputs[input].shape[0]
    guard let shorter = plan.shortened(to: steps, input: input),
      let graph = try? PredictionGraph(
        shorter.predicting(values[0]), predicting: values, parameters: parameters, state: state),
      let whole = try? NetworkPlan(graph.definition, targets: shorter.targets).predicting(graph.predictions[0])
        .laidOut(as: network.plan),
      (try? NetworkMemory.require(
        whole, batch: network.maximumBatch, options: NetworkOptions(isTrained: false),
        scalarSize: MemoryLayout<S>.size)) != nil
    else { return nil }
    // A value that has steps has them first, so that those that are left out are its end.
    for (value, other) in zip(values, graph.predictions) {
      let isWhole = plan.length(of: value) == nil && plan.shape(of: value) == whole.shape(of: other)
      let isCut =
        plan.length(of: value)?.axis == 0
        && whole.shape(of: other).dimensions.dropFirst()
          == plan.shape(of: value).dimensions.dropFirst()
      guard isWhole || isCut else { return nil }
    }
    return Rung(
      steps: steps, network: Network(sharing: network, as: whole, batch: network.maximumBatch),
      inputs: whole.definition.freeInputs,
      outputs: graph.predictions.map { ($0, whole.shape(of: $0).elementCount) },
      samples: Storage(count: network.maximumBatch * steps * plan.definition.inputs[input].shape.elementCount / most))
  }

  /// Predicts samples if none of them has more steps than one of the nets reads.
  ///
  /// - Parameters:
  ///   - inputs: for each free input samples, one after the other, of the steps that the whole net reads.
  ///   - widths: the scalars of a sample of each.
  ///   - lengths: for each free input the lengths.
  ///   - outputs: for each prediction room for those of the whole net. What lies beyond the steps of a shorter net becomes 0.
  ///   - counts: the scalars of a prediction of each.
  /// - Returns: whether they were predicted.
  @specialized(where S == Float)
  func predict(
    _ inputs: [Buffer<S>], widths: [Int], _ lengths: [Buffer<Int32>?], _ samples: Range<Int>,
    into output: Buffer<S>, count: Int, and others: [Buffer<S>], counts: [Int]
  ) -> Bool {
    guard place < lengths.count, let own = lengths[place] else { return false }
    guard let index = FewerSteps.choice(rungs.count, steps: { rungs[$0].steps }, lengths: own, samples) else {
      return false
    }
    let rung = rungs[index]
    let network = rung.network
    network.setBatch(samples.count)
    let (from, to) = (widths[place], rung.steps * width)
    FewerSteps.copy(
      samples, lengths: own, width: width, of: inputs[place], from: from, into: rung.samples.buffer, to: to)
    for index in inputs.indices {
      let buffer =
        index == place
        ? rung.samples.buffer.slice(from: 0, count: samples.count * to)
        : inputs[index].slice(from: samples.lowerBound * widths[index], count: samples.count * widths[index])
      network.bindInput(rung.inputs[index], to: buffer)
    }
    network.setLengths(rung.inputs[place], to: own.slice(samples))
    network.forward(.inference, computesLoss: false)
    write(rung, 0, samples, into: output, count)
    for index in others.indices { write(rung, index + 1, samples, into: others[index], counts[index]) }
    return true
  }

  @specialized(where S == Float)
  private func write(_ rung: Rung, _ index: Int, _ samples: Range<Int>, into room: Buffer<S>, _ count: Int) {
    let (value, own) = rung.outputs[index]
    let values = rung.network.value(value).buffer
    for sample in 0..<samples.count {
      let row = room.slice(from: (samples.lowerBound + sample) * count, count: count)
      row.slice(from: 0, count: own).copy(from: values.slice(from: sample * own, count: own))
      if own < count { row.slice(from: own, count: count - own).fill(0) }
    }
  }
}
