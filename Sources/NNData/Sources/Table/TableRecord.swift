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
  /// The names of all columns in order; nil if the table has no header.
  package var names: [String]?
  /// The number of all columns.
  package var columns: Int
  /// The positions of the columns with the right answers, from 0, in the order of the target's elements.
  package var answers: [Int]
  /// What the right answers are; nil if there are none.
  package var task: Task?

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

  /// The positions of the columns that are inputs: all that hold no answers, in order.
  package var inputs: [Int] {
    let answers = Set(answers)
    return (0..<columns).filter { !answers.contains($0) }
  }

  /// The names of the columns that are inputs; nil if the table has no header.
  package var inputNames: [String]? { names.map { names in inputs.map { names[$0] } } }

  /// The names of the columns with the right answers; nil if the table has no header.
  package var answerNames: [String]? { names.map { names in answers.map { names[$0] } } }

  /// The record as one JSON object: `columns` holds the names, or the number of columns without names.
  package var json: StrictJSON {
    var members: [StrictJSON.Member] = [
      .init(key: "kind", value: .text("csv")),
      .init(key: "separator", value: .text(separator.rawValue)),
      .init(key: "decimal", value: .text(decimalMark.rawValue)),
      .init(key: "columns", value: names.map { .array($0.map { .text($0) }) } ?? .integer(columns)),
      .init(key: "answers", value: .array(answers.map { .integer($0) })),
    ]
    if let task { members.append(.init(key: "task", value: .text(task.rawValue))) }
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
    self.answers = []
    for answer in answers {
      guard case .integer(let answer) = answer, (0..<self.columns).contains(answer), !self.answers.contains(answer)
      else { return nil }
      self.answers.append(answer)
    }
    guard self.answers.count < self.columns else { return nil }
    guard let task = json["task"] else {
      guard self.answers.isEmpty else { return nil }
      return
    }
    guard case .text(let text) = task, let task = Task(rawValue: text), !self.answers.isEmpty else { return nil }
    self.task = task
  }
}
