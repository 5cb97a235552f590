import NNCore

extension Explanation {
  /// Both passes in words: the values in the order of the forward pass, then the chain rule at each node in the order
  /// in which backpropagation visits them.
  package var text: String {
    var text = "forward\n"
    for node in nodes {
      let reads = node.inputs.isEmpty ? "" : " of " + node.inputs.joined(separator: ", ")
      text += "  \(node.name) = \(Self.shown(node.value, node.shape))"
      text += node.operation == "input" ? "\n" : "    (\(node.operation)\(reads))\n"
    }
    text += "\nbackward: downstream = upstream x local\n"
    text += "  d\(output)/d\(output) = 1\n"
    for node in nodes.reversed() where !node.inputs.isEmpty && node.gradient.contains(where: { $0 != 0 }) {
      text += "  at \(node.name)\(Self.pattern(node.operation).map { ": \($0)" } ?? "")\n"
      for (position, input) in node.inputs.enumerated() {
        let chain = "    d\(output)/d\(node.name) * d\(node.name)/d\(input)"
        if position < node.local.count {
          let local = node.local[position]
          let product = local.map { $0 * node.gradient[0] }
          let shape = nodes.first { $0.name == input }?.shape ?? Shape(local.count)
          text +=
            "\(chain) = \(Self.short(node.gradient[0], 7)) * \(Self.shown(local, shape)) = "
            + "\(Self.shown(product, shape))\n"
        } else {
          text += "\(chain), a product with a matrix of \(node.value.count) rows\n"
        }
      }
    }
    text += "\ngradients\n"
    for node in nodes {
      let readers = nodes.reduce(0) { $0 + $1.inputs.count { $0 == node.name } }
      text += "  d\(output)/d\(node.name) = \(Self.shown(node.gradient, node.shape))"
      text += readers > 1 ? "    (the sum over its \(readers) readers: copies add up)\n" : "\n"
    }
    return text
  }

  /// What a node does to gradients, in the words of the usual patterns.
  private static func pattern(_ operation: String) -> String? {
    switch operation {
    case "add": "add distributes, every input gets the gradient unchanged"
    case "multiply": "multiply swaps and scales, each input gets the gradient times the others"
    case "max", "min": "\(operation) routes, one input gets the whole gradient"
    default: nil
    }
  }

  /// A number, a few numbers, or what describes many: shape, range, mean and norm.
  private static func shown(_ values: [Double], _ shape: Shape) -> String {
    if values.count == 1 { return Self.short(values[0], 7) }
    if values.count <= 8 { return "[" + values.map { Self.short($0, 5) }.joined(separator: " ") + "]" }
    let mean = values.reduce(0, +) / Double(values.count)
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return "\(shape) from \(Self.short(values.min() ?? 0, 4)) to \(Self.short(values.max() ?? 0, 4)), mean "
      + "\(Self.short(mean, 4)), norm \(Self.short(norm, 4))"
  }

  /// The same for scripts: `{"nodes":[{"name","operation","inputs","value","gradient","local"}],"output"}`; arrays are
  /// nested as their shapes are, a single number is a number.
  package var json: String {
    let rows = nodes.map { node in
      let inputs = node.inputs.map(jsonQuoted).joined(separator: ",")
      let local = zip(node.inputs, node.local).map { name, values in
        Self.nested(values, nodes.first { $0.name == name }?.shape ?? Shape(values.count))
      }
      return #"{"name":\#(jsonQuoted(node.name)),"operation":\#(jsonQuoted(node.operation)),"inputs":[\#(inputs)],"#
        + #""value":\#(Self.nested(node.value, node.shape)),"gradient":\#(Self.nested(node.gradient, node.shape)),"#
        + #""local":[\#(local.joined(separator: ","))]}"#
    }
    return #"{"nodes":[\#(rows.joined(separator: ","))],"output":\#(jsonQuoted(output))}"# + "\n"
  }

  private static func nested(_ values: [Double], _ shape: Shape) -> String {
    if values.count == 1 { return number(values[0]) }
    var pieces = values.map(number)
    for size in shape.dimensions.reversed() {
      pieces = stride(from: 0, to: pieces.count, by: size).map {
        "[" + pieces[$0..<($0 + size)].joined(separator: ",") + "]"
      }
    }
    return pieces.joined()
  }

  /// So many significant digits, without zeros at the end.
  private static func short(_ value: Double, _ digits: Int) -> String {
    var text = significant(value, digits)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}
