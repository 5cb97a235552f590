import NNCore
import NNKernels

/// From the bytes of a table to columns whose use is known.
extension CSVSource {
  /// How a table must be written because the training set's was; nil if that is open.
  static func dialect(_ context: SourceContext, _ purpose: Purpose) -> TableRecord? {
    // Texts in files have no dialect that a table could share.
    purpose == .model || context.record?.table?.texts != nil ? nil : context.record?.table
  }

  /// What the columns of a table are used for.
  static func resolved(
    _ table: CSVTable, _ options: Options, _ context: SourceContext, for purpose: Purpose, _ bad: BadRows
  ) throws -> CSVColumns {
    let record = context.record?.table
    var columns = try columns(table, options, record, purpose, context)
    try requireRows(columns, bad)
    guard !columns.rows.isEmpty else {
      throw DiagnosticError(code: "no-samples", file: table.file, "there is a header, but no row of data")
    }
    try columns.takeWeight(named: options.weight, record: purpose == .evaluation ? record : nil)
    try columns.takeGroups(options, record, context.columns)
    guard !columns.inputs.isEmpty else { throw noInputs(table) }
    return columns
  }

  /// The fields of a table, in the training set's dialect if that is known.
  ///
  /// - Parameters:
  ///   - declared: what `<columns>` says of it.
  ///   - bad: what becomes of rows with too few or too many fields.
  static func table(
    _ file: String, _ bytes: [UInt8], _ options: Options, _ record: TableRecord?, declared: DeclaredColumns? = nil,
    bad: inout BadRows, workers: WorkerPool? = nil
  ) throws -> CSVTable {
    let text = try (record?.encoding ?? options.encoding).utf8(bytes, file: file)
    let guess = CSVSeparatorGuess(file: file, text: text)
    guard let record else {
      let separator = try TableRecord.Separator(rawValue: options.separator) ?? guess.separator()
      var table = try CSVTable(file: file, text: text, separator: separator, bad: &bad, workers: workers)
      table.thousandsMark = options.thousands
      let answers = CSVLabelColumns(table, label: options.label ?? "last", header: "auto").presumed
      let names = table.firstRow
      let words = names.indices.filter {
        names[$0] == options.group || String($0 + 1) == options.group
          || declared?.holdsWords(names[$0], $0 + 1) ?? false || options.task == "classes" && answers.contains($0)
      }
      table.decimalMark = try table.guessedDecimalMark(answers: answers, words: words)
      return table
    }
    let separator = CSVSeparatorGuess.byName(file) ?? record.separator
    func wrongSeparator(_ found: TableRecord.Separator) -> DiagnosticError {
      DiagnosticError(
        code: "wrong-separator", file: file,
        "\(found.words) separate the fields, but \(separator.words) those of the training set",
        remedy: "save it with \(separator.words) between the fields")
    }
    do {
      var table = try CSVTable(file: file, text: text, separator: separator, bad: &bad, workers: workers)
      // A net of one column reads tables of one column.
      let isWhole =
        record.inputs.count == 1
        && (record.inputNames.map { $0 == table.firstRow } ?? (table.number(0, 0, record.decimalMark) != nil))
      if table.columns == 1, !isWhole, let found = guess.evident { throw wrongSeparator(found) }
      table.decimalMark = record.decimalMark
      table.thousandsMark = record.thousands
      return table
    } catch {
      guard let found = guess.evident, found != separator else { throw error }
      throw wrongSeparator(found)
    }
  }

  private static func columns(
    _ table: CSVTable, _ options: Options, _ record: TableRecord?, _ purpose: Purpose,
    _ context: SourceContext
  ) throws -> CSVColumns {
    if let record {
      let match = CSVMatch(
        table: table, record: record, label: options.label, needsAnswers: purpose != .prediction)
      return purpose == .model ? try match.columns(header: options.header) : try match.columns()
    }
    let label = options.label ?? (purpose == .prediction ? "none" : "last")
    let skipped = purpose == .prediction ? CSVLabelColumns(table, label: label, header: "auto").numbered : []
    try table.checkLastColumn(of: (0..<table.columns).filter { !skipped.contains($0) })
    let order = options.order == "file" ? nil : options.order
    let others = [options.weight, options.group, order].compactMap(\.self) + context.splitColumns
    return try CSVColumns(
      table, label: label, others: others, header: options.header, allowsWords: context.columns != nil)
  }

  /// What to say where all columns are labels.
  static func noInputs(_ table: CSVTable) -> DiagnosticError {
    let guess = CSVSeparatorGuess(file: table.file, text: table.bytes)
    return DiagnosticError(
      code: "no-inputs", file: table.file, "every column is a label; there is nothing to learn from",
      remedy: table.columns == 1 && guess.looksSeparatedByBlanks
        ? "say separator=\"space\" if blanks separate the fields" : nil)
  }
}
