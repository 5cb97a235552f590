import NNCore
import NNFiles
import NNKernels

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
        "weight", .text,
        "The column of the samples' weights: its name, or its number from 1. Losses and metrics count each sample so often."
      ),
      .optional(
        "group", .text,
        "The column that tells sequences apart, by name or number: the rows of a group are the steps of one sample."),
      .optional(
        "order", .text,
        "The column by which the rows of a group are put in order, a number or a date; file, as by default, if they stand in "
          + "it."),
      .optional(
        "each", .choice(["group", "step"]),
        "Whether a group has one right answer, the same in all its rows, or each step its own; group unless given."),
      .optional(
        "length", .integer(1...(1 << 24)),
        "The most steps of a group, for an input with shape=\"columns\"; those of the longest one unless given."),
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
      .optional(
        "encoding", .choice(TextEncoding.allCases.map(\.rawValue)), default: .text("auto"),
        "How the text is encoded. auto: UTF-16 if a byte order mark says so, otherwise UTF-8."),
      .optional(
        "thousands", .choice(ThousandsMark.allCases.map(\.rawValue)), default: .text("none"),
        "What stands between groups of three digits, as in 1,234,567."),
    ] + Streaming.attributes("They are numbers, the text is UTF-8 and not compressed, and no columns are declared."))

  private let path: String
  private let options: Options
  private let streaming: Streaming?

  /// What is said about a table.
  struct Options: Sendable {
    /// The columns of the right answers; those of the training set, or the last one, unless given.
    var label: String?
    var weight: String?
    var group: String?
    var order: String?
    var each: String?
    var length: Int?
    var task = "auto"
    var header = "auto"
    var separator = "auto"
    var encoding = TextEncoding.auto
    var thousands = ThousandsMark.none
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
    func given(_ name: String) -> String? { attributes.has(name) ? attributes.text(name) : nil }
    var options = Options(
      label: attributes.given.contains("label") ? attributes.text("label") : nil,
      weight: given("weight"), task: attributes.text("task"),
      header: attributes.text("header"), separator: attributes.text("separator"),
      encoding: TextEncoding(rawValue: attributes.text("encoding")) ?? .auto,
      thousands: ThousandsMark(rawValue: attributes.text("thousands")) ?? .none)
    (options.group, options.order, options.each) = (given("group"), given("order"), given("each"))
    options.length = attributes.has("length") ? attributes.integer("length") : nil
    self.options = options
    streaming = try Streaming(attributes, "csv")
    for name in ["order", "each", "length"] where attributes.has(name) && options.group == nil {
      throw ElementError(
        code: "missing-attribute", "<csv> has \(name), which says something of groups, but no group",
        remedy: "name the column that tells sequences apart in group", attribute: name)
    }
  }

  /// Reads the samples of the files that its attributes name. Throws a `DiagnosticError` with file and line.
  public func read(_ context: SourceContext) throws -> Dataset {
    let file = context.resolve(path)
    if let streaming {
      return try TableStreaming(file: file, options: options, context: context, window: streaming.window).set()
    }
    return try Self.read(file, .open(file), options, context)
  }

  /// A table is whatever nothing else is: text begins as it likes.
  static func matches(_ file: SampleFile) -> Bool { false }

  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    try read(
      file.name, file.takeTable(), Options(label: request.label), request.context,
      for: request.hasTargets ? .evaluation : .prediction)
  }

  /// The samples of a table that is already in memory.
  static func read(
    _ file: String, _ bytes: [UInt8], _ options: Options, _ context: SourceContext,
    for purpose: Purpose = .model
  ) throws -> Dataset {
    try read(file, .memory(bytes), options, context, for: purpose)
  }

  /// The samples of a table: in blocks where that is possible, or else field by field, which also finds what is wrong.
  static func read(
    _ file: String, _ bytes: TableBytes, _ options: Options, _ context: SourceContext, for purpose: Purpose = .model
  ) throws -> Dataset {
    let reading = BlockReading(file: file, bytes: bytes, options: options, context: context, purpose: purpose)
    if let set = reading.set() { return set }
    var bad = BadRows(areLeftOut: context.skipsBadRows)
    let table = try table(
      file, bytes.all(), options, dialect(context, purpose), declared: context.columns, bad: &bad,
      workers: context.workers)
    return try set(
      of: table, resolved(table, options, context, for: purpose, bad), options, context, for: purpose, &bad)
  }

  /// The samples of a table whose columns are known.
  ///
  /// - Parameter streamed: the numbers of the inputs where they stay in the file.
  static func set(
    of table: CSVTable, _ known: CSVColumns, _ options: Options, _ context: SourceContext, for purpose: Purpose,
    _ bad: inout BadRows, streamed: StoredNumbers? = nil
  ) throws -> Dataset {
    let record = context.record?.table
    var columns = known
    var content = Content()
    if let features = record?.features, purpose != .model {
      content = try encoded(&columns, features, record, context, for: purpose, bad: &bad)
    } else if let declared = context.columns {
      content = try declaredTable(&columns, declared, record)
    } else {
      if record == nil { try leaveOut(context.splitColumns, &columns) }
      let elements: DataArray.Elements =
        try streamed.map { .stored($0) }
        ?? .doubles(numbers(&columns, context.isDouble, bad: &bad, workers: context.workers))
      content.inputs = [
        DataArray(name: "input", form: .values(Shape(streamed?.width ?? columns.inputs.count)), elements: elements)
      ]
    }
    content.skipped = bad.problems
    let set = try set(columns, content, options, context, for: purpose)
    return try LongTable(columns, context, for: purpose)?.gathered(set) ?? set
  }

  /// Takes columns on which splits depend out of the inputs. Throws a `DiagnosticError` if nothing is left.
  private static func leaveOut(_ names: [String], _ columns: inout CSVColumns) throws {
    let left = columns.inputs.filter { names.contains(columns.plainName($0)) }
    columns.inputs.removeAll(where: left.contains)
    columns.unread += left
    guard !columns.inputs.isEmpty else { throw noInputs(columns.table) }
  }

  /// What a table holds besides the right answers.
  private struct Content {
    var inputs: [DataArray] = []
    var table: RawTable?
    /// How it was read, where columns are declared.
    var features: [TableFeature]?
    var gaps: [String]?
    /// What may be forecast, where windows are cut.
    var numbers: SeriesNumbers?
    /// The positions of the columns that predictions carry.
    var kept: [Int] = []
    var skipped: [Diagnostic] = []
    var warnings: [Diagnostic] = []
  }

  /// The inputs of a table that comes later, by what training has learned of its columns. Where answers are judged, rows
  /// with gaps in columns that drop them are left out, as in training.
  private static func encoded(
    _ columns: inout CSVColumns, _ features: [TableFeature], _ record: TableRecord?, _ context: SourceContext,
    for purpose: Purpose, bad: inout BadRows
  ) throws -> Content {
    var content = Content()
    let gaps = Set(record?.gaps ?? [])
    if purpose == .evaluation {
      let dropped = zip(columns.inputs, features).filter { $0.1.dropsGaps }
      try dropGaps(&columns, dropped.map { ($0.0, $0.1.encoding?.reading ?? .text) }, gaps)
    }
    let reading = FieldReading(columns: columns, gaps: gaps)
    let result = try reading.encoded(features, isDouble: context.isDouble, bad: &bad, workers: context.workers)
    content.inputs = result.inputs
    if purpose == .evaluation, context.record?.windows != nil {
      var seen = columns
      seen.rows = result.rows
      content.numbers = try FieldReading(columns: seen, gaps: gaps).numbers(features)
    }
    content.warnings = result.warnings
    columns.rows = result.rows
    try requireRows(columns, bad)
    let positions = Dictionary(
      zip(columns.names ?? [], 0...), uniquingKeysWith: { first, _ in first })
    content.kept = (record?.kept ?? []).compactMap { place in
      record?.names.map { positions[$0[place]] } ?? (place < columns.table.columns ? place : nil)
    }
    return content
  }

  /// A table whose columns are declared and of which nothing has been learned yet. Rows with gaps in columns that drop
  /// them are left out.
  private static func declaredTable(
    _ columns: inout CSVColumns, _ declared: DeclaredColumns, _ record: TableRecord?
  ) throws -> Content {
    var content = Content()
    let names: [String]
    if let record, let features = record.features {
      (content.features, content.kept) = (features, [])
      let trained = record.names
      names = features.map { trained?[$0.position] ?? String($0.position + 1) }
    } else {
      let found = try declared.features(of: columns)
      (content.features, content.kept) = (found.features, found.kept)
      names = found.features.map { columns.plainName($0.position) }
      let read = Set(found.features.map(\.position))
      columns.ignored = columns.inputs.filter { !read.contains($0) }
      columns.inputs = found.features.map(\.position)
    }
    content.gaps = declared.gaps.sorted()
    let elements = names.map(declared.element)
    let dropped = zip(columns.inputs, elements).filter { $0.1.dropsGaps }.map { ($0.0, $0.1.reading) }
    try dropGaps(&columns, dropped, declared.gaps)
    content.table = try FieldReading(columns: columns, gaps: declared.gaps).table(elements.map(\.reading), names: names)
    return content
  }

  private static func set(
    _ columns: CSVColumns, _ content: Content, _ options: Options, _ context: SourceContext, for purpose: Purpose
  ) throws -> Dataset {
    let file = columns.table.file
    var targets: [DataArray] = []
    var classes: [String]?
    if !columns.answers.isEmpty, purpose != .prediction {
      let known = try context.record?.table?.task ?? context.columns?.task(of: columns)
      let task = options.task == "auto" ? known?.rawValue ?? "auto" : options.task
      let (target, names) = try CSVLabels(columns: columns, context: context).read(task: task)
      (targets, classes) = ([target], names)
    }
    var set = try Dataset(
      inputs: content.inputs, targets: targets, classNames: classes, table: content.table, file: file)
    if let weights = try columns.weights() { try set.weigh(by: weights) }
    if purpose == .model {
      var record = columns.record(target: set.targets.first?.form)
      (record.encoding, record.thousands) = (options.encoding, options.thousands)
      (record.features, record.gaps, record.kept) = (content.features, content.gaps, content.kept)
      set.record = SourceRecord(.table(record))
    }
    if context.columns == nil, case .values? = set.targets.first?.form {
      set.answerScales = context.record?.table?.answerScales
    }
    set.ignoredColumns = columns.ignored.map(columns.plainName)
    set.keptColumns = content.kept.map { column in
      KeptColumn(name: columns.plainName(column), texts: columns.rows.map { columns.table.text($0, column) })
    }
    (set.skipped, set.seriesNumbers) = (content.skipped, content.numbers)
    set.warnings = content.warnings
    for name in context.splitColumns {
      guard let column = (0..<columns.table.columns).first(where: { columns.plainName($0) == name }) else { continue }
      set.splitColumns[name] = columns.rows.map { columns.table.text($0, column) }
    }
    return set
  }
}
