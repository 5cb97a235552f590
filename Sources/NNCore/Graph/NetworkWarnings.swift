extension NetworkPlan {
  /// What is allowed but hardly meant, in order of the inputs and layers.
  public var warnings: [Diagnostic] {
    let nodes = definition.nodes
    var readersOf: [NetworkDefinition.Value.Origin: [Int]] = [:]
    for (index, node) in nodes.enumerated() {
      for value in node.inputs where readersOf[value.origin]?.last != index {
        readersOf[value.origin, default: []].append(index)
      }
    }
    var found: [Diagnostic] = []
    for (index, input) in definition.inputs.enumerated()
    where readersOf[.input(index)] == nil && prediction.origin != .input(index) {
      found.append(Self.unread(input.name, input.place, input.sourceLine))
    }
    for (index, node) in nodes.enumerated() {
      let readers = readersOf[.node(index)] ?? []
      if readers.isEmpty, !node.isLoss, !node.inputs.contains(where: isLoss), prediction.origin != .node(index) {
        found.append(Self.unread(node.name, node.place, node.sourceLine))
      }
      if readers.count == 1, let reader = readers.first, node.layer.facts.affine != nil,
        nodes[reader].layer.facts.affine != nil, nodes[reader].inputs.count == 1
      {
        found.append(
          Diagnostic(
            .warning, code: "linear-after-linear",
            "'\(node.name)' and '\(nodes[reader].name)' follow each other with nothing between them; two linear layers "
              + "are still one linear layer",
            remedy: "put an activation such as <relu/> between them, or leave one out", place: nodes[reader].place,
            sourceLine: nodes[reader].sourceLine))
      }
      found += warningsAboutLosses(node)
    }
    return found
  }

  private static func unread(_ name: String, _ place: SourcePlace?, _ line: String?) -> Diagnostic {
    Diagnostic(
      .warning, code: "unread-output", "nothing reads '\(name)'",
      remedy: "remove it, or name it in the from of a later layer", place: place, sourceLine: line)
  }

  private func isLoss(_ value: NetworkDefinition.Value) -> Bool {
    if case .node(let index) = value.origin { definition.nodes[index].isLoss } else { false }
  }

  /// What goes wrong around losses: probabilities made twice, and layers that come too late to be judged.
  private func warningsAboutLosses(_ node: NetworkDefinition.Node) -> [Diagnostic] {
    var found: [Diagnostic] = []
    let element = node.layer.schema.name
    for value in node.inputs {
      guard case .node(let index) = value.origin else { continue }
      let before = definition.nodes[index]
      let name = before.layer.schema.name
      if node.isLoss, let meaning = node.layer.facts.prediction, before.layer.facts.probabilities == meaning {
        found.append(
          Diagnostic(
            .warning, code: "probabilities-twice",
            "<\(element)> makes probabilities of scores itself, but '\(before.name)', a <\(name)>, has already made "
              + "some: what it learns from is then almost flat",
            remedy: "leave the <\(name)> out; predictions are probabilities all the same", place: before.place,
            sourceLine: before.sourceLine))
      }
      if before.isLoss, !node.isLoss {
        found.append(
          Diagnostic(
            .warning, code: "after-loss",
            "'\(node.name)' reads the loss '\(before.name)', so it changes predictions but learns nothing and is not "
              + "judged", remedy: "put it before the loss", place: node.place, sourceLine: node.sourceLine))
      }
    }
    return found
  }
}
