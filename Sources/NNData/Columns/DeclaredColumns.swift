import NNCore
import NNText

/// What a model's `<columns>` says of a table.
package struct DeclaredColumns: Sendable {
  /// The texts that stand for a gap unless the model names others; an empty field always does.
  static let usualGaps: Set<String> = ["NA", "N/A", "NaN", "nan", "null", "NULL", "?", "#N/A"]

  /// Those texts, as a model file lists them.
  package static var usualGapWords: [String] { usualGaps.sorted() }

  /// The most values of all categories together: the record of them has to be read back as JSON.
  static let mostValues = StrictJSON.mostValues / 2

  /// The texts that stand for a gap, besides an empty field.
  let gaps: Set<String>
  /// The input that reads columns unless they name another.
  let defaultInput: String
  /// The inputs that read columns.
  private let inputs: [String]
  private let elements: [any ColumnElement]
  /// The folder of the model file.
  private let folder: String
  /// The element that names a column, and the place of the name in it.
  private let places: [String: (element: Int, order: Int)]
  /// Turns what is wrong with an element, by its index, into the error to throw.
  private let failure: @Sendable (ElementError, Int) -> DiagnosticError

  /// The columns that elements declare.
  ///
  /// - Parameters:
  ///   - elements: the elements of `<columns>`, in order.
  ///   - gaps: the texts that stand for a gap; the usual ones if nil.
  ///   - inputs: the inputs that read columns, at least one.
  ///   - folder: the folder of the model file, from which elements name files.
  ///   - failure: turns what is wrong with an element, and its index, into the error to throw.
  /// - Throws: a `DiagnosticError`: an element is none of `<columns>`, names a column that another one names, or an input
  ///   that reads no columns.
  package init(
    _ elements: [any ElementValue], gaps: [String]?, inputs: [String], folder: String = ".",
    failure: @escaping @Sendable (ElementError, Int) -> DiagnosticError
  ) throws(DiagnosticError) {
    self.gaps = gaps.map(Set.init) ?? Self.usualGaps
    self.failure = failure
    self.inputs = inputs
    self.folder = folder
    var known: [any ColumnElement] = []
    var places: [String: (element: Int, order: Int)] = [:]
    for (index, element) in elements.enumerated() {
      guard let column = element as? any ColumnElement else {
        throw failure(ElementError(code: "not-a-column", "<\(element.schema.name)> says nothing of a column"), index)
      }
      for (order, name) in column.names.enumerated() {
        guard places.updateValue((index, order), forKey: name) == nil else {
          throw failure(
            ElementError(
              code: "duplicate-column",
              "column '\((name == ColumnAttributes.others ? "*" : name).shortened)' is declared twice",
              remedy: "remove it from one",
              attribute: "name"), index)
        }
      }
      if let input = column.input, !inputs.contains(input) {
        throw failure(
          ElementError(
            code: "unknown-input", "no input called '\(input)' reads columns",
            remedy: nearestName(to: input, among: inputs).map { "did you mean '\($0)'?" }
              ?? "write <input name=\"\(input)\" shape=\"columns\"/>", attribute: "input"), index)
      }
      known.append(column)
    }
    self.elements = known
    self.places = places
    let taken = Set(known.compactMap(\.input))
    defaultInput = inputs.first { !taken.contains($0) } ?? inputs[0]
  }

  /// The columns that the net reads, in the order of the elements, and those that are carried along.
  ///
  /// - Parameter table: all columns but those with the right answers.
  /// - Throws: a `DiagnosticError` for a name that no column has, and for columns of which nothing is said.
  func features(of table: CSVColumns) throws(DiagnosticError) -> (features: [TableFeature], kept: [Int]) {
    try features(
      names: table.inputs.map(table.plainName), at: table.inputs, answers: table.answers.map(table.plainName),
      file: table.table.file
    ) { position, message in
      table.table.error(
        row: 0, column: position, "undeclared-column", message,
        remedy: "say what they are, or write <ignore name=\"*\"/>")
    }
  }

  /// The same of columns with the given names at the given positions.
  func features(
    names: [String], at positions: [Int], answers: [String], file: String,
    undeclared: (Int, String) -> DiagnosticError
  ) throws(DiagnosticError) -> (features: [TableFeature], kept: [Int]) {
    let known = Set(names).union(answers)
    for (index, element) in elements.enumerated() {
      for name in element.names where name != ColumnAttributes.others && !known.contains(name) {
        let near = nearestName(to: name, among: names)
        throw failure(
          ElementError(
            code: "unknown-column",
            "\(file) has no column '\(name.shortened)'; it has \(names.joined(separator: ", ").shortened)",
            remedy: near.map { "did you mean '\($0)'?" }, attribute: "name"), index)
      }
    }
    let unknown = zip(names, positions).filter { place($0.0) == nil }
    if let first = unknown.first {
      throw undeclared(
        first.1, "<columns> says nothing of " + unknown.map { "'\($0.0)'" }.joined(separator: ", ").shortened)
    }
    var features: [(element: Int, order: Int, feature: TableFeature)] = []
    var kept: [Int] = []
    for (name, position) in zip(names, positions) {
      guard let place = place(name) else { continue }
      let element = elements[place.element]
      if let ignored = element as? IgnoredColumn {
        if ignored.kept.contains(name) { kept.append(position) }
        continue
      }
      let feature = TableFeature(
        position: position, input: element.input ?? defaultInput, dropsGaps: element.dropsGaps)
      features.append((place.element, places[name]?.order ?? position, feature))
    }
    features.sort { ($0.element, $0.order) < ($1.element, $1.order) }
    guard !features.isEmpty else {
      throw failure(ElementError(code: "no-inputs", "<columns> leaves nothing for the net to read"), 0)
    }
    return (features.map(\.feature), kept)
  }

  /// Whether a column is declared by its name.
  func names(_ column: String) -> Bool { places[column] != nil }

  /// The element that declares a column, and the place of the name in it; nil if none does.
  private func place(_ name: String) -> (element: Int, order: Int)? { places[name] ?? places[ColumnAttributes.others] }

  /// Whether a column may hold words, by its name or its number from 1: what looks like a number there says nothing of how
  /// numbers are written.
  func holdsWords(_ name: String, _ number: Int) -> Bool {
    guard let place = places[name] ?? places[String(number)] ?? places[ColumnAttributes.others] else { return false }
    return elements[place.element].reading != .number
  }

  /// The element that declares a column, which `features` has found.
  func element(_ name: String) -> any ColumnElement { elements[place(name)?.element ?? 0] }

  /// Whether the right answers are said to be classes or numbers; nil if the model does not say. Throws a `DiagnosticError`
  /// where they are said to be something else.
  func task(of table: CSVColumns) throws(DiagnosticError) -> TableRecord.Task? {
    var tasks: Set<TableRecord.Task> = []
    for name in table.answers.map(table.plainName) {
      guard let index = places[name]?.element else { continue }
      switch elements[index] {
      case is NumberColumn: tasks.insert(.values)
      case is CategoryColumn, is BooleanColumn: tasks.insert(.classes)
      default:
        throw failure(
          ElementError(
            code: "bad-label", "'\(name.shortened)' is the label, which is a <number>, a <category> or a <boolean>",
            remedy: "take it out of this element", attribute: "name"), index)
      }
    }
    guard let task = tasks.first else { return nil }
    return tasks.count == 1 ? task : .values
  }

  /// How right answers that are numbers are scaled, learned on the training part; nil if they stay as they are.
  ///
  /// - Parameters:
  ///   - answers: the right answers of the whole table, a row of `names.count` for each sample, or for each of its steps.
  ///   - rows: the training part.
  ///   - names: the columns of the answers.
  package func answerScales(
    _ answers: DataArray, rows: [Int32], names: [String]
  ) throws(DiagnosticError) -> [NumberEncoding]? {
    guard case .values = answers.form, !names.isEmpty, answers.width % names.count == 0 else { return nil }
    // Of answers for each step those beyond the length say nothing.
    let steps = answers.width / names.count
    guard answers.sampleCount <= Int(Int32.max) / max(1, steps) else {
      throw DiagnosticError(
        code: "bad-shape", file: answers.file ?? "data",
        "\(answers.sampleCount) samples of \(steps) steps have more than \(Int32.max) right answers",
        remedy: "make the longest sequences shorter, or leave samples out")
    }
    let learning = rows.flatMap { row in
      (0..<Int32(answers.validWidth(Int(row)) / names.count)).map { row * Int32(steps) + $0 }
    }
    var scales: [NumberEncoding] = []
    for (column, name) in names.enumerated() {
      guard let index = places[name]?.element else {
        scales.append(NumberEncoding())
        continue
      }
      let values = (0..<answers.elements.count / names.count).map { answers.value($0 * names.count + column) }
      do throws(ElementError) {
        guard case .number(let scale)? = try elements[index].learned(.numbers(values), rows: learning, column: name)
        else {
          return nil
        }
        scales.append(scale.ofAnswers)
      } catch {
        throw failure(error, index)
      }
    }
    return scales.allSatisfy { $0 == NumberEncoding() } ? nil : scales
  }

  /// Whether what was learned of a table's columns is of the kinds that these declare.
  package func agrees(with learned: [TableFeature], _ table: RawTable) -> Bool {
    zip(table.columns, learned).allSatisfy { column, feature in
      place(column.name).map { elements[$0.element].reading } == feature.encoding?.reading
    }
  }

  /// What the training part says of each column.
  ///
  /// - Parameters:
  ///   - training: the training part, whose table is declared by these columns.
  ///   - features: its columns, as `features(of:)` found them.
  /// - Returns: the features with their encodings.
  /// - Throws: a `DiagnosticError` for columns from which nothing can be learned.
  package func learned(_ training: Dataset, _ table: RawTable, _ features: [TableFeature]) throws -> [TableFeature] {
    var result = features
    let rows = table.rows(of: training.rows)
    for (index, column) in table.columns.enumerated() {
      guard let element = place(column.name)?.element else { continue }
      let whole = try elements[element].withFiles(in: folder)
      do throws(ElementError) {
        result[index].encoding = try whole.learned(column.values, rows: rows, column: column.name)
      } catch {
        throw failure(error, element)
      }
    }
    let values = result.reduce(0) { $0 + ($1.encoding?.valueCount ?? 0) }
    guard values <= Self.mostValues else {
      throw failure(
        ElementError(
          code: "too-many-classes", "the categories and texts have \(values) different values together",
          remedy: "leave columns out with <ignore>, or write minimumCount=\"2\""), 0)
    }
    if table.groups != nil, let index = result.firstIndex(where: \.isSequence) {
      throw failure(
        ElementError(
          code: "text-in-step", "a row is one step of a sequence, so that its text cannot be a sequence of its own",
          remedy: "write <category input=…> if the column holds words, or <ignore>", attribute: "name"),
        place(table.columns[index].name)?.element ?? 0)
    }
    let byInput = Dictionary(grouping: result, by: \.input)
    for (input, features) in byInput where features.count > 1 && features.contains(where: \.isSequence) {
      throw failure(
        ElementError(
          code: "mixed-input", "the input '\(input)' would read a text and other columns",
          remedy: "give <text input=…> an input of its own", attribute: "name"),
        result.firstIndex { $0.input == input && $0.isSequence }.flatMap { place(table.columns[$0].name)?.element } ?? 0
      )
    }
    for (input, features) in byInput where Set(features.map { $0.encoding?.entries == nil }).count > 1 {
      throw failure(
        ElementError(
          code: "mixed-input", "the input '\(input)' would read indices of categories and numbers alike",
          remedy: "give <category input=…> an input of its own", attribute: "input"),
        elements.firstIndex { $0.input == input } ?? 0)
    }
    for input in inputs where byInput[input] == nil {
      throw failure(
        ElementError(
          code: "missing-columns", "no column is left for the input '\(input)'",
          remedy: "name it in the input of a column, or leave it out"), 0)
    }
    return result
  }
}
