extension NetworkPlan {
  /// What is allowed but hardly meant, in order of the layers.
  public var warnings: [Diagnostic] {
    var found: [Diagnostic] = []
    let nodes = definition.nodes
    for (index, node) in nodes.enumerated() {
      let outputs = layers[index].outputs.indices.map { NetworkDefinition.Value(.node(index), output: $0) }
      let readers = nodes.indices.filter { other in nodes[other].inputs.contains(where: outputs.contains) }
      if readers.isEmpty, node.target == nil, !outputs.contains(prediction) {
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
    }
    return found
  }
}
