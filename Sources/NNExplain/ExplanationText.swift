import NNCore
import NNText

extension Explanation {
  /// Both passes in words: the values in the order of the forward pass, then the chain rule at each node in the order
  /// in which backpropagation visits them.
  package var text: String {
    var text = "forward\n"
    for node in nodes {
      let reads = node.inputs.isEmpty ? "" : " of " + node.inputs.joined(separator: ", ")
      text += "  \(node.name) = \(Self.shown(node.value, node.shape))"
      text += node.isLeaf ? "\n" : "    (\(node.operation)\(reads))\n"
      if !node.prediction.isEmpty {
        text += "    which predicts \(Self.shown(node.prediction, Shape(node.prediction.count)))\n"
      }
    }
    text += "\nbackward: downstream = upstream x local\n"
    if let end = node(output) {
      text += end.prediction.isEmpty ? "" : "  L is the loss \(output)\n"
      text += "  d\(top)/d\(top) = 1\n"
    }
    for node in nodes.reversed() where !node.inputs.isEmpty && node.gradient.contains(where: { $0 != 0 }) {
      text += "  at \(node.name)\(pattern(node).map { ": \($0)" } ?? "")\n"
      for position in node.inputs.indices { text += "    \(chain(node, position))\n" }
    }
    text += "\ngradients\n"
    for node in nodes {
      let readers = self.readers(of: node.name)
      text += "  d\(top)/d\(symbol(node)) = \(Self.shown(node.gradient, node.shape))"
      text += readers > 1 ? "    (the sum over its \(readers) readers: copies add up)\n" : "\n"
    }
    return text
  }

  /// What derivatives are of: L for a loss, else the output's name.
  private var top: String {
    node(output).map { $0.prediction.isEmpty ? $0.name : "L" } ?? "L"
  }

  /// The name of a node in derivatives.
  private func symbol(_ node: Node) -> String { node.name == output ? top : node.name }

  /// The chain rule from a node to one of its inputs: `df/dx = df/dq * dq/dx = -4 * 1 = -4`.
  private func chain(_ node: Node, _ position: Int) -> String {
    let input = node.inputs[position]
    let rule = "d\(top)/d\(symbol(node)) * d\(symbol(node))/d\(input)"
    let start = "d\(top)/d\(input)"
    let part = readers(of: input) > 1 ? "part of " : ""
    guard position < node.local.count else {
      let count = self.node(input)?.value.count ?? 0
      return "\(part)\(start) = \(rule), a product with a matrix of \(node.value.count) x \(count) derivatives"
    }
    let shape = self.node(input)?.shape ?? Shape(1)
    let product = downstream(node, position)
    if node.value.count == 1 {
      var text = node.name == output ? "\(part)\(start) = " : "\(part)\(start) = \(rule) = "
      let upstream = Self.short(node.gradient[0], 7)
      let local = Self.shown(node.local[position], shape)
      if let symbol = slope(node, position), symbol != local { text += "\(upstream) * \(symbol) = " }
      return text + "\(upstream) * \(local) = \(Self.shown(product, shape))"
    }
    let upstream = Self.shown(node.gradient, node.shape)
    let local: String
    if let diagonal = Self.diagonal(node.local[position], node.value.count) {
      local = "\(Self.shown(diagonal, node.shape)), element by element,"
    } else {
      local = Self.rows(node.local[position], node.value.count)
    }
    return "\(part)\(start) = \(rule) = \(upstream) * \(local) = \(Self.shown(product, shape))"
  }

  /// What a node hands back to one of its inputs: the upstream gradient times the local derivatives.
  func downstream(_ node: Node, _ position: Int) -> [Double] {
    guard position < node.local.count else { return [] }
    let local = node.local[position]
    let width = local.count / max(node.value.count, 1)
    return (0..<width).map { column in
      node.gradient.indices.reduce(0) { total, row in
        // A gradient of 0 hands back 0 even where a derivative has no bound.
        node.gradient[row] == 0 ? total : total + node.gradient[row] * local[row * width + column]
      }
    }
  }

  /// The derivative in symbols, with the names of what it is made of; nil if the layer does not say.
  private func slope(_ node: Node, _ position: Int) -> String? {
    guard let formula = node.formula, case .elementwise(let slopes) = formula.rule, position < slopes.count else {
      return nil
    }
    var text = slopes[position].replacing("{f}", with: node.name)
    for (index, input) in node.inputs.enumerated() { text = text.replacing("{\(index)}", with: input) }
    if text.hasPrefix("("), text.hasSuffix(")"), !text.dropFirst().dropLast().contains(where: { "()".contains($0) }) {
      text = String(text.dropFirst().dropLast())
    }
    return text
  }

  /// What a node does to gradients, in the words of the usual patterns.
  private func pattern(_ node: Node) -> String? {
    switch node.operation {
    case "add": "add distributes, every input gets the gradient unchanged"
    case "multiply": "multiply swaps and scales, each input gets the gradient times the others"
    case "max", "min": "\(node.operation) routes, one input gets the whole gradient"
    default: nil
    }
  }

  /// The diagonal of a square matrix that is 0 elsewhere; nil for other matrices.
  private static func diagonal(_ matrix: [Double], _ rows: Int) -> [Double]? {
    guard rows > 1, matrix.count == rows * rows else { return nil }
    for index in matrix.indices where index / rows != index % rows && matrix[index] != 0 { return nil }
    return (0..<rows).map { matrix[$0 * rows + $0] }
  }

  /// A matrix row by row, or what describes a large one.
  private static func rows(_ matrix: [Double], _ rows: Int) -> String {
    let width = matrix.count / max(rows, 1)
    guard matrix.count <= 32, width > 0 else { return "a matrix of \(rows) x \(width) derivatives" }
    let lines = (0..<rows).map { row in
      "[" + matrix[(row * width)..<((row + 1) * width)].map { short($0, 5) }.joined(separator: " ") + "]"
    }
    return "[" + lines.joined(separator: " ") + "]"
  }

  /// A number, a few numbers, or what describes many: shape, range, mean and norm.
  static func shown(_ values: [Double], _ shape: Shape) -> String {
    if values.count == 1 { return Self.short(values[0], 7) }
    if values.count <= 12 { return "[" + values.map { Self.short($0, 5) }.joined(separator: " ") + "]" }
    let mean = values.reduce(0, +) / Double(values.count)
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return "\(shape) from \(Self.short(values.min() ?? 0, 4)) to \(Self.short(values.max() ?? 0, 4)), mean "
      + "\(Self.short(mean, 4)), norm \(Self.short(norm, 4))"
  }

  /// So many significant digits, without zeros at the end.
  static func short(_ value: Double, _ digits: Int) -> String {
    let text = significant(value, digits)
    guard text.contains("."), !text.contains("e") else { return text }
    var kept = text[...]
    while kept.hasSuffix("0") { kept.removeLast() }
    if kept.hasSuffix(".") { kept.removeLast() }
    return String(kept)
  }
}
