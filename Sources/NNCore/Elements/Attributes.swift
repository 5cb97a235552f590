import NNText

/// The values of one element's attributes, defaults filled in, types and ranges checked against its declaration.
///
/// Asking for an attribute that the declaration does not have, or for the wrong type, is a mistake of the element's
/// author and stops the program.
public struct Attributes: Sendable, Hashable {
  private var values: [String: AttributeValue]
  /// The names that were given rather than filled in.
  public private(set) var given: Set<String>

  /// The given values, checked, and the defaults of the rest. Throws an `ElementError` for the first attribute that
  /// is unknown, missing, or of the wrong type.
  public init(_ given: [String: AttributeValue] = [:], for schema: ElementSchema) throws(ElementError) {
    values = [:]
    self.given = Set(given.keys)
    let all = schema.allAttributes
    var known = 0
    for attribute in all {
      if let value = given[attribute.name] {
        guard attribute.kind.accepts(value) else {
          throw ElementError(
            code: "bad-value", "attribute '\(attribute.name)' of <\(schema.name)> cannot be \(value.written)",
            attribute: attribute.name)
        }
        values[attribute.name] = value
        known += 1
      } else if attribute.isRequired {
        throw ElementError(
          code: "missing-attribute", "<\(schema.name)> needs the attribute '\(attribute.name)'",
          remedy: attribute.documentation, attribute: attribute.name)
      } else {
        values[attribute.name] = attribute.defaultValue
      }
    }
    guard known < given.count else { return }
    for name in given.keys.sorted() where !all.contains(where: { $0.name == name }) {
      let near = nearestName(to: name, among: all.map(\.name))
      throw ElementError(
        code: "unknown-attribute", "<\(schema.name)> has no attribute '\(name)'",
        remedy: near.map { "did you mean '\($0)'?" }, attribute: name)
    }
  }

  /// The attributes with another value, of the attribute's kind, in the place of one.
  package func setting(_ name: String, to value: AttributeValue) -> Attributes {
    var result = self
    result.values[name] = value
    return result
  }

  /// The value, or nil when it was left out and has no default.
  public subscript(name: String) -> AttributeValue? { values[name] }

  /// Whether a value was given or has a default.
  public func has(_ name: String) -> Bool { values[name] != nil }

  /// A truth value.
  public func boolean(_ name: String) -> Bool {
    guard case .boolean(let value)? = values[name] else { preconditionFailure("no truth value '\(name)'") }
    return value
  }

  /// A whole number.
  public func integer(_ name: String) -> Int {
    guard case .integer(let value)? = values[name] else { preconditionFailure("no whole number '\(name)'") }
    return value
  }

  /// A number.
  public func number(_ name: String) -> Double {
    switch values[name] {
    case .number(let value)?: return value
    case .integer(let value)?: return Double(value)
    default: preconditionFailure("no number '\(name)'")
    }
  }

  /// A text, a name, a path or a choice.
  public func text(_ name: String) -> String {
    guard case .text(let value)? = values[name] else { preconditionFailure("no text '\(name)'") }
    return value
  }

  /// A shape.
  public func shape(_ name: String) -> Shape {
    guard case .shape(let value)? = values[name] else { preconditionFailure("no shape '\(name)'") }
    return value
  }

  /// Whole numbers; a pair has two.
  public func integers(_ name: String) -> [Int] {
    guard case .integers(let value)? = values[name] else { preconditionFailure("no whole numbers '\(name)'") }
    return value
  }

  /// Numbers.
  public func numbers(_ name: String) -> [Double] {
    guard case .numbers(let value)? = values[name] else { preconditionFailure("no numbers '\(name)'") }
    return value
  }

  /// Words or names; numbers as they are written.
  public func words(_ name: String) -> [String] {
    switch values[name] {
    case .words(let value)?: return value
    case .numbers(let value)?: return value.map { AttributeValue.number($0).written }
    default: preconditionFailure("no words '\(name)'")
    }
  }
}

extension AttributeKind {
  /// Whether a value made in code satisfies this kind.
  func accepts(_ value: AttributeValue) -> Bool {
    switch (self, value) {
    case (.integer(let range), .integer(let number)): range.contains(number)
    case (.number(let range), .number(let number)): range.contains(number)
    case (.number(let range), .integer(let number)): range.contains(Double(number))
    case (.choice(let words), .text(let text)): words.contains(text)
    case (.name, .text(let text)): text.isElementName
    case (.names, .words(let words)): !words.isEmpty && words.allSatisfy(\.isElementName)
    case (.integerOrWord(let range, _), .integer(let number)): range.contains(number)
    case (.pairOrWord(_, let words), .text(let text)), (.integerOrWord(_, let words), .text(let text)),
      (.shapeOrWord(let words), .text(let text)):
      words.contains(text)
    case (.pair(let range), .integers(let sizes)), (.pairOrWord(let range, _), .integers(let sizes)):
      sizes.count == 2 && sizes.allSatisfy(range.contains)
    case (.integers(let range), .integers(let numbers)): !numbers.isEmpty && numbers.allSatisfy(range.contains)
    case (.numbers, .numbers(let numbers)): !numbers.isEmpty && numbers.allSatisfy(\.isFinite)
    case (.words, .words(let words)): !words.isEmpty
    case (.words, .numbers(let numbers)): !numbers.isEmpty && numbers.allSatisfy(\.isFinite)
    case (.boolean, .boolean), (.text, .text), (.path, .text), (.shape, .shape), (.shapeOrWord, .shape): true
    default: false
    }
  }
}
