import NNCore
import NNFiles

/// Samples from a table of text: a row for each, a column for each number, and columns for the right answer.
public struct CSVSource: SampleFormat {
  /// The declaration of `<csv>`.
  public static let schema = ElementSchema(
    .source, "csv",
    summary: "Samples from a table of text: csv, tsv, with or without a header, also compressed with gzip.",
    reference: "RFC 4180", example: #"<csv role="train" path="train.csv.gz" label="last"/>"#,
    attributes: [
      .required("path", .path, "The file; .gz is read transparently."),
      .optional(
        "label", .text, default: .text("last"),
        "The column of the right answer: its name, its number from 1, last, or none; several for several numbers."),
      .optional(
        "task", .choice(["auto", "classes", "values"]), default: .text("auto"),
        "Whether the label is a class or a number. auto: a class if the model names classes, if it is text, or if it "
          + "takes at most 20 whole values from 0 upwards."),
      .optional(
        "header", .choice(["auto", "true", "false"]), default: .text("auto"),
        "Whether the first row names the columns. auto: it does if it holds words and no numbers, the label aside, or "
          + "counts the columns from 0; a row with words and numbers is an error."),
      .optional(
        "separator", .choice(["auto", "comma", "tab", "semicolon", "space"]), default: .text("auto"),
        "What stands between fields; space is any run of blanks. auto: a tab in .tsv files, or else the one of comma, tab "
          + "and semicolon that gives rows of equal length. Where it is no comma, numbers may have decimal commas."),
    ])

  private let path: String
  private let options: Options

  /// What is said about a table.
  struct Options: Sendable {
    /// The columns of the right answers; those of the training set, or the last one, unless given.
    var label: String?
    var task = "auto"
    var header = "auto"
    var separator = "auto"
  }

  /// What a table is read for.
  enum Purpose {
    /// The sets of a model: the training set, or one that is read like it.
    case model
    /// Labelled samples that come later.
    case evaluation
    /// Inputs alone.
    case prediction
  }

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    options = Options(
      label: attributes.given.contains("label") ? attributes.text("label") : nil, task: attributes.text("task"),
      header: attributes.text("header"), separator: attributes.text("separator"))
  }

  /// Reads the samples of the files that its attributes name. Throws a `DiagnosticError` with file and line.
  public func read(_ context: SourceContext) throws -> Dataset {
    let file = context.resolve(path)
    return try Self.read(file, FileReading.expandedBytes(file), options, context)
  }

  /// A table is whatever nothing else is: text begins as it likes.
  static func matches(_ file: SampleFile) -> Bool { false }

  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    try read(
      file.name, file.takeBytes(), Options(label: request.label), request.context,
      for: request.hasTargets ? .evaluation : .prediction)
  }

  /// The samples of a table that is already in memory.
  static func read(
    _ file: String, _ bytes: [UInt8], _ options: Options, _ context: SourceContext,
    for purpose: Purpose = .model
  ) throws -> Dataset {
    let record = context.record?.table
    let table = try table(file, bytes, options, purpose == .model ? nil : record)
    let columns = try columns(table, options, record, purpose)
    guard table.rows > columns.first else {
      throw DiagnosticError(code: "no-samples", file: file, "there is a header, but no row of data")
    }
    guard let shape = Shape([columns.inputs.count]) else {
      throw noInputs(table)
    }
    let input = DataArray(
      name: "input", form: .values(shape), elements: .doubles(try numbers(columns, context.isDouble)))
    var set: Dataset
    if columns.answers.isEmpty || purpose == .prediction {
      set = try Dataset(inputs: [input], targets: [], file: file)
    } else {
      let task = options.task == "auto" ? record?.task?.rawValue ?? "auto" : options.task
      let (target, classes) = try CSVLabels(columns: columns, context: context).read(task: task)
      set = try Dataset(inputs: [input], targets: [target], classNames: classes, file: file)
    }
    if purpose == .model { set.record = SourceRecord(.table(columns.record(target: set.targets.first?.form))) }
    set.ignoredColumns = columns.ignored.map { columns.names?[$0] ?? String($0 + 1) }
    return set
  }

  /// The fields of a table, in the training set's dialect if that is known.
  private static func table(
    _ file: String, _ bytes: [UInt8], _ options: Options, _ record: TableRecord?
  ) throws -> CSVTable {
    let text = try CSVTable.text(bytes, file: file)
    let guess = CSVSeparatorGuess(file: file, text: text)
    guard let record else {
      let separator = try TableRecord.Separator(rawValue: options.separator) ?? guess.separator()
      var table = try CSVTable(file: file, text: text, separator: separator)
      let answers = CSVLabelColumns(table, label: options.label ?? "last", header: "auto").numbered
      table.decimalMark = try table.guessedDecimalMark(answers: answers)
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
      var table = try CSVTable(file: file, text: text, separator: separator)
      if table.columns == 1, let found = guess.evident { throw wrongSeparator(found) }
      table.decimalMark = record.decimalMark
      return table
    } catch {
      guard let found = guess.evident, found != separator else { throw error }
      throw wrongSeparator(found)
    }
  }

  private static func columns(
    _ table: CSVTable, _ options: Options, _ record: TableRecord?, _ purpose: Purpose
  ) throws -> CSVColumns {
    if let record {
      let match = CSVMatch(
        table: table, record: record, label: options.label, needsAnswers: purpose != .prediction)
      return purpose == .model ? try match.columns(header: options.header) : try match.columns()
    }
    let label = options.label ?? (purpose == .prediction ? "none" : "last")
    let skipped = purpose == .prediction ? CSVLabelColumns(table, label: label, header: "auto").numbered : []
    try table.checkLastColumn(of: (0..<table.columns).filter { !skipped.contains($0) })
    return try CSVColumns(table, label: label, header: options.header)
  }

  private static func noInputs(_ table: CSVTable) -> DiagnosticError {
    let guess = CSVSeparatorGuess(file: table.file, text: table.bytes)
    return DiagnosticError(
      code: "no-inputs", file: table.file, "every column is a label; there is nothing to learn from",
      remedy: table.columns == 1 && guess.looksSeparatedByBlanks
        ? "say separator=\"space\" if blanks separate the fields" : nil)
  }

  private static func numbers(_ columns: CSVColumns, _ isDouble: Bool) throws -> [Double] {
    let table = columns.table
    var numbers: [Double] = []
    numbers.reserveCapacity((table.rows - columns.first) * columns.inputs.count)
    for row in columns.first..<table.rows {
      for column in columns.inputs { numbers.append(try columns.number(row, column, isDouble: isDouble)) }
    }
    return numbers
  }
}
