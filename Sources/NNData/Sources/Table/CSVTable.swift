import NNCore
import NNKernels
import Synchronization

/// The fields of a csv file: where each one is in the file's bytes.
struct CSVTable {
  let file: String
  let bytes: [UInt8]
  /// What stands between fields.
  let separator: TableRecord.Separator
  /// What stands before the decimal places of numbers.
  var decimalMark = TableRecord.DecimalMark.point
  /// What stands between groups of three digits.
  var thousandsMark = ThousandsMark.none
  /// All fields, row after row.
  private(set) var fields: [CSVScanner.Field] = []
  /// The line on which each row starts; of those that were read at once the first one's alone.
  private(set) var lines: [Int] = []
  /// Fields in every row.
  private(set) var columns = 0
  /// Columns that were read as numbers at once, whose texts are not kept.
  private(set) var numberColumns: NumberColumns?

  /// The number of rows, a header included.
  var rows: Int { numberColumns.map { $0.firstRow + $0.rows } ?? lines.count }

  /// Finds the fields in a text, on the given threads where that is possible. Throws a `DiagnosticError` for an empty file,
  /// a row with too few or too many fields, or a quote that is open or out of place.
  init(
    file: String, text bytes: [UInt8], separator: TableRecord.Separator, workers: WorkerPool? = nil
  ) throws(DiagnosticError) {
    var bad = BadRows()
    try self.init(file: file, text: bytes, separator: separator, bad: &bad, workers: workers)
  }

  /// The same; rows with too few or too many fields may be left out.
  init(
    file: String, text bytes: [UInt8], separator: TableRecord.Separator, bad: inout BadRows,
    workers: WorkerPool? = nil
  ) throws(DiagnosticError) {
    self.file = file
    self.bytes = bytes
    self.separator = separator
    guard bytes.count <= CSVScanner.Field.longestText else {
      throw DiagnosticError(
        code: "file-too-large", file: file, "a table has at most \(CSVScanner.Field.longestText) bytes",
        remedy: "divide it")
    }
    if let plain = PlainTableScan(bytes, separator, workers) {
      (fields, lines, columns) = (plain.fields, plain.lines, plain.columns)
      return
    }
    var scanner = CSVScanner(file: file, bytes: bytes, separator: separator)
    while let line = try scanner.row(&fields) {
      let count = fields.count - rows * columns
      if lines.isEmpty { columns = count }
      guard count == columns else {
        try bad.leaveOut(
          DiagnosticError(
            code: "ragged-row", "this row has \(count) field\(count == 1 ? "" : "s"), but the first one has \(columns)",
            place: SourcePlace(file: file, line: line, column: 1)))
        fields.removeLast(count)
        continue
      }
      lines.append(line)
    }
    guard rows > 0 else {
      throw DiagnosticError(code: "empty-file", file: file, "the file is empty", remedy: "it needs at least one row")
    }
  }

  /// A table whose first row is that of `head`, and whose rows of data were read at once.
  init(head: CSVTable, numbers: NumberColumns) {
    (file, separator, decimalMark, thousandsMark) = (head.file, head.separator, head.decimalMark, head.thousandsMark)
    (columns, lines) = (head.columns, [head.lines[0]])
    let first = head.fields.prefix(head.columns)
    let end = first.last?.range.upperBound ?? 0
    bytes = head.bytes[..<end] + numbers.texts
    fields = Array(first) + numbers.fields.lazy.map { $0.moved(by: end) }
    numberColumns = numbers.withoutTexts
  }

  /// A field. Those of columns that were read as numbers are empty below the first row.
  func field(_ row: Int, _ column: Int) -> CSVScanner.Field {
    guard let numbers = numberColumns, row > 0 else { return fields[row * columns + column] }
    let slot = Int(numbers.slots[column])
    guard slot < 0 else { return CSVScanner.Field(0..<0) }
    return fields[columns + (row - numbers.firstRow) * numbers.textCount - 1 - slot]
  }

  /// The line on which a row starts.
  func line(_ row: Int) -> Int {
    guard let numbers = numberColumns, row >= numbers.firstRow else { return lines[row] }
    return numbers.firstLine + row - numbers.firstRow
  }

