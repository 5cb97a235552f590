import NNCore
import NNKernels

/// Every number of one forward and backward pass of a graph, in double precision.
package struct Explanation {
  /// An input or a layer of the graph.
  package struct Node {
    /// The name.
    package var name: String
    /// The element's name; `input` for an input.
    package var operation: String
    /// The names of what it reads.
    package var inputs: [String]
    /// The shape of its value.
    package var shape: Shape
    /// Its value, row by row.
    package var value: [Double]
    /// The gradient of the output with respect to its value; zeros if the output does not depend on it.
    package var gradient: [Double]
    /// For each input, the derivative of the value with respect to it. Empty unless the value is a single number: then
    /// there is a matrix of derivatives for each input.
    package var local: [[Double]]
  }

  /// Inputs first, then the layers in the order of the forward pass.
  package private(set) var nodes: [Node] = []
  /// The name of the output.
  package private(set) var output: String

  /// Runs both passes from `output`, whose gradient is 1.
  ///
  /// - Parameters:
  ///   - definition: a graph without losses, all inputs of which have values.
  ///   - seed: of the parameters' first values.
  ///
  /// Throws a `DiagnosticError` for what does not fit, and for a value that is not a finite number.
  package init(
    _ definition: NetworkDefinition, output: NetworkDefinition.Value, seed: UInt64 = 1, workers: WorkerPool
  ) throws {
    var whole = definition
    var name = "output"
    while whole.value(named: name) != nil { name += "_" }
    try whole.add(OutputSum(), name: name, from: [output], target: name)
    let network = Network<Double>(
      try NetworkPlan(whole), batch: 1, options: NetworkOptions(keepsEverything: true, wantsInputGradients: true),
      workers: workers)
    network.initialize(seed: seed)
    network.targetBuffer(0).fill(1)
    network.forward(.inference)
    network.backward()
    self.output = Self.name(output, definition)
    for (index, input) in definition.inputs.enumerated() {
      let value = NetworkDefinition.Value(.input(index))
      nodes.append(
        Node(
          name: input.name, operation: "input", inputs: [], shape: input.shape,
          value: network.value(value).buffer.array, gradient: Self.gradient(value, network), local: []))
    }
    for (index, node) in definition.nodes.enumerated() {
      let value = NetworkDefinition.Value(.node(index))
      let numbers = network.value(value).buffer.array
      let inputs = node.inputs.map { network.value($0).buffer.array }
      guard numbers.allSatisfy(\.isFinite) else { throw Self.notFinite(node, numbers, inputs) }
      nodes.append(
        Node(
          name: node.name, operation: type(of: node.layer).schema.name,
          inputs: node.inputs.map { Self.name($0, definition) }, shape: network.plan.shape(of: value), value: numbers,
          gradient: Self.gradient(value, network),
          local: numbers.count == 1 ? try Self.local(index, network) : []))
    }
  }

  private static func name(_ value: NetworkDefinition.Value, _ definition: NetworkDefinition) -> String {
    switch value.origin {
    case .input(let index): return definition.inputs[index].name
    case .node(let index):
      let name = definition.nodes[index].name
      return value.output == 0 ? name : "\(name).\(value.output + 1)"
    }
  }

  private static func gradient(_ value: NetworkDefinition.Value, _ network: Network<Double>) -> [Double] {
    network.gradient(value)?.buffer.array
      ?? [Double](repeating: 0, count: network.plan.shape(of: value).elementCount)
  }

  private static func notFinite(
    _ node: NetworkDefinition.Node, _ numbers: [Double], _ inputs: [[Double]]
  ) -> DiagnosticError {
    let element = type(of: node.layer).schema.name
    let read = inputs.map { $0.count == 1 ? AttributeValue.number($0[0]).written : "\($0.count) numbers" }.joined(
      separator: " and ")
    let found = numbers.first { !$0.isFinite } ?? .nan
    return DiagnosticError([
      Diagnostic(
        code: "not-finite", "<\(element)> of \(read) is \(found.isNaN ? "not a number" : "\(found)")",
        remedy: "choose values for which it is defined, such as a divisor other than 0 or the logarithm of a "
          + "positive number", place: node.place, sourceLine: node.sourceLine)
    ])
  }

  /// The derivatives of a layer's single number with respect to each of its inputs: the layer alone, its output's
  /// gradient being 1. An input that is read twice has two of them.
  private static func local(_ index: Int, _ network: Network<Double>) throws -> [[Double]] {
    let node = network.plan.definition.nodes[index]
    guard !node.inputs.isEmpty else { return [] }
    var alone = NetworkDefinition(name: "local")
    var sources: [NetworkDefinition.Value] = []
    for (position, value) in node.inputs.enumerated() {
      sources.append(
        try alone.input(
          "x\(position)", shape: network.plan.shape(of: value), value: network.value(value).buffer.array))
    }
    let own = try alone.add(node.layer, name: "layer", from: sources)
    try alone.add(OutputSum(), from: [own])
    let small = Network<Double>(
      try NetworkPlan(alone), batch: 1, options: NetworkOptions(keepsEverything: true, wantsInputGradients: true),
      workers: network.workers)
    for (position, parameter) in network.plan.parametersOfNode[index].enumerated() {
      small.parameter(position).buffer.copy(from: network.parameter(parameter).buffer)
    }
    small.targetBuffer(0).fill(1)
    small.forward(.inference)
    small.backward()
    return sources.map { gradient($0, small) }
  }
}
