import NNCore
import NNKernels

/// A net rewritten for prediction alone: what only training needs is gone, dense layers in a row are one, and dense
/// weights are packed.
struct PredictionGraph<S: Scalar> {
  /// The rewritten net.
  private(set) var definition: NetworkDefinition
  /// For each node of the rewritten net, what fills its parameters.
  private(set) var sources: [Source] = []

  /// Where a node's parameters and state come from.
  enum Source {
    /// The arrays of a node of the original net, as they are.
    case node(Int)
    /// An affine map to be packed.
    case affine(AffineArrays)
  }

  /// An affine map y = x W^T + b in double precision.
  struct AffineArrays {
    var inputs: Int
    var outputs: Int
    var weight: [Double]
    var bias: [Double]?

    /// This map followed by another one: W = W2 W1, b = W2 b1 + b2.
    func followed(by next: AffineArrays) -> AffineArrays {
      var weight = [Double](repeating: 0, count: inputs * next.outputs)
      var bias = next.bias ?? (self.bias == nil ? nil : [Double](repeating: 0, count: next.outputs))
      for row in 0..<next.outputs {
        for k in 0..<outputs {
          let factor = next.weight[row * outputs + k]
          for column in 0..<inputs { weight[row * inputs + column] += factor * self.weight[k * inputs + column] }
          if let own = self.bias { bias?[row] += factor * own[k] }
        }
      }
      return AffineArrays(inputs: inputs, outputs: next.outputs, weight: weight, bias: bias)
    }
  }

  private typealias Value = NetworkDefinition.Value

  private let plan: NetworkPlan
  private let parameters: Buffer<S>
  /// How often each value of the original net is read on the way to the prediction.
  private var readers: [NetworkDefinition.Value: Int] = [:]
  private var renamed: [NetworkDefinition.Value: NetworkDefinition.Value] = [:]

  /// Rewrites a net.
  ///
  /// - Parameters:
  ///   - plan: the net as it was trained.
  ///   - parameters: its parameters, laid out as the plan says.
  init(_ plan: NetworkPlan, parameters: Buffer<S>) throws {
    self.plan = plan
    self.parameters = parameters
    definition = NetworkDefinition(name: plan.definition.name)
    for (index, input) in plan.definition.inputs.enumerated() {
      let value = try definition.input(input.name, shape: input.shape, value: input.value)
      renamed[Value(.input(index))] = value
    }
    let needed = neededNodes()
    for index in needed {
      for value in plan.definition.nodes[index].inputs { readers[value, default: 0] += 1 }
    }
    readers[plan.prediction, default: 0] += 1
    var absorbed: [Value: AffineArrays] = [:]
    for index in needed { try add(index, &absorbed) }
  }

  /// The nodes that the prediction depends on, in order.
  private func neededNodes() -> [Int] {
    var needed: Set<Int> = []
    var open: [Int] = []
    if case .node(let node) = plan.prediction.origin { open.append(node) }
    while let node = open.popLast() {
      guard needed.insert(node).inserted else { continue }
      for case .node(let other) in plan.definition.nodes[node].inputs.map(\.origin) { open.append(other) }
    }
    return needed.sorted()
  }

  private mutating func add(_ index: Int, _ absorbed: inout [Value: AffineArrays]) throws {
    let node = plan.definition.nodes[index]
    let own = Value(.node(index))
    let facts = node.layer.facts
    let source = node.inputs.first
    if let source, facts.copiesWhenPredicting, plan.layers[index].outputs == [plan.shape(of: source)] {
      renamed[own] = renamed[source]
      readers[source] = readers[own]
      absorbed[own] = absorbed[source]
      return
    }
    if let source, let affine = facts.affine {
      var map = arrays(index, affine)
      if let before = absorbed[source] { map = before.followed(by: map) }
      let input = renamed[source]
      if canBeAbsorbed(index, map) {
        absorbed[own] = map
        renamed[own] = input
        return
      }
      let layer = PackedAffine(
        inputs: map.inputs, outputs: map.outputs, hasBias: map.bias != nil,
        packedCount: S.packedCount(inner: map.inputs, columns: map.outputs))
      renamed[own] = try definition.add(layer, name: node.name, from: input.map { [$0] })
      sources.append(.affine(map))
      return
    }
    let inputs = node.inputs.compactMap { renamed[$0] }
    let first = try definition.add(
      node.layer, name: node.name, from: inputs, target: node.target ?? "label", weight: node.lossWeight)
    for output in plan.layers[index].outputs.indices {
      renamed[Value(.node(index), output: output)] = Value(first.origin, output: output)
    }
    sources.append(.node(index))
  }

  /// Whether the affine map at `index` is better computed as part of the only layer that reads it.
  private func canBeAbsorbed(_ index: Int, _ map: AffineArrays) -> Bool {
    var value = Value(.node(index))
    guard value != plan.prediction else { return false }
    // Look through layers that vanish, such as dropout.
    while let reader = onlyReader(of: value) {
      let layer = plan.definition.nodes[reader].layer
      if layer.facts.copiesWhenPredicting, plan.layers[reader].outputs == [plan.shape(of: value)] {
        value = Value(.node(reader))
        if value == plan.prediction { return false }
        continue
      }
      guard layer.facts.affine != nil else { return false }
      let outputs = plan.layers[reader].outputs[0].elementCount
      return map.inputs * outputs <= map.inputs * map.outputs + map.outputs * outputs
    }
    return false
  }

  private func onlyReader(of value: Value) -> Int? {
    let found = plan.definition.nodes.indices.filter { plan.definition.nodes[$0].inputs.contains(value) }
    return found.count == 1 && plan.definition.nodes[found[0]].inputs.count == 1 ? found[0] : nil
  }

  private func arrays(_ index: Int, _ affine: LayerFacts.AffineMap) -> AffineArrays {
    let positions = plan.parametersOfNode[index]
    let weight = plan.parameters[positions[affine.weight]]
    let outputs = weight.plan.shape[0]
    return AffineArrays(
      inputs: weight.range.count / outputs, outputs: outputs,
      weight: parameters.slice(weight.range).array.map { Double($0) },
      bias: affine.bias.map { parameters.slice(plan.parameters[positions[$0]].range).array.map { Double($0) } })
  }
}
