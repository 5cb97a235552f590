import NNCore
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

/// Reads a formula by recursive descent.
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
  /// Deeper nesting than this is nothing that a person wrote.
  private static let maximumDepth = 200
  private static let maximumLength = 100_000

  private let text: String
  private let characters: [Character]
  private let values: [String: Double]
  private let registry: Registry
  private var position = 0
  private var depth = 0
  var definition = NetworkDefinition(name: "expression")

  init(_ text: String, _ values: [String: Double], _ registry: Registry) {
    self.text = text
    // One more than is allowed is enough to notice.
    characters = Array(text.prefix(Self.maximumLength + 1))
    self.values = values
    self.registry = registry
  }

  mutating func read() throws -> NetworkDefinition.Value {
    guard characters.count <= Self.maximumLength else {
      throw failure("the expression is longer than \(Self.maximumLength) characters", at: 0)
    }
    let result = try sum()
    skipSpaces()
    guard position == characters.count else {
      throw failure("'\(characters[position])' is not expected here", "an operator such as + or * is missing")
    }
    return try value(result, at: 0)
  }

  // MARK: Grammar

  private mutating func sum() throws -> Operand {
    var left = try product()
    while let sign = take("+", "-") {
      let place = position - 1
      let right = try product()
      left = try combine(sign == "+" ? "add" : "subtract", left, right, at: place)
    }
    return left
  }

  private mutating func product() throws -> Operand {
    var left = try unary()
    while let sign = take("*", "/") {
      let place = position - 1
      let right = try unary()
      left = try combine(sign == "*" ? "multiply" : "divide", left, right, at: place)
    }
    return left
  }

  private mutating func unary() throws -> Operand {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw failure("the expression is nested more than \(Self.maximumDepth) deep")
    }
    if take("-") != nil {
      let place = position - 1
      switch try unary() {
      case .number(let number): return .number(-number)
      case .value(let value): return .value(try add("negate", [:], [value], at: place))
      }
    }
    let base = try atom()
    guard take("^") != nil else { return base }
    let place = position - 1
    return try combine("power", base, try unary(), at: place)
  }

  private mutating func atom() throws -> Operand {
    skipSpaces()
    guard position < characters.count else { throw failure("the expression ends too early") }
    let start = position
    if take("(") != nil {
      let inner = try sum()
      guard take(")") != nil else { throw failure("')' is missing", "the parenthesis opens at \(start + 1)") }
      return inner
    }
    if characters[start].isDigit || characters[start] == "." { return .number(try number()) }
    guard characters[start].isNameStart else { throw failure("'\(characters[start])' is not expected here") }
    while position < characters.count, characters[position].isNameStart || characters[position].isDigit {
      position += 1
    }
    let name = String(characters[start..<position])
    if take("(") != nil { return .value(try call(name, at: start)) }
    return .value(try variable(name, at: start))
  }

  private mutating func number() throws -> Double {
    let start = position
    while position < characters.count {
      let character = characters[position]
      let isSign = (character == "+" || character == "-") && "eE".contains(characters[position - 1])
      guard position == start || character.isDigit || character == "." || character == "e" || character == "E" || isSign
      else { break }
      position += 1
    }
    let written = String(characters[start..<position])
    guard let value = Double(written), value.isFinite else {
      throw failure("'\(written.shortened)' is not a number", at: start)
    }
    return value
  }

  private mutating func call(_ name: String, at place: Int) throws -> NetworkDefinition.Value {
    guard let element = Self.functions[name] else {
      throw failure(
        "there is no function '\(name.shortened)'",
        nearestName(to: name, among: Self.functions.keys.sorted()).map { "did you mean '\($0)'?" }
          ?? "there are " + Self.functions.keys.sorted().joined(separator: ", "), at: place)
    }
    var arguments: [NetworkDefinition.Value] = []
    repeat { arguments.append(try value(try sum(), at: place)) } while take(",") != nil
    guard take(")") != nil else { throw failure("')' is missing", "the call of '\(name)' opens at \(place + 1)") }
    let isChoice = element == "max" || element == "min"
    guard isChoice ? arguments.count >= 2 : arguments.count == 1 else {
      throw failure(
        "'\(name)' takes \(isChoice ? "at least two numbers" : "one number"), not \(arguments.count)", at: place)
    }
    return try add(element, [:], arguments, at: place)
  }

  private mutating func variable(_ name: String, at place: Int) throws -> NetworkDefinition.Value {
    if let known = definition.value(named: name) { return known }
    guard let value = values[name] else {
      throw failure("'\(name.shortened)' has no value", "give one, such as \(name.shortened)=2", at: place)
    }
    return try definition.input(name, shape: Shape(1), value: [value], place: self.place(place), sourceLine: text)
  }

  // MARK: Graph

  /// Numbers go into the layers that have a place for them, as on paper: x + 1, 2 x, x^2 and 1 / x are one step.
  private mutating func combine(_ element: String, _ left: Operand, _ right: Operand, at place: Int) throws -> Operand {
    let result: NetworkDefinition.Value
    switch (element, left, right) {
    case ("add", .value(let x), .number(let c)), ("add", .number(let c), .value(let x)):
      result = try add("addConstant", ["value": .number(c)], [x], at: place)
    case ("subtract", .value(let x), .number(let c)):
      result = try add("addConstant", ["value": .number(-c)], [x], at: place)
    case ("multiply", .value(let x), .number(let c)), ("multiply", .number(let c), .value(let x)):
      result = try add("multiplyConstant", ["value": .number(c)], [x], at: place)
    case ("power", .value(let x), .number(let c)):
      result = try add("power", ["exponent": .number(c)], [x], at: place)
    case ("divide", .number(1), .value(let x)): result = try add("reciprocal", [:], [x], at: place)
    default:
      let operands = [try value(left, at: place), try value(right, at: place)]
      result = try add(element, [:], operands, at: place)
    }
    return .value(result)
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

  // MARK: Characters

  private mutating func skipSpaces() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  private mutating func take(_ wanted: Character...) -> Character? {
    skipSpaces()
    guard position < characters.count, wanted.contains(characters[position]) else { return nil }
    position += 1
    return characters[position - 1]
  }

  private func place(_ index: Int) -> SourcePlace { SourcePlace(file: "expression", line: 1, column: index + 1) }

  private func failure(_ message: String, _ remedy: String? = nil, at index: Int? = nil) -> DiagnosticError {
    DiagnosticError(
      [
        Diagnostic(
          code: "bad-expression", message, remedy: remedy, place: place(index ?? position),
          sourceLine: String(characters))
      ], kind: .usage)
  }
}

extension Character {
  fileprivate var isDigit: Bool { "0" <= self && self <= "9" }
  fileprivate var isNameStart: Bool { "a" <= self && self <= "z" || "A" <= self && self <= "Z" || self == "_" }
}
