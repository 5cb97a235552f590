import NNCore
import NNText

/// Makes samples of the rows of a long table: one for each group, whose steps are the group's rows.
struct LongTable {
  private let columns: CSVColumns
  private let groups: TableGroups
  private let rows: GroupedRows
  private let context: SourceContext
  private let purpose: CSVSource.Purpose

  /// The samples of a table whose columns are known; nil if a row is a sample. Throws a `DiagnosticError` for rows that make no
  /// group, and for a group of more steps than the net reads.
  init?(_ columns: CSVColumns, _ context: SourceContext, for purpose: CSVSource.Purpose) throws(DiagnosticError) {
    guard let groups = columns.groups else { return nil }
    (self.columns, self.context, self.purpose) = (columns, context, purpose)
    rows = try GroupedRows(columns, groups)
    var whole = groups
    whole.orderReading = rows.orderReading
    let isTraining = purpose == .model && context.record == nil
    whole.steps = isTraining ? context.sequenceSteps ?? groups.steps : groups.steps
    if whole.steps == 0 { whole.steps = rows.longest }
    self.groups = whole
    for (name, group) in zip(rows.names, rows.rows) where group.count > whole.steps {
      throw columns.table.error(
        row: columns.rows[Int(group[whole.steps])], "length-out-of-range",
        "group '\(name.shortened)' has \(group.count) steps, of which this is the first too many: the net reads at most "
          + "\(whole.steps)",
        remedy: !isTraining
          ? "cut it, or train a net with room for more steps"
          : context.sequenceSteps == nil ? "write length=\"\(rows.longest)\"" : "give the input \(rows.longest) steps")
    }
  }

  /// The samples that the rows make.
  ///
  /// - Parameter set: the rows, each as a sample of its own.
  /// - Throws: a `DiagnosticError` for what differs between the rows of a group and must not.
  func gathered(_ set: Dataset) throws -> Dataset {
    let isFlat = context.sequenceRank == 1
    let inputs = try set.inputs.map { try $0.gathered(rows.rows, steps: groups.steps, isFlat: isFlat) }
    let targets = try set.targets.map { target in
      guard !groups.hasAnswersOfSteps else {
        return try target.gathered(rows.rows, steps: groups.steps)
      }
      try requireSame("right answer", columns.answers[0]) { row, other in
        (0..<target.width).allSatisfy {
          target.value(row * target.width + $0) == target.value(other * target.width + $0)
        }
      }
      return target.rows(rows.rows.map { $0[0] })
    }
    let table = set.table.map { RawTable($0, groups: rows.rows, steps: groups.steps) }
    var result = try Dataset(
      inputs: inputs, targets: targets, classNames: set.classNames, table: table, file: set.file)
    if let weights = set.weights, let column = columns.weight {
      try requireSame("weight", column) { weights.value($0) == weights.value($1) }
      try result.weigh(by: rows.rows.map { weights.value(Int($0[0])) })
    }
    (result.ignoredColumns, result.skipped, result.warnings) = (set.ignoredColumns, set.skipped, set.warnings)
    result.answerScales = set.answerScales
    if var record = set.record?.table {
      record.groups = groups
      result.record = set.record?.with(record)
    }
    for (name, texts) in set.splitColumns {
      if !context.splitOrders.contains(name), let column = position(name) {
        try requireSame("text", column) { texts[$0] == texts[$1] }
      }
      // In time a sequence stands where its last step does.
      result.splitColumns[name] = rows.rows.map { texts[Int($0[$0.count - 1])] }
    }
    result.keptColumns = keptColumns(set)
    return result
  }

  /// The groups' names, and what else predictions carry along.
  private func keptColumns(_ set: Dataset) -> [KeptColumn] {
    guard purpose == .prediction else { return [] }
    func kept(_ name: String, _ text: (Int32) -> String) -> KeptColumn {
      var column = KeptColumn(name: name, texts: rows.rows.map { text($0[$0.count - 1]) })
      if groups.hasAnswersOfSteps { column.stepTexts = rows.rows.map { $0.map(text) } }
      return column
    }
    let group = columns.plainName(groups.group)
    var result = [KeptColumn(name: group, texts: rows.names)]
    if groups.hasAnswersOfSteps, let order = groups.order {
      result.append(kept(columns.plainName(order)) { columns.table.text(columns.rows[Int($0)], order) })
    }
    let names = result.map(\.name)
    return result
      + set.keptColumns.filter { !names.contains($0.name) }.map { column in kept(column.name) { column.texts[Int($0)] }
      }
  }

  private func position(_ name: String) -> Int? {
    (0..<columns.table.columns).first { columns.plainName($0) == name }
  }

  /// Throws a `DiagnosticError` with both places unless all rows of each group say the same in a column.
  private func requireSame(_ noun: String, _ column: Int, _ isSame: (Int, Int) -> Bool) throws(DiagnosticError) {
    for (name, group) in zip(rows.names, rows.rows) {
      for place in group.dropFirst() where !isSame(Int(group[0]), Int(place)) {
        let (first, row) = (columns.rows[Int(min(group[0], place))], columns.rows[Int(max(group[0], place))])
        let table = columns.table
        throw table.error(
          row: row, column: column, "varies-in-group",
          "the \(noun) of group '\(name.shortened)' is '\(table.text(row, column).shortened)' in \(columns.name(column)) "
            + "here, but '\(table.text(first, column).shortened)' on line \(table.line(first))",
          remedy: noun == "right answer"
            ? "give the group one, or write each=\"step\" if each of its rows has its own" : "give the group one")
      }
    }
  }
}

extension DataArray {
  /// The samples at some rows.
  fileprivate func rows(_ rows: [Int32]) -> DataArray {
    func taken<T>(_ values: [T]) -> [T] {
      rows.flatMap { values[(Int($0) * width)..<((Int($0) + 1) * width)] }
    }
    var result = self
    switch elements.inMemory {
    case .bytes(let values): result.elements = .bytes(taken(values))
    case .floats(let values): result.elements = .floats(taken(values))
    case .doubles(let values): result.elements = .doubles(taken(values))
    case .labels(let values): result.elements = .labels(taken(values))
    case .stored: break
    }
    return result
  }
}
