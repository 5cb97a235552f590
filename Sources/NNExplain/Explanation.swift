import NNCore
import NNKernels
import NNText

/// Every number of one forward and backward pass of a graph for one sample, in double precision.
package struct Explanation {
  /// An input, a parameter or a layer of the graph.
  package struct Node {
    /// The name.
    package var name: String
    /// The element's name; `input` for an input, `parameter` for a layer's parameter.
    package var operation: String
    /// The names of the blocks that it is in, outermost first.
    package var groups: [String] = []
    /// Its name within them.
    package var label: String
    /// The names of what it reads: inputs, then its own parameters.
    package var inputs: [String]
    /// The shape of its value.
    package var shape: Shape
    /// Its value, row by row; a loss's value is the loss.
    package var value: [Double]
    /// The gradient of the output with respect to its value; zeros if the output does not depend on it.
    package var gradient: [Double]
    /// For each input the derivatives of the value with respect to it: a row for each element of the value. Empty where
    /// there would be more than `largestLocal` numbers.
    package var local: [[Double]]
    /// What it computes, if its layer says so.
    package var formula: LayerFormula?
    /// What a loss predicts, such as probabilities; empty for other layers.
    package var prediction: [Double]
    /// Whether a value of the graph is an input or a parameter.
    package var isLeaf: Bool { operation == "input" || operation == "parameter" && inputs.isEmpty }
  }

  /// The right answers that a loss judges by.
  package struct Target {
    package var form: TargetForm
    package var values: [Double]

    package init(form: TargetForm, values: [Double]) {
      self.form = form
      self.values = values
    }
  }

  /// The most derivatives that a node shows one by one.
  package static let largestLocal = 4096

  /// The most inputs and layers that are explained.
  static let mostNodes = 5000

  /// How the net is run whose numbers are shown.
  package static let options = NetworkOptions(keepsEverything: true, wantsInputGradients: true)

  /// Throws a `DiagnosticError` if a graph is larger than anyone could read.
  package static func checkSize(_ definition: NetworkDefinition) throws(DiagnosticError) {
    let count = definition.inputs.count + definition.nodes.count
    guard count > mostNodes else { return }
    throw DiagnosticError(
      code: "too-many-nodes",
      "the graph has \(grouped(count)) nodes, more than the \(grouped(mostNodes)) that are explained",
      remedy: "explain a part of it")
  }

  /// Inputs first, then the layers in the order of the forward pass, each after its parameters.
  package private(set) var nodes: [Node] = []
  /// The name of the output.
  package private(set) var output: String
  /// Where each node stands, and how often it is read, by name.
  private var places: [String: Int] = [:]
  private var readerCounts: [String: Int] = [:]
  /// The nodes that the net computed no gradient for.
  private var missingGradients: [Int] = []

  /// The node of a name.
  func node(_ name: String) -> Node? { places[name].map { nodes[$0] } }

  /// How often a value is read.
  func readers(of name: String) -> Int { readerCounts[name] ?? 0 }

  private mutating func append(_ node: Node) {
    places[node.name] = nodes.count
    for input in node.inputs { readerCounts[input, default: 0] += 1 }
    nodes.append(node)
  }

  /// Runs both passes from `output`, whose gradient is 1, or from the losses.
  ///
  /// - Parameters:
  ///   - definition: a graph all of whose inputs have values.
  ///   - output: where backward begins; losses are then left out.
  ///   - targets: the right answers, by the names of targets; needed without `output`.
  ///   - fill: gives the parameters their values.
  ///
  /// Throws a `DiagnosticError` for what does not fit or is too large, and for a value that is not a finite number.
  package init(
    _ definition: NetworkDefinition, output: NetworkDefinition.Value?, targets: [String: Target] = [:],
    workers: WorkerPool, fill: (Network<Double>) throws -> Void
  ) throws {
    try Self.checkSize(definition)
    let losses = definition.nodes.indices.filter { definition.nodes[$0].target != nil }
    let own = try definition.edited(dropping: output == nil ? [] : Set(losses))
    var whole = own
    var start: NetworkDefinition.Value?
    if let output {
      // The places of nodes before a loss that is left out stay; names hold for all.
      let name = definition.name(of: .init(output.origin))
      start = own.value(named: name).map { .init($0.origin, output: output.output) }
    }
    if let start {
      var name = "output"
      while whole.value(named: name) != nil { name += "_" }
      try whole.add(OutputSum(), name: name, from: [start], target: name)
    }
    let plan = try NetworkPlan(whole, targets: targets.mapValues(\.form))
    let network = Network<Double>(plan, batch: 1, options: Self.options, workers: workers)
    try fill(network)
    for (index, name) in network.targetNames.enumerated() {
      let buffer = network.targetBuffer(index)
      guard let target = targets[name] else {
        buffer.fill(1)
        continue
      }
      for (position, value) in target.values.prefix(buffer.count).enumerated() { buffer[position] = value }
    }
    network.forward(.inference)
    network.backward()
    let ends = own.nodes.indices.filter { own.nodes[$0].target != nil }
    self.output = start.map(own.name(of:)) ?? (ends.count == 1 ? own.nodes[ends[0]].name : "loss")
    for (index, input) in own.inputs.enumerated() {
      let value = NetworkDefinition.Value(.input(index))
      append(
        Node(
          name: input.name, operation: "input", label: input.name, inputs: [], shape: input.shape,
          value: network.value(value).buffer.array, gradient: Self.gradient(value, network), local: [], prediction: []))
    }
    for index in own.nodes.indices { try add(index, own, network) }
    addMissingGradients()
  }

  /// A net computes no gradients where nothing learns from them, as for constants; the chain rule has them all the
  /// same.
  private mutating func addMissingGradients() {
    if missingGradients.isEmpty { return }
    var readings: [String: [(reader: Int, position: Int)]] = [:]
    for (reader, node) in nodes.enumerated() {
      for (position, input) in node.inputs.enumerated() { readings[input, default: []].append((reader, position)) }
    }
    for index in missingGradients.reversed() {
      for (reader, position) in readings[nodes[index].name] ?? [] {
        for (place, share) in downstream(nodes[reader], position).enumerated() {
          nodes[index].gradient[place] += share
        }
      }
    }
  }

  private mutating func add(_ index: Int, _ definition: NetworkDefinition, _ network: Network<Double>) throws {
    let node = definition.nodes[index]
    let path = node.name.split(separator: ".").map(String.init)
    let groups = Array(path.dropLast())
    let parameters = node.inputs.isEmpty ? [] : network.plan.parametersOfNode[index]
    for parameter in parameters where places[network.plan.parameters[parameter].name] == nil {
      let tensor = network.parameter(parameter)
      append(
        Node(
          name: network.plan.parameters[parameter].name, operation: "parameter", groups: groups,
          label: network.plan.parameters[parameter].plan.name, inputs: [], shape: tensor.shape,
          value: tensor.buffer.array, gradient: network.parameterGradient(parameter).buffer.array, local: [],
          prediction: []))
    }
    let reads = node.inputs.map(definition.name(of:)) + parameters.map { network.plan.parameters[$0].name }
    let formula = node.layer.formula(node.inputs.map(network.plan.shape(of:)))
    let element = node.layer.schema.name
    let local = try LocalGradients(index, network)
    for output in network.plan.layers[index].outputs.indices {
      let value = NetworkDefinition.Value(.node(index), output: output)
      let numbers = network.value(value).buffer.array
      guard numbers.allSatisfy(\.isFinite) else {
        throw Self.notFinite(node, numbers, node.inputs.map { network.value($0).buffer.array })
      }
      let isLoss = node.target != nil
      if !isLoss, network.gradient(value) == nil { missingGradients.append(nodes.count) }
      append(
        Node(
          name: definition.name(of: value), operation: element, groups: groups,
          label: (path.last ?? node.name) + (output == 0 ? "" : ".\(output + 1)"), inputs: reads,
          shape: isLoss ? Shape(1) : network.plan.shape(of: value),
          value: isLoss ? [network.lossParts(index).mean] : numbers,
          gradient: isLoss ? [node.lossWeight] : Self.gradient(value, network),
          local: local.derivatives(of: output), formula: formula, prediction: isLoss ? numbers : []))
    }
  }

  private static func gradient(_ value: NetworkDefinition.Value, _ network: Network<Double>) -> [Double] {
    network.gradient(value)?.buffer.array
      ?? [Double](repeating: 0, count: network.plan.shape(of: value).elementCount)
  }

  private static func notFinite(
    _ node: NetworkDefinition.Node, _ numbers: [Double], _ inputs: [[Double]]
  ) -> DiagnosticError {
    let element = node.layer.schema.name
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
}
