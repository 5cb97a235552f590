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
              throw error(rowLine, start, "open-quote", "the quote that opens here is never closed")
            }
            if bytes[position] == quote {
              if position + 1 < bytes.count, bytes[position + 1] == quote {
                doubled = true
                position += 2
                continue
              }
              break
            }
            if bytes[position] == lineFeed { line += 1 }
            position += 1
          }
          fields.append(Field(range: start..<position, hasDoubledQuotes: doubled))
          position += 1
          if position < bytes.count, bytes[position] != separator, bytes[position] != lineFeed,
            bytes[position] != carriageReturn
          {
            throw error(line, position, "bad-quote", "text follows a closing quote")
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
    let start = field(row, column).range.lowerBound
    return DiagnosticError(
      code: code, message, remedy: remedy,
      place: SourcePlace(file: file, line: lines[row], column: columnNumber(start)))
  }

  private func error(_ line: Int, _ position: Int, _ code: String, _ message: String) -> DiagnosticError {
    DiagnosticError(code: code, message, place: SourcePlace(file: file, line: line, column: columnNumber(position)))
  }

  /// The column of a byte in its line, counted in characters from 1.
  private func columnNumber(_ position: Int) -> Int {
    var start = min(position, bytes.count)
    while start > 0, bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
    return String(decoding: bytes[start..<min(position, bytes.count)], as: UTF8.self).count + 1
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
