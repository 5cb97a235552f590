import NNFiles
import NNText

/// How a table of text was read: its dialect, its columns, and which of them held the right answers.
package struct TableRecord: Sendable, Hashable {
  /// What stands between fields.
  package enum Separator: String, Sendable, Hashable, CaseIterable {
    case comma, tab, semicolon
    /// Runs of blanks.
    case space
  }

  /// What stands before a number's decimal places.
  package enum DecimalMark: String, Sendable, Hashable {
    case point, comma
  }

  /// What the right answers are.
  package enum Task: String, Sendable, Hashable {
    case classes, values
  }

  /// What stands between fields.
  package var separator: Separator
  /// What stands before decimal places.
  package var decimalMark: DecimalMark
  /// How the text is encoded.
  package var encoding = TextEncoding.auto
  /// What stands between groups of three digits.
  package var thousands = ThousandsMark.none
  /// The names of all columns in order; nil if the table has no header.
  package var names: [String]?
  /// The number of all columns.
  package var columns: Int
  /// The positions of the columns with the right answers, from 0, in the order of the target's elements.
  package var answers: [Int]
  /// What the right answers are; nil if there are none.
  package var task: Task?
  /// The columns that are inputs, where the model has <columns>; nil where all are that hold no answers.
  package var features: [TableFeature]?
  /// How each right answer that is a number was scaled for training; nil where they are as the table has them.
  package var answerScales: [NumberEncoding]?
  /// The texts that stand for a gap besides an empty field, sorted; nil without <columns>.
  package var gaps: [String]?
  /// The positions of columns that are neither inputs nor answers, where the model has no <columns>.
  package var unread: [Int] = []
  /// The position of the column with the samples' weights.
  package var weight: Int?
  /// How texts stand in files; nil if the samples are the rows of a table.
  package var texts: TextFiles?
  /// How rows become samples; nil if each is one.
  package var groups: TableGroups?
  /// The positions of columns that are carried into predictions.
  package var kept: [Int] = []

  /// A record of what was found out, or said, of the training set's table.
  package init(
    separator: Separator, decimalMark: DecimalMark, names: [String]?, columns: Int, answers: [Int], task: Task?
  ) {
    self.separator = separator
    self.decimalMark = decimalMark
    self.names = names
    self.columns = columns
    self.answers = answers
    self.task = task
  }

  /// The positions of the columns that are inputs: those of the features, or all that hold no answers, in order.
  package var inputs: [Int] {
    if let features { return features.map(\.position) }
    let answers = Set(answers + unread)
    return (0..<columns).filter { !answers.contains($0) }
  }

  /// The names of the columns that are inputs; nil if the table has no header.
  package var inputNames: [String]? { names.map { names in inputs.map { names[$0] } } }

  /// The names of the columns with the right answers, or their numbers from 1.
  package var answerTitles: [String] { answers.map { names?[$0] ?? String($0 + 1) } }

  /// The names of the columns with the right answers; nil if the table has no header.
  package var answerNames: [String]? { names.map { names in answers.map { names[$0] } } }

  /// The record as one JSON object: `columns` holds the names, or the number of columns without names.
  package var json: StrictJSON {
    var members: [StrictJSON.Member] = [
      .init(key: "kind", value: .text(texts == nil ? CSVSource.schema.name : TextsSource.schema.name)),
      .init(key: "separator", value: .text(separator.rawValue)),
      .init(key: "decimal", value: .text(decimalMark.rawValue)),
      .init(key: "columns", value: names.map { .array($0.map { .text($0) }) } ?? .integer(columns)),
      .init(key: "answers", value: .array(answers.map { .integer($0) })),
    ]
    if let task { members.append(.init(key: "task", value: .text(task.rawValue))) }
    if let features { members.append(.init(key: "features", value: .array(features.map(\.json)))) }
    if encoding != .auto { members.append(.init(key: "encoding", value: .text(encoding.rawValue))) }
    if thousands != .none { members.append(.init(key: "thousands", value: .text(thousands.rawValue))) }
    if let answerScales {
      members.append(
        .init(key: "answerScales", value: .array(answerScales.map { .object(ColumnEncoding.number($0).json) })))
    }
    if let gaps { members.append(.init(key: "gaps", value: .array(gaps.map { .text($0) }))) }
    if !unread.isEmpty { members.append(.init(key: "unread", value: .array(unread.map { .integer($0) }))) }
    if let weight { members.append(.init(key: "weight", value: .integer(weight))) }
    if let texts { members += texts.json }
    if let groups { members.append(.init(key: "groups", value: groups.json)) }
    if !kept.isEmpty { members.append(.init(key: "kept", value: .array(kept.map { .integer($0) }))) }
    return .object(members)
  }

  /// Reads `json` back; nil when it describes no table.
  package init?(json: StrictJSON) {
    guard case .text(let separator)? = json["separator"], let separator = Separator(rawValue: separator),
      case .text(let mark)? = json["decimal"], let decimalMark = DecimalMark(rawValue: mark),
      case .array(let answers)? = json["answers"], let columns = json["columns"]
    else { return nil }
    self.separator = separator
    self.decimalMark = decimalMark
    if case .integer(let count) = columns {
      self.columns = count
    } else {
      guard let names = columns.texts, Set(names).count == names.count else { return nil }
      self.names = names
      self.columns = names.count
    }
    // Prediction makes a list of the columns, so their number is held to what a line of text can hold.
    guard (1...1 << 24).contains(self.columns) else { return nil }
    guard let places = Self.places(answers, columns: self.columns) else { return nil }
    self.answers = places
    guard self.answers.count < self.columns else { return nil }
    guard readFeatures(json) else { return nil }
    guard let task = json["task"] else {
      guard self.answers.isEmpty else { return nil }
      return
    }
    guard case .text(let text) = task, let task = Task(rawValue: text), !self.answers.isEmpty else { return nil }
    self.task = task
  }

  /// Positions of columns, each once; nil when they are something else.
  private static func places(_ values: [StrictJSON], columns: Int) -> [Int]? {
    var places: [Int] = []
    var seen: Set<Int> = []
    for value in values {
      guard case .integer(let place) = value, (0..<columns).contains(place), seen.insert(place).inserted else {
        return nil
      }
      places.append(place)
    }
    return places
  }

  /// Reads what <columns> has left; false when it is damaged.
  private mutating func readFeatures(_ json: StrictJSON) -> Bool {
    if let value = json["encoding"] {
      guard case .text(let word) = value, let encoding = TextEncoding(rawValue: word) else { return false }
      self.encoding = encoding
    }
    if let value = json["thousands"] {
      guard case .text(let word) = value, let mark = ThousandsMark(rawValue: word) else { return false }
      thousands = mark
    }
    if let value = json["unread"] {
      guard case .array(let values) = value, let places = Self.places(values, columns: columns),
        Set(places + answers).count < columns
      else { return false }
      unread = places
    }
    if let value = json["weight"] {
      guard case .integer(let place) = value, (0..<columns).contains(place), !answers.contains(place) else {
        return false
      }
      weight = place
    }
    if json["kind"] == .text(TextsSource.schema.name) {
      guard let texts = TextFiles(json: json) else { return false }
      self.texts = texts
    }
    if let value = json["groups"] {
      guard let groups = TableGroups(json: value, columns: columns) else { return false }
      self.groups = groups
    }
    if let value = json["kept"] {
      guard case .array(let values) = value, let places = Self.places(values, columns: columns) else { return false }
      kept = places
    }
    if let value = json["answerScales"] {
      // Of a series they are those of all that a window forecasts.
      guard case .array(let values) = value,
        values.count == answers.count || answers.isEmpty && json["windows"] != nil && values.count <= 1 << 20
      else { return false }
      let scales = values.compactMap { value -> NumberEncoding? in
        guard case .number(let scale)? = ColumnEncoding(json: value) else { return nil }
        return scale
      }
      guard scales.count == values.count else { return false }
      answerScales = scales
    }
    guard let value = json["features"] else { return true }
    guard case .array(let values) = value, !values.isEmpty, let gaps = json["gaps"]?.texts else { return false }
    self.gaps = gaps
    var found: [TableFeature] = []
    var seen = Set(answers)
    for value in values {
      guard let feature = TableFeature(json: value), feature.position < columns,
        seen.insert(feature.position).inserted
      else { return false }
      found.append(feature)
    }
    features = found
    return true
  }
}
