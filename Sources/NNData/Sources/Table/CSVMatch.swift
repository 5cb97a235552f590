import NNCore
import NNText

/// Finds the columns of a table that is to be read as the training set's was: by name in any order if both have a header,
/// by place otherwise.
struct CSVMatch {
  let table: CSVTable
  let record: TableRecord
  /// What is read as right answers, if that is said: names, numbers from 1 or `last`, or `none`.
  let label: String?
  /// Whether the right answers are read; where they are not, they may be missing.
  let needsAnswers: Bool

  /// The columns of a table that comes with the model: it may have a header where the training set has none, and none
  /// where that has one.
  ///
  /// - Parameter header: `true`, `false`, or `auto` to find out.
  func columns(header: String) throws -> CSVColumns {
    let hasHeader =
      header == "auto" && hasNamesOfInputs
      ? true
      : try CSVLabelColumns(
        table, label: label ?? expectedLabel, others: record.unread.map { String($0 + 1) }, header: header
      ).find().hasHeader
    return hasHeader && record.names != nil ? try columnsByName() : try columnsByPlace(hasHeader)
  }

  /// The columns of a table that comes later: it has a header if the training set has.
  func columns() throws -> CSVColumns {
    guard record.names != nil else {
      let columns = try columnsByPlace(false)
      try checkFirstRow(columns)
      return columns
    }
    guard hasNamesOfInputs || CSVHeaderGuess(table, answers: []).hasWords else {
      throw table.error(
        row: 0, "missing-header", "the first row is not a header, but the training set has one: \(expected)",
        remedy: "put the names of the columns above them")
    }
    return try columnsByName()
  }

  private var hasNamesOfInputs: Bool {
    guard let names = record.inputNames else { return false }
    let texts = Set(table.firstRow)
    return names.allSatisfy(texts.contains)
  }

  /// What the label would be of a table with the training set's columns, for finding out whether there is a header.
  private var expectedLabel: String {
    if record.answers == [record.columns - 1] { return "last" }
    return record.answers.isEmpty || table.columns != record.columns
      ? "none" : record.answers.map { String($0 + 1) }.joined(separator: " ")
  }

  /// The training set's columns in words.
  private var expected: String {
    record.names.map { $0.joined(separator: ", ").shortened }
      ?? counted(record.inputs.count, "input")
      + (record.answers.isEmpty ? "" : " and \(counted(record.answers.count, "right answer"))")
  }

  private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private func columnsByName() throws -> CSVColumns {
    let texts = table.firstRow
    try CSVColumns.checkNames(texts, table)
    let positions = Dictionary(zip(texts, 0...), uniquingKeysWith: { first, _ in first })
    let inputs = try found(record.inputNames ?? [], positions)
    let answerNames = record.answerNames ?? []
    let answers: [Int]
    if let label, !isPresumed(label, positions) {
      answers = try labelled(label, inputs, answerNames.compactMap { positions[$0] })
    } else if needsAnswers {
      answers = try found(answerNames, positions)
    } else {
      answers = answerNames.compactMap { positions[$0] }
    }
    try checkAnswers(answers)
    return CSVColumns(table, hasHeader: true, inputs: inputs, answers: answers)
  }

  /// Whether a label names the training set's answers, which a table to predict may lack.
  private func isPresumed(_ label: String, _ positions: [String: Int]) -> Bool {
    let names = record.answerNames ?? []
    let words = names.contains(label) ? [label] : label.splitAtWhitespace
    return !needsAnswers && words.allSatisfy { names.contains($0) && positions[$0] == nil }
  }

  /// The columns that a label names. Where it names an input by its place, it means the table as the training set has
  /// it, and `answers` are right if they are there.
  private func labelled(_ label: String, _ inputs: [Int], _ answers: [Int]) throws -> [Int] {
    let reading = CSVLabelColumns(table, label: label, header: "true")
    let columns = try reading.find().columns
    guard let wrong = columns.first(where: inputs.contains) else { return columns }
    if reading.isByPlace, !answers.isEmpty, answers.count == record.answers.count { return answers }
    throw table.error(
      row: 0, column: wrong, "label-is-input",
      "the label '\(label.shortened)' is column '\(table.text(0, wrong).shortened)', which the net reads as an input",
      remedy: needsAnswers ? "name the column of the right answer" : "leave the label out if the table has none")
  }

