import NNCore
import NNFiles

/// The fields of a csv file: where each one is in the file's bytes. RFC 4180: quoted fields may hold separators,
/// doubled quotes and line breaks; lines end in LF, CRLF or CR.
struct CSVTable {
  /// A field's bytes, without its quotes.
  struct Field {
    var range: Range<Int>
    /// Whether doubled quotes stand for single ones.
    var hasDoubledQuotes: Bool
  }

  let file: String
  let bytes: [UInt8]
  /// All fields, row after row.
  private(set) var fields: [Field] = []
  /// The line on which each row starts.
  private(set) var lines: [Int] = []
  /// Fields in every row.
  private(set) var columns = 0

  /// The number of rows, a header included.
  var rows: Int { lines.count }

  /// Finds the fields. Throws a `DiagnosticError` for an empty file, a row with too few or too many fields, an open quote
  /// or bytes that are not UTF-8.
  init(file: String, bytes given: [UInt8], separator: UInt8) throws {
    self.file = file
    bytes = given.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(given.dropFirst(3)) : given
    guard String(validating: bytes, as: UTF8.self) != nil else { throw notUTF8 }
    try split(separator)
    guard rows > 0 else {
      throw DiagnosticError(code: "empty-file", file: file, "the file is empty", remedy: "it needs at least one row")
    }
  }

  private mutating func split(_ separator: UInt8) throws {
    let (quote, lineFeed, carriageReturn) = (UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var position = 0
    var line = 1
    while position < bytes.count {
      // Blank lines are no rows.
      if bytes[position] == lineFeed || bytes[position] == carriageReturn {
        if bytes[position] == lineFeed || position + 1 == bytes.count || bytes[position + 1] != lineFeed { line += 1 }
        position += 1
        continue
      }
      let rowLine = line
      let firstField = fields.count
      rowLoop: while true {
        if position < bytes.count, bytes[position] == quote {
          let start = position + 1
          var doubled = false
          position = start
          while true {
            guard position < bytes.count else {
              throw error(start - 1, "open-quote", "the quote that opens here is never closed")
            }
            if bytes[position] == quote {
              if position + 1 < bytes.count, bytes[position + 1] == quote {
                doubled = true
                position += 2
                continue
              }
              break
            }
            // A line break is counted at its last byte.
            if bytes[position] == lineFeed { line += 1 }
            if bytes[position] == carriageReturn, position + 1 == bytes.count || bytes[position + 1] != lineFeed {
              line += 1
            }
            position += 1
          }
          fields.append(Field(range: start..<position, hasDoubledQuotes: doubled))
          position += 1
          if position < bytes.count, bytes[position] != separator, bytes[position] != lineFeed,
            bytes[position] != carriageReturn
          {
            throw error(position, "bad-quote", "text follows a closing quote")
          }
        } else {
          let start = position
          while position < bytes.count, bytes[position] != separator, bytes[position] != lineFeed,
            bytes[position] != carriageReturn
          { position += 1 }
          fields.append(Field(range: start..<position, hasDoubledQuotes: false))
        }
        guard position < bytes.count, bytes[position] == separator else { break rowLoop }
        position += 1
      }
      try finishRow(fields.count - firstField, rowLine)
    }
  }

  private mutating func finishRow(_ count: Int, _ line: Int) throws {
    if lines.isEmpty { columns = count }
    guard count == columns else {
      throw DiagnosticError(
        code: "ragged-row", "this row has \(count) field\(count == 1 ? "" : "s"), but the first one has \(columns)",
        place: SourcePlace(file: file, line: line, column: 1))
    }
    lines.append(line)
  }

  /// A field.
  func field(_ row: Int, _ column: Int) -> Field { fields[row * columns + column] }

  /// A field's text, without white space around it.
  func text(_ row: Int, _ column: Int) -> String {
    let field = field(row, column)
    let text = String(decoding: bytes[field.range], as: UTF8.self).trimmingWhitespace
    return field.hasDoubledQuotes ? text.replacingDoubledQuotes : text
  }

  /// A field as a finite number; nil if it is none.
  func number(_ row: Int, _ column: Int) -> Double? {
    let range = field(row, column).range
    return bytes.withUnsafeBufferPointer { DecimalNumber.parse(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// An error at a field.
  func error(row: Int, column: Int, _ code: String, _ message: String, remedy: String? = nil) -> DiagnosticError {
    error(field(row, column).range.lowerBound, code, message, remedy: remedy)
  }

  private func error(_ position: Int, _ code: String, _ message: String, remedy: String? = nil) -> DiagnosticError {
    DiagnosticError(code: code, message, remedy: remedy, place: place(position))
  }

  /// Line and column of a byte. A row may reach over several lines.
  private func place(_ position: Int) -> SourcePlace {
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

  private var notUTF8: DiagnosticError {
    DiagnosticError(
      code: "not-utf8", file: file, "the file is not text in UTF-8", remedy: "save it in UTF-8")
  }
}

extension String {
  fileprivate var replacingDoubledQuotes: String {
    var result = ""
    var wasQuote = false
    for character in self {
      if character == "\"", wasQuote {
        wasQuote = false
        continue
      }
      wasQuote = character == "\""
      result.append(character)
    }
    return result
  }
}
