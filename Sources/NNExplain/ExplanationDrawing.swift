import NNCore
import NNDrawing

extension Explanation {
  /// The graph with the values above its wires and the gradients below.
  package func drawing(title: String) -> Drawing {
    var drawing = Drawing(title: title)
    var places: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      places[node.name] = index
      let remark = "\(node.name) (\(node.operation)): \(Self.shown(node.value, node.shape))"
      let (name, groups) = (node.label, node.groups)
      let isNamed = !Drawing.isGenerated(name, element: node.operation)
      if node.isLeaf {
        drawing.nodes.append(Drawing.Node(.source, [name], groups: groups, remark: remark))
      } else if let formula = node.formula, formula.symbol.count <= 5 {
        drawing.nodes.append(
          Drawing.Node(
            .operation, [formula.symbol], name: isNamed ? name : "", groups: groups,
            remark: remark))
      } else {
        drawing.nodes.append(
          Drawing.Node(
            .layer, isNamed ? [name, node.operation] : [node.operation], groups: groups,
            remark: remark))
      }
    }
    for (index, node) in nodes.enumerated() {
      for (position, input) in node.inputs.enumerated() {
        guard let from = places[input] else { continue }
        let handedBack = downstream(node, position)
        drawing.wires.append(
          Drawing.Wire(
            from: from, to: index, above: Self.label(nodes[from].value, nodes[from].shape),
            below: handedBack.isEmpty
              ? readers(of: input) == 1 ? Self.label(nodes[from].gradient, nodes[from].shape) : ""
              : Self.label(handedBack, nodes[from].shape)))
      }
    }
    for (index, node) in nodes.enumerated() where node.name == output || readers(of: node.name) == 0 && !node.isLeaf {
      drawing.nodes.append(Drawing.Node(.end, []))
      drawing.wires.append(
        Drawing.Wire(
          from: index, to: drawing.nodes.count - 1, above: Self.label(node.value, node.shape),
          below: node.name == output || node.gradient.contains { $0 != 0 }
            ? Self.label(node.gradient, node.shape) : ""))
    }
    return drawing
  }

  /// A few numbers for a wire; of many their shape and range.
  private static func label(_ values: [Double], _ shape: Shape) -> String {
    if values.count == 1 { return short(values[0], 4) }
    if values.count <= 3 { return "[" + values.map { short($0, 3) }.joined(separator: " ") + "]" }
    return "\(shape): \(short(values.min() ?? 0, 3))…\(short(values.max() ?? 0, 3))"
  }
}
