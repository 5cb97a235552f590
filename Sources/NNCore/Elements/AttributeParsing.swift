import NNText

extension AttributeKind {
  /// The value that `text` stands for. Throws an `ElementError` that says what was expected.
  ///
  /// White space around a value is ignored; numbers are decimal, with a point, and finite.
  public func parse(_ text: String) throws(ElementError) -> AttributeValue {
    let trimmed = text.trimmingWhitespace
    switch self {
    case .boolean:
      switch trimmed {
      case "true", "1": return .boolean(true)
      case "false", "0": return .boolean(false)
      default: throw mismatch(text, "must be true or false")
      }
    case .integer(let range): return .integer(try integer(trimmed, range))
    case .number(let range):
      let value = try number(trimmed)
      guard range.contains(value) else { throw outOfRange(trimmed, "must be \(range)") }
      return .number(value)
    case .text, .path: return .text(text)
    case .name:
      guard trimmed.isElementName else { throw mismatch(text, Self.nameRule) }
      return .text(trimmed)
    case .names:
      let words = trimmed.splitAtWhitespace
      guard !words.isEmpty else { throw mismatch(text, "must name at least one layer") }
      for word in words where !word.isElementName { throw mismatch(word, Self.nameRule) }
      return .words(words)
    case .choice(let words):
      guard words.contains(trimmed) else {
        let near = nearestName(to: trimmed, among: words).map { "did you mean '\($0)'?" }
        throw ElementError(
          code: "bad-value", "'\(trimmed.shortened)' is none of \(words.joined(separator: ", "))", remedy: near)
      }
      return .text(trimmed)
    case .shape: return .shape(try shape(trimmed))
    case .shapeOrWord(let words):
      guard !words.contains(trimmed) else { return .text(trimmed) }
      if trimmed.first.map(\.isLetter) ?? true {
        let near = nearestName(to: trimmed, among: words).map { "did you mean '\($0)'?" }
        throw ElementError(
          code: "bad-value",
          "'\(trimmed.shortened)' is neither a shape such as 3x32x32 nor \(words.joined(separator: ", "))",
          remedy: near)
      }
      return .shape(try shape(trimmed))
    case .pair(let range):
      return try pair(trimmed, range, "must be one number, or two joined by x for height and width")
    case .pairOrWord(let range, let words):
      if words.contains(trimmed) { return .text(trimmed) }
      return try pair(
        trimmed, range, "must be one number, two joined by x for height and width, or \(words.joined(separator: ", "))")
    case .integerOrWord(let range, let words):
      if words.contains(trimmed) { return .text(trimmed) }
      guard Int(trimmed) != nil else { throw mismatch(text, "must be a number or \(words.joined(separator: ", "))") }
      return .integer(try integer(trimmed, range))
    case .integers(let range):
      var values: [Int] = []
      for word in trimmed.splitAtWhitespace { values.append(try integer(word, range)) }
      guard !values.isEmpty else { throw mismatch(text, "must hold at least one whole number") }
      return .integers(values)
    case .numbers:
      var values: [Double] = []
      for word in trimmed.splitAtWhitespace { values.append(try number(word)) }
      guard !values.isEmpty else { throw mismatch(text, "must hold at least one number") }
      return .numbers(values)
    case .words:
      let words = trimmed.splitAtWhitespace
      guard !words.isEmpty else { throw mismatch(text, "must hold at least one word") }
      return .words(words)
    }
  }

  private static let nameRule =
    "is not a name: names start with a letter or '_' and go on with letters, digits, '_', '-' or '.'"

  private func shape(_ text: String) throws(ElementError) -> Shape {
    var sizes: [Int] = []
    for part in text.split(separator: "x", omittingEmptySubsequences: false) {
      sizes.append(try integer(String(part).trimmingWhitespace, 1...Shape.maximumElementCount))
    }
    guard let shape = Shape(sizes) else {
      throw outOfRange(
        text.shortened, "must have at most \(Shape.maximumRank) dimensions and \(Shape.maximumElementCount) elements")
    }
    return shape
  }

  private func pair(_ text: String, _ range: ClosedRange<Int>, _ rule: String) throws(ElementError) -> AttributeValue {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 1 || parts.count == 2, parts.allSatisfy({ Int($0) != nil }) else { throw mismatch(text, rule) }
    var sizes: [Int] = []
    for part in parts { sizes.append(try integer(String(part), range)) }
    return .integers(sizes.count == 1 ? [sizes[0], sizes[0]] : sizes)
  }

  private func integer(_ text: String, _ range: ClosedRange<Int>) throws(ElementError) -> Int {
    guard let value = Int(text), text.first != "+" else {
      let isWhole = !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
      if isWhole { throw outOfRange(text, Self.describe(range)) }
      throw mismatch(text, "is not a whole number")
    }
    guard range.contains(value) else { throw outOfRange(text, Self.describe(range)) }
    return value
  }

  private func number(_ text: String) throws(ElementError) -> Double {
    let isDecimal = !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
    guard isDecimal, let value = Double(text) else { throw mismatch(text, "is not a number") }
    guard value.isFinite else { throw outOfRange(text, "is too large for a number") }
    return value
  }

  private func mismatch(_ text: String, _ rule: String) -> ElementError {
    ElementError(code: "bad-value", "'\(text.shortened)' \(rule)")
  }

  private func outOfRange(_ text: String, _ rule: String) -> ElementError {
    ElementError(code: "out-of-range", "'\(text.shortened)' \(rule)")
  }

  /// A range of whole numbers in words.
  package static func describe(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "must be at least \(range.lowerBound)" : "must be from \(range.lowerBound) to \(range.upperBound)"
  }
}

extension String {
  /// The text without white space at its ends, as XML defines it.
  package var trimmingWhitespace: String {
    var scalars = unicodeScalars[...]
    while let first = scalars.first, first.isXMLSpace { scalars = scalars.dropFirst() }
    while let last = scalars.last, last.isXMLSpace { scalars = scalars.dropLast() }
    return String(scalars)
  }

  /// The words between white space, as XML defines it.
  package var splitAtWhitespace: [String] { unicodeScalars.split { $0.isXMLSpace }.map { String($0) } }

  /// Whether this can name a layer, a block or an input.
  package var isElementName: Bool {
    // Nearly all names are plain ASCII, for which no Unicode tables are needed.
    if utf8.count <= 200, utf8.allSatisfy({ $0.isPlainNameByte }), let first = utf8.first {
      return first > UInt8(ascii: "9") || first == UInt8(ascii: "_")
    }
    guard let first = unicodeScalars.first, first.properties.isAlphabetic || first == "_" else { return false }
    return unicodeScalars.count <= 200
      && unicodeScalars.allSatisfy { scalar in
        scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal || scalar == "_" || scalar == "-"
          || scalar == "."
      }
  }

  /// The text with `_` for what no name of an element holds; nil if that is none either, as when a digit is the first.
  package var asElementName: String? {
    let scalars = unicodeScalars.prefix(200).map { scalar in
      String(scalar).isElementName || "0123456789-.".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
    }
    let name = String(scalars)
    return name.isElementName ? name : nil
  }
}

extension UInt8 {
  /// Whether this is the ASCII code of a letter, a digit, `_`, `-` or `.`.
  fileprivate var isPlainNameByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: false
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isXMLSpace: Bool { self == " " || self == "\t" || self == "\n" || self == "\r" }
}
