import NNCore

/// Walks over a csv text row by row. RFC 4180: quoted fields may hold separators, doubled quotes and line breaks; lines
/// end in LF, CRLF or CR.
struct CSVScanner {
  /// A field's bytes, without its quotes: eight bytes for each, since a table has as many as it has numbers.
  struct Field {
    private let start: UInt32
    /// The length, and above it the two facts.
    private let word: UInt32

    private static let quoted: UInt32 = 1 << 31
    private static let doubled: UInt32 = 1 << 30
    /// The longest field.
    static let longest = 1 << 26
    /// The longest text.
    static let longestText = Int(UInt32.max)

    @inline(__always)
    init(_ range: Range<Int>, isQuoted: Bool = false, hasDoubledQuotes: Bool = false) {
      start = UInt32(truncatingIfNeeded: range.lowerBound)
      word =
        UInt32(truncatingIfNeeded: range.count) | (isQuoted ? Self.quoted : 0) | (hasDoubledQuotes ? Self.doubled : 0)
    }

    @inline(__always) var range: Range<Int> { Int(start)..<(Int(start) + Int(word & (Self.doubled - 1))) }
    /// The same field in a text that begins so many bytes earlier.
    @inline(__always) func moved(by count: Int) -> Field {
      Field(
        (range.lowerBound + count)..<(range.upperBound + count), isQuoted: isQuoted, hasDoubledQuotes: hasDoubledQuotes)
    }
    /// Whether the field stands in quotes.
    var isQuoted: Bool { word & Self.quoted != 0 }
    /// Whether doubled quotes stand for single ones.
    var hasDoubledQuotes: Bool { word & Self.doubled != 0 }
  }

  /// The most fields of a row.
  static let mostFields = 1 << 22

  private let file: String
  private let bytes: [UInt8]
  private let separator: TableRecord.Separator
  /// The byte that is read next, and its line.
  private(set) var position = 0
  private(set) var line = 1

  init(file: String, bytes: [UInt8], separator: TableRecord.Separator) {
    self.file = file
    self.bytes = bytes
    self.separator = separator
  }

  /// Appends the fields of the next row and gives the line on which it starts; nil at the end. Lines without fields are
  /// no rows. Throws for an open quote and for text after a closing one.
  mutating func row(_ fields: inout [Field]) throws(DiagnosticError) -> Int? {
    skipBlanks()
    while isAtLineBreak {
      passByte()
      skipBlanks()
    }
    guard position < bytes.count else { return nil }
    let start = line
    let (before, place) = (fields.count, position)
    repeat {
      fields.append(try field())
      guard fields.count - before <= Self.mostFields else {
        throw error(
          place, "too-many-columns", "this row has more than \(Self.mostFields) fields",
          remedy: "put an end to each row, or transpose the table")
      }
    } while passSeparator()
    return start
  }

  /// Passes a line feed, or a carriage return and a line feed; false if neither follows.
  mutating func passLineFeed() -> Bool {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else { return false }
    passByte()
    return true
  }

  private var isAtLineBreak: Bool { position < bytes.count && Self.isLineBreak(bytes[position]) }

  private static func isLineBreak(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  /// Passes a byte and counts the line that it ends. A line break of two bytes is counted at the second.
  private mutating func passByte() {
    let byte = bytes[position]
    position += 1
    if byte == UInt8(ascii: "\n")
      || byte == UInt8(ascii: "\r") && (position == bytes.count || bytes[position] != UInt8(ascii: "\n"))
    {
      line += 1
    }
  }

  /// Passes blanks where they separate fields.
  private mutating func skipBlanks() {
    guard separator == .space else { return }
    while position < bytes.count, separator.separates(bytes[position]) { position += 1 }
  }

  /// Whether another field follows. Blanks at the end of a line separate it from nothing.
  private mutating func passSeparator() -> Bool {
    guard position < bytes.count, separator.separates(bytes[position]) else { return false }
    position += 1
    skipBlanks()
    return separator != .space || position < bytes.count && !isAtLineBreak
  }

  private mutating func field() throws(DiagnosticError) -> Field {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedField() }
    let start = position
    let end = min(bytes.count, start + Field.longest + 1)
    while position < end, !separator.separates(bytes[position]), !Self.isLineBreak(bytes[position]) { position += 1 }
    try checkLength(start)
    return Field(start..<position)
  }

  private mutating func quotedField() throws(DiagnosticError) -> Field {
    let quote = UInt8(ascii: "\"")
    position += 1
    let start = position
    var hasDoubledQuotes = false
    while true {
      guard position < bytes.count else {
        throw error(start - 1, "open-quote", "the quote that opens here is never closed")
      }
      guard position - start <= Field.longest else {
        throw error(
          start - 1, "open-quote", "the quote that opens here is not closed within \(Field.longest) bytes")
      }
      guard bytes[position] == quote else {
        passByte()
        continue
      }
      guard position + 1 < bytes.count, bytes[position + 1] == quote else { break }
      hasDoubledQuotes = true
      position += 2
    }
    let field = Field(start..<position, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes)
    position += 1
    guard position == bytes.count || separator.separates(bytes[position]) || isAtLineBreak else {
      throw error(position, "bad-quote", "text follows a closing quote")
    }
    return field
  }

  private func checkLength(_ start: Int) throws(DiagnosticError) {
    guard position - start <= Field.longest else {
      throw error(start, "field-too-long", "a field is longer than \(Field.longest) bytes")
    }
  }

  private func error(_ position: Int, _ code: String, _ message: String, remedy: String? = nil) -> DiagnosticError {
    DiagnosticError(code: code, message, remedy: remedy, place: Self.place(of: position, in: bytes, file: file))
  }

  /// Line and column of a byte. A row may reach over several lines.
  static func place(of position: Int, in bytes: [UInt8], file: String) -> SourcePlace {
    let end = min(position, bytes.count)
    var line = 1
    var start = 0
    for index in 0..<end {
      let isReturn = bytes[index] == UInt8(ascii: "\r")
      if bytes[index] == UInt8(ascii: "\n")
        || (isReturn && (index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n")))
      {
        line += 1
        start = index + 1
      }
    }
    return SourcePlace(file: file, line: line, column: String(decoding: bytes[start..<end], as: UTF8.self).count + 1)
  }
}

extension TableRecord.Separator {
  /// Whether a byte separates fields.
  @inline(__always) func separates(_ byte: UInt8) -> Bool {
    switch self {
    case .comma: byte == UInt8(ascii: ",")
    case .tab: byte == UInt8(ascii: "\t")
    case .semicolon: byte == UInt8(ascii: ";")
    case .space: byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
  }

  /// What stands between fields, as messages name it.
  var words: String {
    switch self {
    case .comma: "commas"
    case .tab: "tabs"
    case .semicolon: "semicolons"
    case .space: "blanks"
    }
  }
}
