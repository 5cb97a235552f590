import NNCore
import NNText

/// The columns of a table with the right answers, read as classes or as numbers.
struct CSVLabels {
  private let source: CSVColumns
  private let table: CSVTable
  private let columns: [Int]
  private let rows: [Int]
  private let context: SourceContext

  init(columns: CSVColumns, context: SourceContext) {
    source = columns
    table = columns.table
    rows = columns.rows
    self.columns = columns.answers
    self.context = context
  }

  /// The most whole numbers that are taken for classes without being told.
  private static let mostGuessedClasses = 20

  /// The labels and, for classes, their names.
  func read(task: String) throws -> (DataArray, [String]?) {
    if try isAboutClasses(task) {
      guard columns.count == 1 else {
        throw DiagnosticError(
          code: "several-labels", file: table.file, "classes stand in one column, but label names \(columns.count)",
          remedy: "name one column, or say task=\"values\"")
      }
      return try readClasses()
    }
    var values: [Double] = []
    values.reserveCapacity(rows.count * columns.count)
    for row in rows {
      for column in columns {
        values.append(try source.number(row, column, isDouble: context.isDouble))
      }
    }
    // Declared answers keep all their places until they are scaled.
    let elements: DataArray.Elements =
      context.isDouble || context.columns != nil || scales != nil ? .doubles(values) : .floats(values.map { Float($0) })
    let array = DataArray(name: "label", form: .values(Shape(columns.count)), elements: elements)
    return (scales.map { array.scaled($0, isDouble: context.isDouble) } ?? array, nil)
  }

  /// How training has scaled the answers, where that is known.
  private var scales: [NumberEncoding]? { context.columns == nil ? context.record?.table?.answerScales : nil }

  private func isAboutClasses(_ task: String) throws -> Bool {
    switch task {
    case "classes": return true
    case "values": return false
    default:
      if case .values? = context.labelForm { return false }
      if context.labelForm != nil || context.classes != nil { return true }
      return columns.count == 1 ? try looksLikeClasses(columns[0]) : false
    }
  }

  /// Whether a column holds words, or few whole numbers from 0 upwards. Throws a `DiagnosticError` for a word among
  /// numbers that can hardly be a class.
  private func looksLikeClasses(_ column: Int) throws -> Bool {
    var words: [Int] = []
    var seen: Set<Double> = []
    var hasFractions = false
    for row in rows {
      guard let value = table.number(row, column) else {
        words.append(row)
        continue
      }
      if let label = Int(exactly: value), context.ignoredLabels.contains(label) { continue }
      if value != value.rounded() { hasFractions = true }
      if seen.count <= Self.mostGuessedClasses { seen.insert(value) }
    }
    guard !words.isEmpty else {
      return seen.count <= Self.mostGuessedClasses && seen.min() == 0 && !hasFractions
        && seen.max() == Double(seen.count - 1)
    }
    let stray =
      seen.isEmpty
      ? nil : words.first { hasFractions || !table.text($0, column).contains { $0.isLetter || $0.isNumber } }
    if let stray, !table.isBlank(stray, column) {
      throw table.error(
        row: stray, column: column, "not-a-number",
        "the label '\(table.text(stray, column).shortened)' is not a number, but others are",
        remedy: "mend it or leave the row out; or say task=\"classes\" if it is a class")
    }
    return true
  }

  private func readClasses() throws -> (DataArray, [String]?) {
    let column = columns[0]
    let texts = try rows.map { row in
      let text = table.text(row, column)
      guard !text.isEmpty else {
        throw table.error(
          row: row, column: column, "missing-label", "the label is empty here",
          remedy: "fill the gap or leave the row out")
      }
      return table.wholeNumber(row, column, text) ?? text
    }
    func ignored(_ text: String) -> Int? { Int(text).flatMap { context.ignoredLabels.contains($0) ? $0 : nil } }
    let classes =
      context.classes ?? numberedClasses ?? sortedNames(Set(texts).filter { ignored($0) == nil })
    guard classes.count <= 1 << 24 else {
      throw DiagnosticError(code: "too-many-classes", file: table.file, "there are more than \(1 << 24) classes")
    }
    let numbers = Dictionary(zip(classes, 0...), uniquingKeysWith: { first, _ in first })
    // Classes that are named in words may be numbered in the file.
    let acceptsNumbers = context.classes != nil && !classes.contains { Int($0) != nil }
    var labels: [Int32] = []
    labels.reserveCapacity(texts.count)
    for (index, text) in texts.enumerated() {
      if let number = numbers[text] {
        labels.append(Int32(number))
      } else if acceptsNumbers, let number = Int(text), classes.indices.contains(number) {
        labels.append(Int32(number))
      } else if let label = ignored(text) {
        labels.append(Int32(label))
      } else {
        throw unknownClass(text, classes, row: rows[index])
      }
    }
    let form = TargetForm.classes(count: classes.count, shape: Shape(1))
    return (DataArray(name: "label", form: form, elements: .labels(labels)), classes)
  }

  /// The numbers of the classes that the training set has without names for them.
  private var numberedClasses: [String]? {
    guard case .classes(let count, _)? = context.labelForm else { return nil }
    return (0..<count).map(String.init)
  }

  private func unknownClass(_ text: String, _ classes: [String], row: Int) -> DiagnosticError {
    let near = nearestName(to: text, among: classes)
    return table.error(
      row: row, column: columns[0], "unknown-class",
      "the label '\(text.shortened)' is none of the \(classes.count) classes \(classes.joined(separator: ", ").shortened)",
      remedy: near.map { "did you mean '\($0)'?" })
  }
}
