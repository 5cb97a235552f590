/// JSON as RFC 8259 defines it and nothing besides: no duplicate keys, no trailing commas, no lone surrogates, no bytes
/// that are not UTF-8, no depth that could exhaust the stack and no number of values that could exhaust the memory.
package indirect enum StrictJSON: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case array([StrictJSON])
  /// Members in the order of the text.
  case object([Member])

  /// A key and its value.
  package struct Member: Sendable, Hashable {
    package var key: String
    package var value: StrictJSON

    package init(key: String, value: StrictJSON) {
      self.key = key
      self.value = value
    }
  }

  /// What is wrong, and at which byte.
  package struct Failure: Error, Hashable {
    package var message: String
    package var position: Int
    /// Whether it is a key that occurs twice in its object.
    package var isDuplicateKey = false
  }

  /// The most values in a text that is read as a whole: a value takes many times the memory of its text.
  package static let mostValues = 1 << 20
  /// The most values in one member of an object that is read member by member.
  package static let mostValuesOfMember = 1 << 16

  /// Reads a text of at most `mostValues` values. White space may surround the value.
  package init(_ bytes: some Collection<UInt8>) throws(Failure) {
    var parser = StrictJSONParser(Array(bytes), mostValues: Self.mostValues)
    self = try parser.document()
  }

  /// Reads a text that is an object and hands over its members one after the other, so that the first that is wrong
  /// ends the reading and none is kept longer than needed. False if the text is another value. Throws a `Failure`, or
  /// what `body` throws.
  package static func forEachMember(of bytes: some Collection<UInt8>, _ body: (Member) throws -> Void) throws -> Bool {
    var parser = StrictJSONParser(Array(bytes), mostValues: mostValuesOfMember)
    return try parser.documentMembers(body)
  }

  /// The value as JSON text without white space; numbers that JSON lacks, infinities and NaN, are null.
  package var written: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .text(let value): json(value)
    case .array(let values): "[" + values.map(\.written).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { "\(json($0.key)):\($0.value.written)" }.joined(separator: ",") + "}"
    }
  }

  /// The texts of an array of texts; nil for anything else.
  package var texts: [String]? {
    guard case .array(let values) = self else { return nil }
    let texts = values.compactMap { value -> String? in if case .text(let text) = value { text } else { nil } }
    return texts.count == values.count ? texts : nil
  }

  /// The numbers of an array of numbers; nil for anything else.
  package var numbers: [Double]? {
    guard case .array(let values) = self else { return nil }
    let numbers = values.compactMap { value -> Double? in
      switch value {
      case .number(let number): number
      case .integer(let number): Double(number)
      default: nil
      }
    }
    return numbers.count == values.count ? numbers : nil
  }

  /// The value of a member.
  package subscript(key: String) -> StrictJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
}
