/// A formula as it is written: numbers, names, operators and calls.
///
/// The nodes are in the order in which they are computed, each behind its operands, so that no formula is too deep to be
/// walked through.
package struct FormulaTree: Sendable, Hashable {
  /// An operator between two operands.
  package enum Sign: Character, Sendable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
    case power = "^"
  }

  /// What a node is. Operands are indices of earlier nodes.
  package enum Kind: Sendable, Hashable {
    case number(Double)
    case name(String)
    case negation(Int)
    case operation(Sign, Int, Int)
    case call(String, [Int])
  }

  /// A node and where it stands: the index of its first character, or that of its operator.
  package struct Node: Sendable, Hashable {
    package var kind: Kind
    package var place: Int
  }

  /// The nodes; the last one is the value of the formula.
  package private(set) var nodes: [Node] = []

  /// Reads a formula: + - * / ^, unary minus, parentheses, numbers, names, and calls of the given functions.
  ///
  /// - Parameter functions: for each function how many operands it takes.
  /// - Throws: a `FormulaError` that points at a character.
  package init(_ text: String, functions: [String: ClosedRange<Int>]) throws(FormulaError) {
    var reader = FormulaReader(text, functions)
    try reader.read()
    nodes = reader.nodes
  }

  /// The names in the order in which they first appear.
  package var names: [String] {
    var seen: Set<String> = []
    return nodes.compactMap {
      if case .name(let name) = $0.kind, seen.insert(name).inserted { name } else { nil }
    }
  }
}

/// What is wrong with a formula.
package struct FormulaError: Error, Sendable, Hashable {
  /// The cause.
  package var message: String
  /// What to do.
  package var remedy: String?
  /// The index of the character where it is.
  package var place: Int

  package init(_ message: String, remedy: String? = nil, at place: Int) {
    self.message = message
    self.remedy = remedy
    self.place = place
  }
}
