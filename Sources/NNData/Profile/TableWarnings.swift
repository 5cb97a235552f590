import NNCore
import NNText

/// What in a table is likely to lead a training astray.
struct TableWarnings {
  private let reading: FieldReading
  private let profiles: [ColumnProfile]
  private let hasClasses: Bool
  private var columns: CSVColumns { reading.columns }

  init(_ reading: FieldReading, _ profiles: [ColumnProfile], hasClasses: Bool) {
    self.reading = reading
    self.profiles = profiles
    self.hasClasses = hasClasses
  }

  /// All of them, in the order of the columns, those about the answer last.
  var all: [Diagnostic] {
    columns.inputs.compactMap { column in of(column) } + columns.answers.flatMap { answer in ofAnswer(answer) }
  }

  private func of(_ column: Int) -> Diagnostic? {
    let profile = profiles[column]
    switch profile.kind {
    case .rowNumber:
      return warning("row-numbers", column, "\(columns.name(column)) counts the rows, which says nothing of new ones")
    case .constant: return warning("constant-column", column, "\(columns.name(column)) is the same in every row")
    case .empty: return warning("empty-column", column, "\(columns.name(column)) is empty")
    case .text:
      return warning(
        "text-column", column,
        "\(columns.name(column)) has \(profile.distinct) different texts in \(columns.rows.count) rows, too many for categories"
      )
    case .number, .category, .boolean, .date:
      guard givesAway(column) else { return nil }
      return warning(
        "answer-among-inputs", column,
        "\(columns.name(column)) tells the answer of every row; it is hardly known before the answer is",
        remedy: "leave it out with <ignore> unless it is")
    }
  }

  private func ofAnswer(_ column: Int) -> [Diagnostic] {
    let profile = profiles[column]
    guard hasClasses, columns.answers.count == 1, let most = profile.frequent.first else { return [] }
    var result: [Diagnostic] = []
    let share = Double(most.count) / Double(columns.rows.count)
    if share > 0.9 {
      result.append(
        warning(
          "unequal-classes", column,
          "\(significant(100 * share, 3)) % of the rows are '\(most.value.shortened)', so that accuracy says little",
          remedy: "look at the recall of each class"))
    }
    if profile.kind == .text {
      result.append(
        warning(
          "many-classes", column,
          "\(columns.name(column)) has \(profile.distinct) classes in \(columns.rows.count) rows",
          remedy: "name another column as the label if it is not the answer"))
    }
    return result
  }

  /// Whether each value of a column, of which many occur again, stands beside one answer alone.
  private func givesAway(_ column: Int) -> Bool {
    guard columns.answers.count == 1, columns.rows.count >= 20, profiles[columns.answers[0]].distinct > 1,
      5 * profiles[column].distinct <= columns.rows.count
    else { return false }
    var answers: [String?: String] = [:]
    for row in columns.rows {
      let answer = columns.table.text(row, columns.answers[0])
      guard answers.updateValue(answer, forKey: reading.text(row, column)).map({ $0 == answer }) ?? true else {
        return false
      }
    }
    return true
  }

  private func warning(_ code: String, _ column: Int, _ message: String, remedy: String? = nil) -> Diagnostic {
    Diagnostic(
      .warning, code: code, message, remedy: remedy,
      place: SourcePlace(file: columns.table.file, line: 0, column: 0))
  }
}
