import NNCollectives
import NNCore
import NNKernels

extension Trainer {
  /// Where the numbers of the step at hand, whose loss is not finite, stop being so.
  ///
  /// - Parameter rank: the process that has found it, which tells the others.
  func lossDivergence(_ number: UInt64, from rank: Int = 0) throws -> Divergence {
    let network = networks.current
    let inputs = network.plan.definition.inputs
    var input = inputs.indices.first { index in
      let read = network.inputBuffer(index).slice(from: 0, count: inputs[index].shape.elementCount * network.batch)
      return !S.isFinite(read, workers: network.workers)
    }
    var found = input == nil ? network.firstNonFinite(.training, step: number) : nil
    if let collectives {
      let own: [UInt64] = [
        UInt64(input.map { $0 + 1 } ?? 0), UInt64(found.map { $0.node + 1 } ?? 0), found?.isParameter ?? false ? 1 : 0,
      ]
      let told = try collectives.gather(own)[rank].map { Int(clamping: $0) }
      guard told.count == 3, told[0] <= inputs.count, told[1] <= network.plan.definition.nodes.count else {
        throw CollectiveFailure.broken(rank: rank, reason: "it sent a place that there is not")
      }
      input = told[0] == 0 ? nil : told[0] - 1
      found = told[1] == 0 ? nil : (told[1] - 1, told[2] == 1)
    }
    return Divergence(
      step: state.steps + 1, epoch: state.epoch + 1, isLoss: true, input: input.map { inputs[$0].name },
      layer: found.map { network.plan.definition.nodes[$0.node].name }, isParameter: found?.isParameter ?? false,
      rate: state.rate)
  }

  /// Whether what the last step made is not finite. Such parameters would make every later loss NaN, and as a result
  /// they would predict nothing.
  func parameterDivergence() -> Divergence? {
    let (plan, workers) = (network.plan, network.workers)
    guard !S.isFinite(network.parameters, workers: workers) || !S.isFinite(network.state, workers: workers) else {
      return nil
    }
    let parameter = plan.parameters.first { !S.isFinite(network.parameters.slice($0.range), workers: workers) }
    let array = plan.states.first { !S.isFinite(network.state.slice($0.range), workers: workers) }
    return Divergence(
      step: state.steps, epoch: state.epoch + 1, isLoss: false,
      layer: (parameter?.node ?? array?.node).map { plan.definition.nodes[$0].name }, isParameter: true,
      rate: state.rate)
  }
}
