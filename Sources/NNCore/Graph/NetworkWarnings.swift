extension NetworkPlan {
  /// What is allowed but hardly meant, in order of the layers.
  public var warnings: [Diagnostic] {
    var found: [Diagnostic] = []
    let nodes = definition.nodes
    var readersOf = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for value in node.inputs {
        if case .node(let before) = value.origin, readersOf[before].last != index { readersOf[before].append(index) }
      }
    }
    for (index, node) in nodes.enumerated() {
      let outputs = layers[index].outputs.indices.map { NetworkDefinition.Value(.node(index), output: $0) }
      let readers = readersOf[index]
      let followsLoss = node.inputs.contains { value in
        if case .node(let before) = value.origin { nodes[before].target != nil } else { false }
      }
      if readers.isEmpty, node.target == nil, !followsLoss, !outputs.contains(prediction) {
        found.append(
          Diagnostic(
            .warning, code: "unread-output", "nobody reads the output of '\(node.name)'",
            remedy: "remove it, or name it in the 'from' of another layer", place: node.place,
            sourceLine: node.sourceLine))
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

  /// What goes wrong around losses: probabilities made twice, and layers that come too late to be judged.
  private func warningsAboutLosses(_ node: NetworkDefinition.Node) -> [Diagnostic] {
    var found: [Diagnostic] = []
    let element = node.layer.schema.name
    for value in node.inputs {
      guard case .node(let index) = value.origin else { continue }
      let before = definition.nodes[index]
      let name = before.layer.schema.name
      if node.target != nil, let meaning = node.layer.facts.prediction, before.layer.facts.probabilities == meaning {
        found.append(
          Diagnostic(
            .warning, code: "probabilities-twice",
            "<\(element)> makes probabilities of scores itself, but '\(before.name)', a <\(name)>, has already made "
              + "some: what it learns from is then almost flat",
            remedy: "leave the <\(name)> out; predictions are probabilities all the same", place: before.place,
            sourceLine: before.sourceLine))
      }
      if before.target != nil, node.target == nil {
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
