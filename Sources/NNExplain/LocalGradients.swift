import NNCore
import NNKernels

/// The derivatives of a node's values with respect to each of its inputs and parameters, found by running the layer
/// alone: backward from one element of the output after the other.
struct LocalGradients {
  private let alone: Network<Double>?
  private let sources: [NetworkDefinition.Value]
  private let parameterCount: Int
  private let outputs: [Shape]
  private let isLoss: Bool

  /// - Parameters:
  ///   - index: the node.
  ///   - network: the whole net after a forward pass.
  init(_ index: Int, _ network: Network<Double>) throws {
    let node = network.plan.definition.nodes[index]
    let layer = network.plan.layers[index]
    isLoss = node.isLoss
    outputs = isLoss ? [Shape(1)] : layer.outputs
    let positions = network.plan.parametersOfNode[index]
    parameterCount = positions.count
    // Before any numbers are copied: many layers may read one large value.
    let width =
      node.inputs.reduce(0) { $0 + network.plan.shape(of: $1).elementCount }
      + positions.reduce(0) { $0 + network.plan.parameters[$1].plan.shape.elementCount }
    let count = Count.product(outputs.reduce(0) { $0 + $1.elementCount }, width)
    guard !node.inputs.isEmpty, count <= Explanation.largestLocal else {
      alone = nil
      sources = []
      return
    }
    var definition = NetworkDefinition(name: "local")
    var sources: [NetworkDefinition.Value] = []
    // A layer that reads one value twice has a derivative for each place.
    for (position, value) in node.inputs.enumerated() {
      var entries: Int?
      if case .input(let index) = value.origin { entries = network.plan.definition.inputs[index].entries }
      sources.append(
        try definition.input(
          "x\(position)", shape: network.plan.shape(of: value), value: network.value(value).buffer.array,
          entries: entries))
    }
    self.sources = sources
    let own = try definition.add(node.layer, name: "layer", from: sources)
    var forms: [String: TargetForm] = [:]
    if isLoss {
      forms["label"] = node.target.flatMap { network.plan.targets[$0] }
    } else {
      for output in outputs.indices {
        try definition.add(
          OutputSum(), name: "sum\(output)", from: [.init(own.origin, output: output)], target: "t\(output)")
      }
    }
    let small = Network<Double>(
      try NetworkPlan(definition, targets: forms), batch: 1,
      options: NetworkOptions(keepsEverything: true, wantsInputGradients: true), workers: network.workers)
    for (position, parameter) in positions.enumerated() {
      small.parameter(position).buffer.copy(from: network.parameter(parameter).buffer)
    }
    for (position, state) in network.plan.statesOfNode[index].enumerated() {
      small.state.slice(small.plan.states[position].range).copy(
        from: network.state.slice(network.plan.states[state].range))
    }
    if isLoss, let name = node.target, let place = network.targetNames.firstIndex(of: name) {
      small.targetBuffer(0).copy(from: network.targetBuffer(place))
    }
    small.seed = network.seed
    small.forward(.inference)
    alone = small
  }

  /// For each input, then each parameter: a row of derivatives for each element of the output.
  func derivatives(of output: Int) -> [[Double]] {
    guard let alone else { return [] }
    var result = [[Double]](repeating: [], count: sources.count + parameterCount)
    for element in 0..<outputs[output].elementCount {
      if !isLoss {
        for (index, name) in alone.targetNames.enumerated() {
          alone.targetBuffer(index).fill(0)
          if name == "t\(output)" { alone.targetBuffer(index)[element] = 1 }
        }
      }
      alone.backward()
      for (position, source) in sources.enumerated() {
        result[position] +=
          alone.gradient(source)?.buffer.array
          ?? [Double](repeating: 0, count: alone.plan.shape(of: source).elementCount)
      }
      for parameter in 0..<parameterCount {
        result[sources.count + parameter] += alone.parameterGradient(parameter).buffer.array
      }
    }
    return result
  }
}
