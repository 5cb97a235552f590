import NNCore
import NNText

extension Explanation {
  /// All numbers for scripts: `{"nodes":[{"name","operation","inputs","value","gradient","local"}],"output"}`; arrays
  /// are nested as their shapes are, a single number is a number. A loss has a "prediction" too. Where a node has more
  /// derivatives than are shown one by one, "local" is empty.
  package var jsonText: String {
    let rows = nodes.map { node in
      let local = zip(node.inputs, node.local).map { name, values in
        let own = self.node(name)?.shape ?? Shape(1)
        let outer = node.value.count == 1 ? [] : node.shape.dimensions
        return Self.nested(values, outer + (own.elementCount == 1 ? [] : own.dimensions))
      }
      var text = #"{"name":\#(json(node.name)),"operation":\#(json(node.operation)),"inputs":\#(json(node.inputs)),"#
      text += #""value":\#(nested(node.value, node)),"gradient":\#(nested(node.gradient, node)),"#
      if !node.prediction.isEmpty {
        text += #""prediction":\#(Self.nested(node.prediction, [node.prediction.count])),"#
      }
      return text + #""local":[\#(local.joined(separator: ","))]}"#
    }
    return #"{"nodes":[\#(rows.joined(separator: ","))],"output":\#(json(output))}"# + "\n"
  }

  private func nested(_ values: [Double], _ node: Node) -> String {
    Self.nested(values, values.count == 1 ? [] : node.shape.dimensions)
  }

  private static func nested(_ values: [Double], _ dimensions: [Int]) -> String {
    var pieces = values.map { $0.isFinite ? "\($0)" : "null" }
    for size in dimensions.reversed() where size > 0 {
      pieces = stride(from: 0, to: pieces.count, by: size).map {
        "[" + pieces[$0..<min($0 + size, pieces.count)].joined(separator: ",") + "]"
      }
    }
    return pieces.joined(separator: ",")
  }
}
