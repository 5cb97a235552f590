import NNCore

extension NetworkDefinition {
  /// The graph with each chain 1 / (1 + exp(-s)), written as single operations that nobody else reads, put together to
  /// one sigmoid, which keeps the name of the chain's end.
  ///
  /// - Parameter sigmoid: the layer.
  package func fusingSigmoids(_ sigmoid: any Layer) throws -> NetworkDefinition {
    var readers: [Value: Int] = [:]
    for node in nodes {
      for input in node.inputs { readers[input, default: 0] += 1 }
    }
    /// The node that computes `value` if it does so by the formula `text` (or `other`) for one reader alone.
    func step(_ value: Value, _ texts: String...) -> Int? {
      guard case .node(let index) = value.origin, readers[value] == 1, nodes[index].inputs.count == 1 else {
        return nil
      }
      return texts.contains(formula(index) ?? "") ? index : nil
    }
    func formula(_ index: Int) -> String? {
      let inputs = nodes[index].inputs.map { _ in Shape(1) }
      return nodes[index].layer.formula(inputs)?.value
    }
    var dropped: Set<Int> = []
    var replaced: [Int: (layer: any Layer, inputs: [Value])] = [:]
    for (index, node) in nodes.enumerated() where node.inputs.count == 1 {
      guard ["1 / {0}", "power({0}, (-1))"].contains(formula(index) ?? ""),
        let sum = step(node.inputs[0], "{0} + 1"), let power = step(nodes[sum].inputs[0], "exp({0})"),
        let sign = step(nodes[power].inputs[0], "-{0}", "{0} * (-1)")
      else { continue }
      dropped.formUnion([sum, power, sign])
      replaced[index] = (sigmoid, nodes[sign].inputs)
    }
    return try edited(dropping: dropped, replacing: replaced)
  }
}
