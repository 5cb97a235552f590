import NNCore
import NNText

/// Which columns of a table are read.
struct CSVColumns {
  let table: CSVTable
  /// Whether the first row names the columns.
  var hasHeader: Bool
  /// The columns that become the input, in the order of its elements.
  var inputs: [Int]
  /// The columns with the right answers, in the order of the target's elements.
  var answers: [Int]
  /// Columns that are no inputs because splits depend on them, or that hold weights.
  var unread: [Int] = []
  /// The column with the samples' weights.
  var weight: Int?
  /// Which columns put rows together into samples; nil if each row is one.
  var groups: TableGroups?
  /// The columns that are neither.
  var ignored: [Int] = []

  /// The rows of data that are read.
  var rows: [Int] = []

  /// The first row of data.
  private var first: Int { hasHeader ? 1 : 0 }

  /// The names of the columns; nil without a header.
  var names: [String]? { hasHeader ? table.firstRow : nil }

  /// A column's name, or its number from 1 without a header.
  func plainName(_ column: Int) -> String { hasHeader ? table.text(0, column) : String(column + 1) }

  /// A column as messages name it.
  func name(_ column: Int) -> String {
    hasHeader ? "column '\(table.text(0, column).shortened)'" : "column \(column + 1)"
  }

  /// The position of the column that attributes name, by its name or by its number from 1; nil if there is none.
  func position(_ name: String) -> Int? { Self.position(name, names: names, count: table.columns) }

  /// The position of a column among `count`; `names` is nil if they have none.
  static func position(_ name: String, names: [String]?, count: Int) -> Int? {
    names?.firstIndex(of: name) ?? Int(name).flatMap { (1...max(1, count)).contains($0) ? $0 - 1 : nil }
  }

  /// The columns of a table of which nothing is known but what is asked for: the answers are those that the label names,
  /// the inputs all others.
  ///
  /// - Parameters:
  ///   - label: names, numbers from 1 or `last`, or `none`.
  ///   - others: names, or numbers from 1, of columns that are something else.
  ///   - header: `true`, `false`, or `auto` to find out.
  ///   - allowsWords: whether inputs may hold words, as where a model has <columns>.
  init(
    _ table: CSVTable, label: String, others: [String] = [], header: String, allowsWords: Bool = false
  ) throws {
    self.table = table
    (answers, hasHeader) = try CSVLabelColumns(
      table, label: label, others: others, header: header, allowsWords: allowsWords
    ).find()
    inputs = []
    if let names { try Self.checkNames(names, table) }
    let answers = Set(answers)
    inputs = (0..<table.columns).filter { !answers.contains($0) }
    rows = Array(first..<max(first, table.rows))
  }

  /// Columns that are known already.
  init(_ table: CSVTable, hasHeader: Bool, inputs: [Int], answers: [Int]) {
    self.table = table
    self.hasHeader = hasHeader
    self.inputs = inputs
    self.answers = answers
    let read = Set(inputs + answers)
    ignored = (0..<table.columns).filter { !read.contains($0) }
    rows = Array(first..<max(first, table.rows))
  }

  /// Throws a `DiagnosticError` when two columns have the same name: one may well be a copy of the answer.
  static func checkNames(_ names: [String], _ table: CSVTable) throws(DiagnosticError) {
    var seen: [String: Int] = [:]
    for (column, name) in names.enumerated() {
      if let before = seen.updateValue(column, forKey: name) {
        throw table.error(
          row: 0, column: column, "duplicate-column",
          name.isEmpty
            ? "columns \(before + 1) and \(column + 1) have no names"
            : "columns \(before + 1) and \(column + 1) are both called '\(name.shortened)'",
          remedy: "give each a name of its own, or leave one out")
      }
    }
  }

  /// The same columns of a table with more rows.
  func of(_ table: CSVTable) -> CSVColumns {
    var result = CSVColumns(table, hasHeader: hasHeader, inputs: inputs, answers: answers)
    (result.unread, result.weight, result.groups, result.ignored) = (unread, weight, groups, ignored)
    return result
  }

  /// How the table was read, with answers of the given form.
  func record(target: TargetForm?) -> TableRecord {
    var task: TableRecord.Task?
    if let target { if case .classes = target { task = .classes } else { task = .values } }
    var record = TableRecord(
      separator: table.separator, decimalMark: table.decimalMark, names: names, columns: table.columns,
      answers: task == nil ? [] : answers, task: task)
    record.unread = unread
    (record.weight, record.groups) = (weight, groups)
    return record
  }

  /// A number of the table. Throws a `DiagnosticError` when the field holds something else, or more than a single can.
  func number(_ row: Int, _ column: Int, isDouble: Bool) throws(DiagnosticError) -> Double {
    guard let value = table.number(row, column) else { throw notANumber(row, column) }
    guard isDouble || Float(value).isFinite else {
      throw table.error(
        row: row, column: column, "number-too-large",
        "\(table.text(row, column).shortened) is too large for single precision",
        remedy: "scale the column, or use double precision")
    }
    return value
  }

  private func notANumber(_ row: Int, _ column: Int) -> DiagnosticError {
    let text = table.text(row, column)
    let hasOtherMark = table.number(row, column, table.decimalMark == .point ? .comma : .point) != nil
    let remedy =
      text.isEmpty
      ? "fill the gap or leave the row out"
      : "numbers are finite and have a decimal \(table.decimalMark)" + (hasOtherMark ? " in this table" : "")
    return table.error(
      row: row, column: column, "not-a-number",
      text.isEmpty ? "\(name(column)) is empty here" : "'\(text.shortened)' in \(name(column)) is not a number",
      remedy: remedy)
  }
}

extension CSVTable {
  /// Throws a `DiagnosticError` when the last one of the given columns is blank in every row.
  func checkLastColumn(of columns: [Int]) throws(DiagnosticError) {
    let last = self.columns - 1
    guard last > 0, columns.contains(last), (0..<rows).allSatisfy({ isBlank($0, last) }) else { return }
    throw error(
      row: 0, column: last, "trailing-separator",
      "every row ends with a separator, which makes a last column without anything in it",
      remedy: "remove what stands at the end of the rows")
  }
}
