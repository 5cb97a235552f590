import NNCore
import NNFiles

/// A table whose numbers stay in its file: its dialect and its columns are found out from its beginning, and one pass finds its rows.
struct TableStreaming {
  let file: String
  let options: CSVSource.Options
  let context: SourceContext
  let window: Int

  private func failure(_ message: String, _ remedy: String) -> DiagnosticError {
    DiagnosticError(code: "cannot-stream", file: file, message, remedy: remedy)
  }

  /// The samples. Throws a `DiagnosticError` for a table that cannot be streamed, or that is wrong.
  func set() throws -> Dataset {
    let bytes = try StoredBytes(file)
    let head = try bytes.head(2)
    guard !Compression.isGzip(head) else {
      throw failure("what is compressed can only be read from its beginning", "expand the file: gunzip")
    }
    guard context.columns == nil else {
      throw failure(
        "a table whose columns are declared is encoded in memory",
        "leave out stream, or <columns> and words among the inputs")
    }
    guard options.thousands == .none, options.separator != TableRecord.Separator.space.rawValue else {
      throw failure(
        "only fields with a comma, a semicolon or a tab between them, and numbers without marks between thousands, are streamed",
        "write the table so, or leave out stream")
    }
    guard [.auto, .utf8].contains(options.encoding), head != [0xFF, 0xFE], head != [0xFE, 0xFF] else {
      throw failure("only a table in UTF-8 is streamed", "save the table as UTF-8, or leave out stream")
    }
    var reading = BlockReading(
      file: file, bytes: .file(bytes), options: options, context: context, purpose: .model)
    reading.isStreaming = true
    guard let head = try reading.head(), head.table.separator.byte != nil, let rows = try reading.dataRows(head) else {
      throw failure(
        "what its columns are cannot be told from its beginning",
        "see that its rows have equal lengths and say header and separator; or leave out stream")
    }
    return try set(bytes, head, rows)
  }

  private func set(_ bytes: StoredBytes, _ head: BlockReading.Head, _ rows: (start: Int, end: Int, line: Int)) throws
    -> Dataset
  {
    let (table, columns) = (head.table, head.use.numbers)
    let dialect = BlockDialect(
      separator: table.separator.byte ?? 0, decimalMark: table.decimalMark,
      slots: BlockDialect.slots(columns: table.columns, numbers: columns), width: columns.count, gaps: nil,
      areSingles: !context.isDouble, undecided: nil)
    let first = table.firstRowText
    let decoder = TableDecoder(
      file: file, dialect: dialect, firstRow: first, firstLines: first.count { $0 == UInt8(ascii: "\n") },
      separator: table.separator, hasHeader: head.use.hasHeader, columns: columns, isDouble: context.isDouble)
    let index = try TableIndex(
      bytes, rows.start..<rows.end, decoder, rowSize: table.bytes.count / max(1, table.rows), line: rows.line)
    let stored = StoredTableRows(
      file: bytes,
      index: .init(
        groupRows: index.groupRows, starts: index.starts, arePlain: index.arePlain, rows: index.rows,
        longest: index.longest), decoder: decoder.numbersAlone)
    let numbers = StoredNumbers(
      stored, count: index.rows * columns.count, width: columns.count, form: .doubles, window: window)
    let read = NumberColumns(
      columns: columns, slots: dialect.slots, rows: index.rows, texts: index.texts,
      firstRow: head.use.hasHeader ? 1 : 0, firstLine: rows.line)
    let known = head.columns.of(CSVTable(head: table, numbers: read))
    var bad = BadRows()
    return try CSVSource.set(of: known.table, known, options, context, for: .model, &bad, streamed: numbers)
  }
}

extension CSVTable {
  /// The bytes of the first row, with a line break.
  fileprivate var firstRowText: [UInt8] {
    var scanner = CSVScanner(file: file, bytes: bytes, separator: separator)
    var fields: [CSVScanner.Field] = []
    guard (try? scanner.row(&fields)) != nil else { return [] }
    return bytes[..<scanner.position] + [UInt8(ascii: "\n")]
  }
}
