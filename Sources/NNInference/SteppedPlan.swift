import NNCore
import NNText

/// A net that reads its sequences one step at a time, and where its layers stand in the net as it was trained.
struct SteppedPlan {
  /// The net: inputs of a single step, layers that keep what they know of earlier steps in their state.
  let plan: NetworkPlan
  /// For each node the node of the trained net with the same parameters.
  let origins: [Int]

  private typealias Value = NetworkDefinition.Value

  /// Takes a net to pieces of one step.
  ///
  /// - Throws: a `DiagnosticError` that names the input without a length, or the layer that needs more than one step.
  init(_ trained: NetworkPlan) throws {
    var definition = NetworkDefinition(name: trained.definition.name)
    var renamed: [Value: Value] = [:]
    for (index, input) in trained.definition.inputs.enumerated() {
      guard input.hasLength, input.value == nil, let shape = Shape([1] + input.shape.dimensions.dropFirst()) else {
        guard input.value != nil, !input.hasLength else { throw Self.wholeInput(input) }
        renamed[Value(.input(index))] = try definition.input(input.name, shape: input.shape, value: input.value)
        continue
      }
      renamed[Value(.input(index))] = try definition.input(input.name, shape: shape, entries: input.entries)
    }
    origins = trained.nodesOfPrediction
    var targets = trained.targets
    for index in origins {
      let node = trained.definition.nodes[index]
      var layer = node.layer
      if node.inputs.contains(where: { trained.length(of: $0) != nil }) {
        let isInOrder = node.inputs.allSatisfy { trained.length(of: $0)?.axis ?? 0 == 0 }
        guard isInOrder, let stepped = layer.stepped(node.inputs.map(trained.shape(of:))) else {
          throw Self.wholeLayer(node)
        }
        layer = stepped
        if let name = node.target, let form = targets[name] { targets[name] = form.ofOneStep }
      }
      let first = try definition.add(
        layer, name: node.name, from: node.inputs.compactMap { renamed[$0] }, target: node.target ?? "label",
        weight: node.lossWeight)
      for output in trained.layers[index].outputs.indices {
        renamed[Value(.node(index), output: output)] = Value(first.origin, output: output)
      }
    }
    plan = try NetworkPlan(definition, targets: targets)
  }

  private static func wholeInput(_ input: NetworkDefinition.Input) -> DiagnosticError {
    DiagnosticError([
      Diagnostic(
        code: "no-steps", "the input '\(input.name)' is no sequence that could be read step by step",
        remedy: input.value == nil ? "write length=\"varying\" in its <input>" : "let its steps come from data",
        place: input.place, sourceLine: input.sourceLine)
    ])
  }

  private static func wholeLayer(_ node: NetworkDefinition.Node) -> DiagnosticError {
    DiagnosticError([
      Diagnostic(
        code: "no-steps",
        "'\(node.name)' (<\(node.layer.schema.name)>) cannot read a sequence step by step: it needs more than one step at a "
          + "time, or the end of the sequence",
        remedy:
          "what can is dense each=\"step\", embedding, functions of one number, and rnn, lstm or gru in the forward "
          + "direction", place: node.place, sourceLine: node.sourceLine)
    ])
  }
}

extension TargetForm {
  /// The form for a single step of a sequence.
  fileprivate var ofOneStep: TargetForm {
    guard shape.rank > 0, let one = Shape([1] + shape.dimensions.dropFirst()) else { return self }
    switch self {
    case .classes(let count, _): return .classes(count: count, shape: one)
    case .values: return .values(one)
    }
  }
}