  private func found(_ names: [String], _ positions: [String: Int]) throws -> [Int] {
    let missing = names.filter { positions[$0] == nil }
    guard missing.isEmpty else {
      let known = Set(record.names ?? [])
      // Of names of a letter or two any is near any other.
      let near = missing.filter { $0.count > 2 }.compactMap { name in
        nearestName(to: name, among: positions.keys.filter { !known.contains($0) }).map { (name, $0) }
      }
      throw table.error(
        row: 0, "missing-column",
        "there \(missing.count == 1 ? "is no column" : "are no columns") \(missing.map { "'\($0.shortened)'" }.joined(separator: ", ").shortened), which the training "
          + "set has; the columns are \(table.firstRow.joined(separator: ", ").shortened)",
        remedy: near.first.map { "call '\($0.1.shortened)' '\($0.0.shortened)' if it is the same" })
    }
    return names.compactMap { positions[$0] }
  }

  private func columnsByPlace(_ hasHeader: Bool) throws -> CSVColumns {
    var columns: CSVColumns
    if record.features != nil || record.groups != nil {
      let hasAnswers = table.columns == record.columns
      // A table without its right answers has the other columns in their order.
      func place(_ position: Int) -> Int { position - (hasAnswers ? 0 : record.answers.count { $0 < position }) }
      let isWhole = hasAnswers || !needsAnswers && table.columns == record.columns - record.answers.count
      columns = CSVColumns(
        table, hasHeader: hasHeader, inputs: isWhole ? record.inputs.map(place) : [],
        answers: hasAnswers ? record.answers : [])
    } else if let label {
      let answers = try CSVLabelColumns(table, label: label, header: hasHeader ? "true" : "false").find().columns
      let inputs = (0..<table.columns).filter { !answers.contains($0) }
      columns = CSVColumns(table, hasHeader: hasHeader, inputs: inputs, answers: answers)
    } else if table.columns == record.columns {
      columns = CSVColumns(table, hasHeader: hasHeader, inputs: record.inputs, answers: record.answers)
    } else {
      columns = CSVColumns(table, hasHeader: hasHeader, inputs: Array(0..<table.columns), answers: [])
    }
    let isWhole = !needsAnswers || label != nil || table.columns == record.columns
    guard columns.inputs.count == record.inputs.count, isWhole else {
      try table.checkLastColumn(of: Array(0..<table.columns))
      throw DiagnosticError(
        code: "column-count", file: table.file,
        "the table has \(counted(table.columns, "column"))\(label.map { " with the label '\($0.shortened)'" } ?? ""), but "
          + "the training set has \(expected)",
        remedy: needsAnswers || record.answers.isEmpty
          ? "give the same columns" : "give the same columns, with or without the right answers")
    }
    try checkAnswers(columns.answers)
    return columns
  }

  private func checkAnswers(_ answers: [Int]) throws {
    guard needsAnswers, !record.answers.isEmpty, answers.count != record.answers.count else { return }
    throw DiagnosticError(
      code: "column-count", file: table.file,
      "\(counted(answers.count, "column")) of right answers \(answers.count == 1 ? "is" : "are") given, but the training "
        + "set has \(record.answers.count)",
      remedy: "name as many in label")
  }

  /// Throws a `DiagnosticError` when the first row names the columns although the training set has no header.
  private func checkFirstRow(_ columns: CSVColumns) throws {
    let isNamed = columns.inputs.allSatisfy { table.number(0, $0) == nil && !table.isBlank(0, $0) }
    guard isNamed || CSVHeaderGuess(table, answers: []).isSurelyNumbered else { return }
    throw table.error(
      row: 0, "unexpected-header", "the first row names the columns, but the training set has no header",
      remedy: "leave it out")
  }
}
