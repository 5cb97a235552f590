import NNCore
import NNFiles
import NNKernels
import NNText

/// What a table seems to hold, column by column, and what is worth a warning about it.
package struct TableProfile: Sendable {
  /// The file.
  package let file: String
  /// The rows of data.
  package let rows: Int
  /// Whether the first row names the columns.
  package let hasHeader: Bool
  /// All columns, in order.
  package let columns: [ColumnProfile]
  /// The positions of the columns with the right answers.
  package let answers: [Int]
  /// Whether the answers are classes rather than numbers.
  package let hasClasses: Bool
  /// What is worth a warning.
  package let warnings: [Diagnostic]

  /// The columns that are not answers.
  package var inputs: [ColumnProfile] { columns.indices.filter { !answers.contains($0) }.map { columns[$0] } }
  /// The columns with the right answers.
  package var answerColumns: [ColumnProfile] { answers.map { columns[$0] } }

  /// Looks at a table.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - label: the columns of the right answers: names, numbers from 1, `last` or `none`.
  ///   - workers: the threads that share the columns.
  /// - Throws: a `DiagnosticError`: the file is missing, or is no table.
  package init(path: String, label: String, workers: WorkerPool? = nil) throws {
    try self.init(file: path, text: FileReading.expandedBytes(path), label: label, workers: workers)
  }

  /// Looks at the table in a text.
  init(file path: String, text: [UInt8], label: String, workers: WorkerPool? = nil) throws {
    file = path
    let options = CSVSource.Options(label: label)
    var bad = BadRows()
    let table = try CSVSource.table(path, text, options, nil, bad: &bad, workers: workers)
    let columns = try CSVColumns(table, label: label, header: "auto", allowsWords: true)
    guard !columns.rows.isEmpty else {
      throw DiagnosticError(code: "no-samples", file: path, "there is a header, but no row of data")
    }
    let reading = FieldReading(columns: columns, gaps: DeclaredColumns.usualGaps)
    rows = columns.rows.count
    hasHeader = columns.hasHeader
    answers = columns.answers
    let profiles = [ColumnProfile](unsafeUninitializedCapacity: table.columns) { target, count in
      let target = UncheckedTransfer(target)
      inRanges(table.columns, grain: 1, workers) { columns in
        for column in columns { target.value.initializeElement(at: column, to: ColumnProfile(column, reading)) }
      }
      count = table.columns
    }
    self.columns = profiles
    hasClasses = columns.answers.count == 1 && Self.areClasses(profiles[columns.answers[0]])
    warnings = TableWarnings(reading, profiles, hasClasses: hasClasses).all
  }

  /// The most whole numbers that are taken for classes.
  private static let mostNumberedClasses = 20

  private static func areClasses(_ answer: ColumnProfile) -> Bool {
    switch answer.kind {
    case .category, .boolean, .text: true
    case .number:
      answer.isWhole && answer.distinct <= mostNumberedClasses && answer.range?.lowerBound == 0
        && answer.range?.upperBound == Double(answer.distinct - 1)
    default: false
    }
  }
}
