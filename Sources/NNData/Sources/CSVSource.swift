import NNCore
import NNFiles

/// Samples from a table of text: a row for each, a column for each number, and columns for the right answer.
public struct CSVSource: DataSource {
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
        "Whether the first row names the columns. auto: it does if a column other than the label is not a number there."
      ),
      .optional(
        "separator", .choice(["auto", "comma", "tab", "semicolon", "space"]), default: .text("auto"),
        "What stands between fields. auto: a tab in .tsv files, or else whichever of the three the first line has most of."
      ),
    ])

  private let path: String
  private let options: Options

  /// How a table is read.
  struct Options: Sendable {
    var label = "last"
    var task = "auto"
    var header = "auto"
    var separator = "auto"
  }

  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    options = Options(
      label: attributes.text("label"), task: attributes.text("task"), header: attributes.text("header"),
      separator: attributes.text("separator"))
  }

  public func read(_ context: SourceContext) throws -> Dataset {
    let file = context.resolve(path)
    return try Self.read(file, FileReading.expandedBytes(file), options, context)
  }

  /// The samples of a table, for evaluation.
  static func samples(
    of file: String, _ bytes: [UInt8], label: String?, _ context: SourceContext
  ) throws -> Dataset {
    var options = Options()
    options.label = label ?? "last"
    return try read(file, bytes, options, context)
  }

  /// The inputs in a table, for prediction.
  static func inputs(
    of file: String, _ bytes: [UInt8], label: String?, _ context: SourceContext
  ) throws -> Dataset {
    // What the label says does not matter here, so any reading of it will do.
    var options = Options()
    options.label = label ?? "none"
    options.task = "classes"
    return try read(file, bytes, options, context)
  }

  /// The samples of a table that is already in memory.
  static func read(_ file: String, _ bytes: [UInt8], _ options: Options, _ context: SourceContext) throws -> Dataset {
    let table = try CSVTable(file: file, bytes: bytes, separator: separator(options, file, bytes))
    let (labels, hasHeader) = try labelColumns(options, table)
    let names = hasHeader ? (0..<table.columns).map { table.text(0, $0) } : []
    let first = hasHeader ? 1 : 0
    guard table.rows > first else {
      throw DiagnosticError(code: "no-samples", file: file, "there is a header, but no row of data")
    }
    let columns = (0..<table.columns).filter { !labels.contains($0) }
    guard let shape = Shape([columns.count]) else {
      throw DiagnosticError(code: "no-inputs", file: file, "every column is a label; there is nothing to learn from")
    }
    let input = DataArray(
      name: "input", form: .values(shape), elements: try numbers(table, first, columns, names, context.isDouble))
    guard !labels.isEmpty else { return try Dataset(inputs: [input], targets: [], file: file) }
    let reader = CSVLabels(table: table, first: first, columns: labels, names: names, context: context)
    let (target, classes) = try reader.read(task: options.task)
    return try Dataset(inputs: [input], targets: [target], classNames: classes, file: file)
  }

  private static func separator(_ options: Options, _ file: String, _ bytes: [UInt8]) -> UInt8 {
    switch options.separator {
    case "comma": return UInt8(ascii: ",")
    case "tab": return UInt8(ascii: "\t")
    case "semicolon": return UInt8(ascii: ";")
    case "space": return UInt8(ascii: " ")
    default:
      let name = file.hasSuffix(".gz") ? String(file.dropLast(3)) : file
      if name.lowercased().hasSuffix(".tsv") { return UInt8(ascii: "\t") }
      let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      func count(_ byte: UInt8) -> Int { line.count { $0 == byte } }
      let candidates = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
      return candidates.max { count($0) < count($1) }.flatMap { count($0) > 0 ? $0 : nil } ?? UInt8(ascii: ",")
    }
  }

  /// The columns that hold labels, from what the attribute says, and whether the first row is a header.
  private static func labelColumns(_ options: Options, _ table: CSVTable) throws -> ([Int], hasHeader: Bool) {
    let whole = options.label.trimmingWhitespace
    let words = whole == "none" ? [] : whole.splitAtWhitespace
    func numbered(_ word: String) -> Int? {
      Int(word).flatMap { (1...table.columns).contains($0) ? $0 - 1 : nil }
    }
    let guess = words.compactMap { $0 == "last" ? table.columns - 1 : numbered($0) }
    let hasHeader = Self.hasHeader(options, table, guess)
    let header = (0..<table.columns).map { table.text(0, $0) }
    guard !words.isEmpty else { return ([], hasHeader) }
    // What stands in the first row is a name if that row is a header, and makes it one if it is no number.
    func named(_ word: String) -> Int? {
      guard let column = header.firstIndex(of: word) else { return nil }
      return hasHeader || (options.header == "auto" && table.number(0, column) == nil) ? column : nil
    }
    if let column = named(whole) { return ([column], true) }
    var columns: [Int] = []
    var isNamed = hasHeader
    for word in words {
      if let column = named(word) {
        columns.append(column)
        isNamed = true
      } else if word == "last" {
        columns.append(table.columns - 1)
      } else if let column = numbered(word) {
        columns.append(column)
      } else {
        let near = nearestName(to: word, among: header)
        throw DiagnosticError(
          code: "unknown-column",
          "there is no column '\(word.shortened)'; the columns are "
            + header.joined(separator: ", ").shortened,
          remedy: near.map { "did you mean '\($0)'?" } ?? "give a name, a number from 1 to \(table.columns), or last",
          place: SourcePlace(file: table.file, line: 1, column: 1))
      }
    }
    return (columns, isNamed)
  }

  private static func hasHeader(_ options: Options, _ table: CSVTable, _ labels: [Int]) -> Bool {
    if options.header != "auto" { return options.header == "true" }
    return (0..<table.columns).contains { column in
      // A text label in the first row is data; a text above numbers is a name.
      if labels.contains(column) {
        return table.rows > 1 && table.number(0, column) == nil && table.number(1, column) != nil
      }
      // A gap is no name.
      return table.number(0, column) == nil && !table.text(0, column).isEmpty
    }
  }

  private static func numbers(
    _ table: CSVTable, _ first: Int, _ columns: [Int], _ names: [String], _ isDouble: Bool
  ) throws -> DataArray.Elements {
    var floats: [Float] = []
    var doubles: [Double] = []
    let count = (table.rows - first) * columns.count
    if isDouble { doubles.reserveCapacity(count) } else { floats.reserveCapacity(count) }
    for row in first..<table.rows {
      for column in columns {
        guard let value = table.number(row, column) else { throw notANumber(table, row, column, names) }
        guard isDouble || Float(value).isFinite else { throw tooLarge(table, row, column) }
        if isDouble { doubles.append(value) } else { floats.append(Float(value)) }
      }
    }
    return isDouble ? .doubles(doubles) : .floats(floats)
  }

  static func tooLarge(_ table: CSVTable, _ row: Int, _ column: Int) -> DiagnosticError {
    table.error(
      row: row, column: column, "number-too-large",
      "\(table.text(row, column).shortened) is too large for single precision",
      remedy: "scale the column, or use double precision")
  }

  static func notANumber(_ table: CSVTable, _ row: Int, _ column: Int, _ names: [String]) -> DiagnosticError {
    let text = table.text(row, column)
    let name = names.isEmpty ? "column \(column + 1)" : "column '\(names[column].shortened)'"
    return table.error(
      row: row, column: column, "not-a-number",
      text.isEmpty ? "\(name) is empty here" : "'\(text.shortened)' in \(name) is not a number",
      remedy: text.isEmpty ? "fill the gap or leave the row out" : "numbers are finite and have a decimal point")
  }
}
