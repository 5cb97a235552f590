import NNCore
import NNFormulas
import NNText

/// A formula such as `(x + y) * z` as a graph of layers.
package struct Expression {
  /// The graph; its inputs are the names in the formula.
  package private(set) var definition: NetworkDefinition
  /// The value of the formula.
  package private(set) var output: NetworkDefinition.Value

  /// Reads a formula: + - * / ^, unary minus, parentheses, numbers, names, and the functions exp log sin cos tanh
  /// sigmoid relu max min abs sqrt. Throws a `DiagnosticError` that points at the character.
  ///
  /// - Parameters:
  ///   - values: a number for each name.
  ///   - registry: must know the arithmetic layers and activations.
  package init(_ text: String, values: [String: Double], registry: Registry) throws {
    var reader = ExpressionReader(text, values, registry)
    let end = try reader.read()
    definition = reader.definition
    output = end
    // The formula's own value is called f, as in lectures, unless a variable is.
    if case .node(let index) = end.origin, definition.value(named: "f") == nil {
      definition = try definition.edited(renaming: [index: "f"])
    }
    for name in values.keys.sorted() where definition.value(named: name) == nil {
      let names = definition.inputs.map(\.name)
      throw DiagnosticError(
        .usage, code: "unknown-name", "the expression has no '\(name.shortened)'",
        remedy: nearestName(to: name, among: names).map { "did you mean '\($0)'?" })
    }
  }
}

/// Makes layers of the nodes of a formula, in their order.
private struct ExpressionReader {
  /// What an operand is: a number that is still only written, or a value of the graph.
  private enum Operand {
    case number(Double)
    case value(NetworkDefinition.Value)
  }

  private static let functions = [
    "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu",
    "max": "max", "min": "min", "abs": "absolute", "sqrt": "squareRoot",
  ]

  private let text: String
  private let values: [String: Double]
  private let registry: Registry
  var definition = NetworkDefinition(name: "expression")

  init(_ text: String, _ values: [String: Double], _ registry: Registry) {
    self.text = text
    self.values = values
    self.registry = registry
  }

  mutating func read() throws -> NetworkDefinition.Value {
    let tree: FormulaTree
    do throws(FormulaError) {
      tree = try FormulaTree(
        text, functions: Self.functions.mapValues { $0 == "max" || $0 == "min" ? 2...Int.max : 1...1 })
    } catch {
      throw failure(error.message, error.remedy, at: error.place)
    }
    var calls: [Int: Int] = [:]
    for node in tree.nodes {
      if case .call(_, let arguments) = node.kind { for argument in arguments { calls[argument] = node.place } }
    }
    var operands: [Operand] = []
    for (index, node) in tree.nodes.enumerated() {
      let operand = try operand(node, operands)
      operands.append(try calls[index].map { .value(try value(operand, at: $0)) } ?? operand)
    }
    return try value(operands[operands.count - 1], at: 0)
  }

  private mutating func operand(_ node: FormulaTree.Node, _ operands: [Operand]) throws -> Operand {
    switch node.kind {
    case .number(let number): return .number(number)
    case .name(let name): return .value(try variable(name, at: node.place))
    case .negation(let inner):
      switch operands[inner] {
      case .number(let number): return .number(-number)
      case .value(let value): return .value(try add("negate", [:], [value], at: node.place))
      }
    case .operation(let sign, let left, let right):
      return try combine(sign, operands[left], operands[right], at: node.place)
    case .call(let name, let arguments):
      let values = try arguments.map { try value(operands[$0], at: node.place) }
      return .value(try add(Self.functions[name] ?? name, [:], values, at: node.place))
    }
  }

  private mutating func variable(_ name: String, at place: Int) throws -> NetworkDefinition.Value {
    if let known = definition.value(named: name) { return known }
    guard let value = values[name] else {
      throw failure("'\(name.shortened)' has no value", "give one, such as \(name.shortened)=2", at: place)
    }
    return try definition.input(name, shape: Shape(1), value: [value], place: self.place(place), sourceLine: text)
  }

  /// Numbers go into the layers that have a place for them, as on paper: x + 1, 2 x, x^2 and 1 / x are one step.
  private mutating func combine(
    _ sign: FormulaTree.Sign, _ left: Operand, _ right: Operand, at place: Int
  ) throws -> Operand {
    let result: NetworkDefinition.Value
    switch (sign, left, right) {
    case (.plus, .value(let x), .number(let c)), (.plus, .number(let c), .value(let x)):
      result = try add("addConstant", ["value": .number(c)], [x], at: place)
    case (.minus, .value(let x), .number(let c)):
      result = try add("addConstant", ["value": .number(-c)], [x], at: place)
    case (.times, .value(let x), .number(let c)), (.times, .number(let c), .value(let x)):
      result = try add("multiplyConstant", ["value": .number(c)], [x], at: place)
    case (.power, .value(let x), .number(let c)):
      result = try add("power", ["exponent": .number(c)], [x], at: place)
    case (.over, .number(1), .value(let x)): result = try add("reciprocal", [:], [x], at: place)
    default:
      let operands = [try value(left, at: place), try value(right, at: place)]
      result = try add(Self.element(of: sign), [:], operands, at: place)
    }
    return .value(result)
  }

  private static func element(of sign: FormulaTree.Sign) -> String {
    switch sign {
    case .plus: "add"
    case .minus: "subtract"
    case .times: "multiply"
    case .over: "divide"
    case .power: "power"
    }
  }

  private mutating func value(_ operand: Operand, at place: Int) throws -> NetworkDefinition.Value {
    switch operand {
    case .value(let value): value
    case .number(let number): try add("constant", ["value": .numbers([number])], [], at: place)
    }
  }

  private mutating func add(
    _ element: String, _ attributes: [String: AttributeValue], _ inputs: [NetworkDefinition.Value], at place: Int
  ) throws -> NetworkDefinition.Value {
    do {
      guard let declaration = registry.declaration(of: element, in: .network) else {
        throw ElementError(code: "unknown-element", "no layer <\(element)> is registered")
      }
      return try definition.add(declaration.layer(attributes), from: inputs, place: self.place(place), sourceLine: text)
    } catch let error as ElementError {
      throw failure(error.message, error.remedy, at: place)
    }
  }

  private func place(_ index: Int) -> SourcePlace { SourcePlace(file: "expression", line: 1, column: index + 1) }

  private func failure(_ message: String, _ remedy: String?, at index: Int) -> DiagnosticError {
    DiagnosticError(
      [Diagnostic(code: "bad-expression", message, remedy: remedy, place: place(index), sourceLine: text)],
      kind: .usage)
  }
}
