import NNCore

/// A pass as a program without loops or calls of its own: a line for each value, then a line for each gradient.
package struct ProgramText {
  /// The languages that a pass can be written in.
  package enum Language: String, CaseIterable, Sendable {
    /// Swift, for graphs of single numbers.
    case swift
    /// Python with NumPy.
    case python
  }

  /// The program.
  package private(set) var text = ""

  private let explanation: Explanation
  private let language: Language
  private let holdsArrays: Bool
  private var names: [String: String] = [:]
  private var lines: [String] = []

  /// Words that mean something else in one of the languages, or name a function that a formula may call.
  private static let taken: Set<String> = [
    "exp", "log", "sin", "cos", "tanh", "sqrt", "abs", "sign", "power", "maximum", "minimum", "indicator", "reduced",
    "array", "outer", "ones_like", "sum", "print", "and", "as", "assert", "async", "await", "break", "case", "catch",
    "class", "continue", "def", "default", "defer", "del", "deinit", "do", "elif", "else", "enum", "except",
    "extension",
    "false", "False", "fallthrough", "finally", "for", "from", "func", "global", "guard", "if", "import", "in", "init",
    "inout", "internal", "is", "lambda", "let", "nil", "None", "nonlocal", "not", "operator", "or", "pass", "private",
    "protocol", "public", "raise", "repeat", "rethrows", "return", "self", "Self", "static", "struct", "subscript",
    "super", "switch", "throw", "throws", "true", "True", "try", "typealias", "var", "where", "while", "with", "yield",
    "pow", "max", "min", "Double", "Bool", "Any", "_",
  ]

  /// Throws a `DiagnosticError` if a layer does not say what it computes, or computes arrays, which the language has
  /// not.
  package init(_ explanation: Explanation, _ language: Language) throws {
    self.explanation = explanation
    self.language = language
    holdsArrays = explanation.nodes.contains { $0.value.count > 1 }
    if language == .swift, let node = explanation.nodes.first(where: { $0.value.count > 1 }) {
      throw DiagnosticError(
        .usage, code: "no-arrays",
        "'\(node.name)' has \(node.value.count) numbers, but the Swift text has none but "
          + "single ones")
    }
    chooseNames()
    try forward()
    try backward()
    for node in explanation.nodes { lines.append(#"print("\#(name(node)) =", \#(name(node)))"#) }
    for node in explanation.nodes { lines.append(#"print("grad_\#(name(node)) =", grad_\#(name(node)))"#) }
    let body = lines.joined(separator: "\n") + "\n"
    text = head(body) + body
  }

  // MARK: Names

  private mutating func chooseNames() {
    var used = Self.taken
    for node in explanation.nodes {
      var name = String(node.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
      if name.first.map({ $0.isNumber }) ?? true { name = "v" + name }
      while used.contains(name) || used.contains("grad_" + name) { name += "_" }
      used.formUnion([name, "grad_" + name])
      names[node.name] = name
    }
  }

  private func name(_ node: Explanation.Node) -> String { names[node.name] ?? node.name }

  // MARK: Lines

  private mutating func forward() throws {
    lines.append(comment("forward"))
    for node in explanation.nodes {
      if node.inputs.isEmpty {
        assign(name(node), literal(node))
      } else {
        assign(name(node), filled(try formula(node).value, node))
      }
    }
  }

  private mutating func backward() throws {
    lines.append("")
    lines.append(comment("backward: downstream = upstream * local"))
    var reached: Set<String> = [explanation.output]
    for node in explanation.nodes.reversed() where reached.contains(node.name) { reached.formUnion(node.inputs) }
    var written: Set<String> = [explanation.output]
    if let output = explanation.node(explanation.output) {
      assign(
        "grad_" + name(output), holdsArrays ? "ones_like(\(name(output)))" : "1.0",
        isVariable: explanation.readers(of: output.name) > 0)
    }
    for node in explanation.nodes.reversed() where reached.contains(node.name) && !node.inputs.isEmpty {
      let gradients = try self.gradients(node)
      for (position, input) in node.inputs.enumerated() {
        guard let source = explanation.node(input) else { continue }
        let isElementwise = if case .elementwise = try formula(node).rule { true } else { false }
        var gradient = gradients[position]
        if isElementwise, holdsArrays, source.shape != node.shape {
          gradient = "reduced(\(gradient), \(name(source)).shape)"
        }
        if written.insert(input).inserted {
          assign("grad_" + name(source), gradient, isVariable: explanation.readers(of: input) > 1)
        } else {
          // Not `+=`: in Python that would change an array that has a second name.
          lines.append("grad_\(name(source)) = grad_\(name(source)) + \(gradient)")
        }
      }
    }
    for node in explanation.nodes where !written.contains(node.name) {
      assign("grad_" + name(node), holdsArrays ? "0.0 * \(name(node))" : "0.0")
    }
    lines.append("")
  }

  /// What a node hands back to each of its inputs.
  private func gradients(_ node: Explanation.Node) throws -> [String] {
    let upstream = "grad_" + name(node)
    switch try formula(node).rule {
    case .elementwise(let slopes):
      return slopes.map { $0 == "1" ? upstream : "\(upstream) * \(filled($0, node))" }
    case .arrays(let gradients):
      return gradients.map { filled($0.replacing("{g}", with: upstream), node) }
    }
  }

  private func formula(_ node: Explanation.Node) throws -> LayerFormula {
    guard let formula = node.formula else {
      throw DiagnosticError(
        .usage, code: "no-formula", "<\(node.operation)>, the layer '\(node.name)', has no formula to write")
    }
    return formula
  }

  private func filled(_ formula: String, _ node: Explanation.Node) -> String {
    var text = formula.replacing("{f}", with: name(node))
    let parameters = node.inputs.filter { $0.hasPrefix(node.name + ".") }
    let first = node.inputs.count - parameters.count
    for (index, input) in node.inputs.enumerated() {
      let mark = index < first ? "{\(index)}" : "{p\(index - first)}"
      text = text.replacing(mark, with: names[input] ?? input)
    }
    return text
  }

  private mutating func assign(_ name: String, _ value: String, isVariable: Bool = false) {
    switch language {
    case .python: lines.append("\(name) = \(value)")
    case .swift: lines.append("\(isVariable ? "var" : "let") \(name) = \(value)")
    }
  }

  private func comment(_ words: String) -> String { (language == .python ? "# " : "// ") + words }

  private func literal(_ node: Explanation.Node) -> String {
    guard holdsArrays else { return "\(node.value[0])" }
    var pieces = node.value.map { "\($0)" }
    for size in node.shape.dimensions.reversed() where size > 0 {
      pieces = stride(from: 0, to: pieces.count, by: size).map {
        "[" + pieces[$0..<min($0 + size, pieces.count)].joined(separator: ", ") + "]"
      }
    }
    return "array(\(pieces.joined(separator: ", ")))"
  }

  // MARK: Functions

  /// The imports and functions that `body` needs.
  private func head(_ body: String) -> String {
    func needs(_ function: String) -> Bool { body.contains(function + "(") }
    var text = ""
    switch language {
    case .python:
      let names = [
        "abs", "array", "cos", "exp", "log", "maximum", "minimum", "ones_like", "outer", "power", "sign", "sin", "sqrt",
        "sum", "tanh",
      ].filter(needs)
      if !names.isEmpty { text += "from numpy import \(names.joined(separator: ", "))\n\n" }
      if needs("indicator") { text += "def indicator(condition):\n    return 1.0 * condition\n\n" }
      if needs("reduced") {
        text +=
          "def reduced(gradient, shape):  # adds up over the axes along which a value was repeated\n"
          + "    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))\n"
          + "    axes = tuple(i for i, size in enumerate(shape) if size == 1)\n"
          + "    return gradient.sum(axis=axes, keepdims=True)\n\n"
      }
    case .swift:
      if ["exp", "log", "sin", "cos", "tanh", "sqrt", "power"].contains(where: needs) {
        text += "import Foundation\n\n"
      }
      let functions = [
        ("indicator", "func indicator(_ condition: Bool) -> Double { condition ? 1 : 0 }"),
        ("sign", "func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }"),
        ("power", "func power(_ x: Double, _ p: Double) -> Double { pow(x, p) }"),
        ("maximum", "func maximum(_ x: Double, _ y: Double) -> Double { max(x, y) }"),
        ("minimum", "func minimum(_ x: Double, _ y: Double) -> Double { min(x, y) }"),
      ].filter { needs($0.0) }.map { $0.1 }
      if !functions.isEmpty { text += functions.joined(separator: "\n") + "\n\n" }
    }
    return text
  }
}
