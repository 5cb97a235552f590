import NNCore
import NNText

extension Drawing {
  /// The layers of a net with the shapes on their wires, blocks as groups.
  package init(_ plan: NetworkPlan) {
    let definition = plan.definition
    self.init(title: definition.name)
    for input in definition.inputs {
      nodes.append(Node(.source, ["\(input.name) \(input.shape)"], remark: "input \(input.name): \(input.shape)"))
    }
    for (index, node) in definition.nodes.enumerated() {
      let parts = node.name.split(separator: ".").map(String.init)
      let element = node.layer.schema.name
      let own = parts.last ?? node.name
      let count = plan.parametersOfNode[index].reduce(0) { $0 + plan.parameters[$1].range.count }
      var lines = Self.isGenerated(own, element: element) ? [element] : [own, element]
      if count > 0 { lines.append("\(grouped(count)) parameters") }
      nodes.append(
        Node(.layer, lines, groups: parts.dropLast(), remark: "\(node.name): <\(element)>, \(count) parameters"))
      for value in node.inputs {
        wires.append(
          Wire(from: place(value, definition), to: nodes.count - 1, above: plan.shape(of: value).description))
      }
    }
    let read = Set(definition.nodes.flatMap(\.inputs))
    for (index, node) in definition.nodes.enumerated() {
      for output in plan.layers[index].outputs.indices {
        let value = NetworkDefinition.Value(.node(index), output: output)
        guard !read.contains(value), node.target == nil || output == 0 else { continue }
        nodes.append(Node(.end, []))
        wires.append(
          Wire(
            from: definition.inputs.count + index, to: nodes.count - 1,
            above: plan.layers[index].outputs[output].description))
      }
    }
  }

  private func place(_ value: NetworkDefinition.Value, _ definition: NetworkDefinition) -> Int {
    switch value.origin {
    case .input(let index): index
    case .node(let index): definition.inputs.count + index
    }
  }
}