  /// A field's text, without white space around it.
  func text(_ row: Int, _ column: Int) -> String {
    let field = field(row, column)
    let text = String(decoding: bytes[field.range], as: UTF8.self).trimmingWhitespace
    return field.hasDoubledQuotes ? text.replacingDoubledQuotes : text
  }

  /// The texts of the first row.
  var firstRow: [String] { (0..<columns).map { text(0, $0) } }

  /// A field as a finite number; nil if it is none.
  func number(_ row: Int, _ column: Int) -> Double? { number(row, column, decimalMark) }

  /// A field as a finite number with the given decimal mark; nil if it is none.
  func number(_ row: Int, _ column: Int, _ mark: TableRecord.DecimalMark) -> Double? {
    if let value = numberColumns?.value(row, column) { return value.isNaN || mark != decimalMark ? nil : value }
    let range = field(row, column).range
    if thousandsMark != .none, let plain = thousandsMark.removed(from: bytes[range], mark) {
      return plain.withUnsafeBufferPointer { DecimalNumber.parse($0, mark) }
    }
    return bytes.withUnsafeBufferPointer { DecimalNumber.parse(UnsafeBufferPointer(rebasing: $0[range]), mark) }
  }

  /// The numbers in some columns of some rows, row after row, on the given threads; nil if one of the fields is no number
  /// that the precision holds.
  func numbers(_ rows: [Int], _ columns: [Int], isDouble: Bool, workers: WorkerPool?) -> [Double]? {
    if let known = numberColumns {
      // They were tried for the precision when they were read.
      return known.columns == columns && known.rows == rows.count ? known.values : nil
    }
    let isPlain = thousandsMark == .none
    let isWhole = Atomic(true)
    let width = columns.count
    let numbers = [Double](unsafeUninitializedCapacity: rows.count * width) { target, count in
      let numbers = UncheckedTransfer(target)
      bytes.withUnsafeBufferPointer { bytes in
        let bytes = UncheckedTransfer(bytes)
        inRanges(rows.count, grain: max(1, 65536 / max(1, width)), workers) { range in
          for place in range where isWhole.load(ordering: .relaxed) {
            for (index, column) in columns.enumerated() {
              let range = fields[rows[place] * self.columns + column].range
              let value =
                isPlain
                ? DecimalNumber.parse(UnsafeBufferPointer(rebasing: bytes.value[range]), decimalMark)
                : number(rows[place], column)
              guard let value, isDouble || Float(value).isFinite else {
                isWhole.store(false, ordering: .relaxed)
                break
              }
              numbers.value.initializeElement(at: place * width + index, to: value)
            }
          }
        }
      }
      count = isWhole.load(ordering: .relaxed) ? rows.count * width : 0
    }
    return isWhole.load(ordering: .relaxed) ? numbers : nil
  }

  /// Whether a field holds nothing but white space.
  func isBlank(_ row: Int, _ column: Int) -> Bool {
    bytes[field(row, column).range].allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  /// Where a field is.
  func place(_ row: Int, _ column: Int) -> SourcePlace {
    // Of rows that were read at once no text is kept in which columns could be counted.
    if let numbers = numberColumns, row >= numbers.firstRow {
      return SourcePlace(file: file, line: line(row), column: 1)
    }
    return CSVScanner.place(of: field(row, column).range.lowerBound, in: bytes, file: file)
  }

  /// A whole number without decimal places, however a program wrote it, such as 3.0 or 3e0; nil if `text`, the field's, needs
  /// no such change.
  func wholeNumber(_ row: Int, _ column: Int, _ text: String) -> String? {
    guard Int(text) == nil, let value = number(row, column), value == value.rounded(), value.magnitude < 1e9 else {
      return nil
    }
    return String(Int(value))
  }

  /// An error at a field.
  func error(row: Int, column: Int, _ code: String, _ message: String, remedy: String? = nil) -> DiagnosticError {
    DiagnosticError(code: code, message, remedy: remedy, place: place(row, column))
  }

  /// An error at a row as a whole.
  func error(row: Int, _ code: String, _ message: String, remedy: String? = nil) -> DiagnosticError {
    DiagnosticError(
      code: code, message, remedy: remedy, place: SourcePlace(file: file, line: line(row), column: 1))
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
