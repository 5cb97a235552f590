import NNCore
import NNText

extension CSVColumns {
  /// Takes the columns that make groups of rows out of the inputs, unless `<columns>` names them, and keeps what is known of
  /// them in `groups`.
  ///
  /// - Parameters:
  ///   - options: what the model says of the table.
  ///   - record: how the training set was read.
  ///   - declared: what `<columns>` says.
  /// - Throws: a `DiagnosticError` if there is no such column, or if it holds the right answers.
  mutating func takeGroups(
    _ options: CSVSource.Options, _ record: TableRecord?, _ declared: DeclaredColumns?
  ) throws(DiagnosticError) {
    let known = record?.groups
    let group: Int
    if let name = options.group {
      group = try position(name, of: "group")
    } else if let known, let record {
      group = try position(trained: known.group, record)
    } else {
      return
    }
    var found = TableGroups(group: group)
    if let name = options.order {
      found.order = name == "file" ? nil : try position(name, of: "order")
    } else if let order = known?.order, let record {
      found.order = try position(trained: order, record)
    }
    found.orderReading = found.order == nil ? nil : known?.orderReading
    found.hasAnswersOfSteps = options.each.map { $0 == "step" } ?? known?.hasAnswersOfSteps ?? false
    found.steps = known?.steps ?? options.length ?? 0
    let own = [group] + (found.order.map { [$0] } ?? [])
    if let wrong = own.first(where: { answers.contains($0) || $0 == weight }) ?? (found.order == group ? group : nil) {
      throw DiagnosticError(
        code: "column-of-two-uses", file: table.file,
        "\(name(wrong)) cannot put rows into groups, or in order, and be something else too",
        remedy: "name another column")
    }
    ignored.removeAll(where: own.contains)
    if record == nil {
      let taken = own.filter { declared?.names(plainName($0)) != true }
      inputs.removeAll(where: taken.contains)
      unread += taken
    }
    groups = found
  }

  /// The position of a column that an attribute names, by name or by number from 1.
  private func position(_ name: String, of attribute: String) throws(DiagnosticError) -> Int {
    guard let column = self.position(name) else {
      throw DiagnosticError(
        code: "unknown-column", file: table.file, "there is no column '\(name.shortened)', which \(attribute) names",
        remedy: nearestName(to: name, among: names ?? []).map { "did you mean '\($0)'?" })
    }
    return column
  }

  /// The position of a column of the training set's table in this one.
  private func position(trained position: Int, _ record: TableRecord) throws(DiagnosticError) -> Int {
    guard let known = record.names, let names else {
      // A table without its right answers has the other columns in their order.
      let place = position - (table.columns == record.columns ? 0 : record.answers.count { $0 < position })
      guard place < table.columns else {
        throw DiagnosticError(
          code: "column-count", file: table.file,
          "the table has \(table.columns) columns, but the training set has more",
          remedy: "give the same columns")
      }
      return place
    }
    guard let column = names.firstIndex(of: known[position]) else {
      throw table.error(
        row: 0, "missing-column",
        "there is no column '\(known[position].shortened)', by which the rows of the training set are put together; the "
          + "columns are \(names.joined(separator: ", ").shortened)",
        remedy: nearestName(to: known[position], among: names).map {
          "call '\($0.shortened)' '\(known[position].shortened)' if it is the same"
        })
    }
    return column
  }
}
