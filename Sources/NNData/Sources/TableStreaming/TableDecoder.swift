import NNCore

/// Reads the numbers, and the other texts, of some whole rows of a table: at once where that is possible, or else field by field as
/// samples in memory are, with the same numbers.
struct TableDecoder: Sendable {
  let file: String
  let dialect: BlockDialect
  /// The first row of the table: its header, or a sample. It tells how many fields a row has.
  let firstRow: [UInt8]
  /// Lines of the first row.
  let firstLines: Int
  let separator: TableRecord.Separator
  let hasHeader: Bool
  /// The columns that are read as numbers, in the order of a sample.
  let columns: [Int]
  let isDouble: Bool

  /// Reads rows at once; false if one of them needs a second look.
  ///
  /// - Parameters:
  ///   - text: the rows. There is room for a byte behind them, which becomes a line feed.
  ///   - numbers: rows x columns.
  func readAtOnce(
    _ text: UnsafeMutableBufferPointer<UInt8>, rows: Int, into numbers: UnsafeMutablePointer<Double>,
    _ part: inout BlockParser.Part
  ) -> Bool {
    guard text.count > 1, let base = text.baseAddress else { return false }
    base[text.count - 1] = UInt8(ascii: "\n")
    part.rows = 0
    BlockParser(dialect: dialect).parse(base, 0, until: text.count - 1, into: numbers, limit: rows, &part)
    return part.isWhole && part.rows == rows
  }

  /// Reads rows field by field.
  ///
  /// - Parameters:
  ///   - line: the line on which the rows begin.
  ///   - part: takes the texts.
  /// - Throws: a `DiagnosticError` with the line of what is wrong with a row.
  func readByField(
    _ text: UnsafeBufferPointer<UInt8>, rows: Int, line: Int, into numbers: UnsafeMutablePointer<Double>,
    _ part: inout BlockParser.Part
  ) throws(DiagnosticError) {
    do throws(DiagnosticError) {
      guard String(validating: text, as: UTF8.self) != nil else {
        throw DiagnosticError(
          code: "bad-encoding", "a row is not UTF-8", remedy: "save the table as UTF-8",
          place: SourcePlace(file: file, line: firstLines + 1, column: 1))
      }
      var table = try CSVTable(file: file, text: firstRow + text, separator: separator)
      table.decimalMark = dialect.decimalMark
      guard table.rows == rows + 1 else {
        throw DiagnosticError(
          code: "read-failed", file: file, "the file has changed since it was opened", remedy: "put it back")
      }
      let source = CSVColumns(table, hasHeader: hasHeader, inputs: columns, answers: [])
      for row in 0..<rows {
        for (place, column) in columns.enumerated() {
          numbers[row * columns.count + place] = try source.number(row + 1, column, isDouble: isDouble)
        }
        for column in 0..<table.columns where dialect.slots[column] < 0 && dialect.slots[column] != BlockDialect.passed
        {
          let field = table.field(row + 1, column)
          let place = part.bytes.count
          part.bytes += table.bytes[field.range]
          part.fields.append(
            CSVScanner.Field(
              place..<part.bytes.count, isQuoted: field.isQuoted, hasDoubledQuotes: field.hasDoubledQuotes))
        }
      }
    } catch {
      var error = error
      for index in error.diagnostics.indices {
        if let place = error.diagnostics[index].place, place.line > firstLines {
          error.diagnostics[index].place?.line += line - 1 - firstLines
        }
      }
      throw error
    }
  }

  /// The same decoder for samples whose texts are known already.
  var numbersAlone: TableDecoder {
    TableDecoder(
      file: file, dialect: dialect.numbersAlone, firstRow: firstRow, firstLines: firstLines, separator: separator,
      hasHeader: hasHeader, columns: columns, isDouble: isDouble)
  }
}
