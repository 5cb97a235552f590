import NNText

/// Reads a formula by recursive descent.
struct FormulaReader {
  /// Deeper nesting than this is nothing that a person wrote.
  private static let maximumDepth = 200
  private static let maximumLength = 100_000

  private let characters: [Character]
  private let functions: [String: ClosedRange<Int>]
  private var position = 0
  private var depth = 0
  private(set) var nodes: [FormulaTree.Node] = []

  init(_ text: String, _ functions: [String: ClosedRange<Int>]) {
    // One more than is allowed is enough to notice.
    characters = Array(text.prefix(Self.maximumLength + 1))
    self.functions = functions
  }

  mutating func read() throws(FormulaError) {
    guard characters.count <= Self.maximumLength else {
      throw failure("the expression is longer than \(Self.maximumLength) characters", at: 0)
    }
    _ = try sum()
    skipSpaces()
    guard position == characters.count else {
      throw failure("'\(characters[position])' is not expected here", "an operator such as + or * is missing")
    }
  }

  // MARK: Grammar

  private mutating func sum() throws(FormulaError) -> Int {
    var left = try product()
    while let sign = take("+", "-") {
      let place = position - 1
      let right = try product()
      left = add(.operation(sign == "+" ? .plus : .minus, left, right), at: place)
    }
    return left
  }

  private mutating func product() throws(FormulaError) -> Int {
    var left = try unary()
    while let sign = take("*", "/") {
      let place = position - 1
      let right = try unary()
      left = add(.operation(sign == "*" ? .times : .over, left, right), at: place)
    }
    return left
  }

  private mutating func unary() throws(FormulaError) -> Int {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw failure("the expression is nested more than \(Self.maximumDepth) deep")
    }
    if take("-") != nil {
      let place = position - 1
      let operand = try unary()
      return add(.negation(operand), at: place)
    }
    let base = try atom()
    guard take("^") != nil else { return base }
    let place = position - 1
    let exponent = try unary()
    return add(.operation(.power, base, exponent), at: place)
  }

  private mutating func atom() throws(FormulaError) -> Int {
    skipSpaces()
    guard position < characters.count else { throw failure("the expression ends too early") }
    let start = position
    if take("(") != nil {
      let inner = try sum()
      guard take(")") != nil else { throw failure("')' is missing", "the parenthesis opens at \(start + 1)") }
      return inner
    }
    if characters[start].isDigit || characters[start] == "." { return add(.number(try number()), at: start) }
    guard characters[start].isNameStart else { throw failure("'\(characters[start])' is not expected here") }
    while position < characters.count, characters[position].isNameStart || characters[position].isDigit {
      position += 1
    }
    let name = String(characters[start..<position])
    if take("(") != nil { return try call(name, at: start) }
    return add(.name(name), at: start)
  }

  private mutating func number() throws(FormulaError) -> Double {
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

  private mutating func call(_ name: String, at place: Int) throws(FormulaError) -> Int {
    guard let count = functions[name] else {
      throw failure(
        "there is no function '\(name.shortened)'",
        nearestName(to: name, among: functions.keys.sorted()).map { "did you mean '\($0)'?" }
          ?? "there are " + functions.keys.sorted().joined(separator: ", "), at: place)
    }
    var arguments: [Int] = []
    repeat { arguments.append(try sum()) } while take(",") != nil
    guard take(")") != nil else { throw failure("')' is missing", "the call of '\(name)' opens at \(place + 1)") }
    guard count.contains(arguments.count) else {
      throw failure(
        "'\(name)' takes \(count.upperBound > 1 ? "at least two numbers" : "one number"), not \(arguments.count)",
        at: place)
    }
    return add(.call(name, arguments), at: place)
  }

  private mutating func add(_ kind: FormulaTree.Kind, at place: Int) -> Int {
    nodes.append(FormulaTree.Node(kind: kind, place: place))
    return nodes.count - 1
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

  private func failure(_ message: String, _ remedy: String? = nil, at index: Int? = nil) -> FormulaError {
    FormulaError(message, remedy: remedy, at: index ?? position)
  }
}

extension Character {
  fileprivate var isDigit: Bool { "0" <= self && self <= "9" }
  fileprivate var isNameStart: Bool { "a" <= self && self <= "z" || "A" <= self && self <= "Z" || self == "_" }
}
