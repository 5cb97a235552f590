import NNText

/// How texts stand in files.
package struct TextFiles: Sendable, Hashable {
  /// Where a line has the class of its text.
  package enum Label: String, Sendable, Hashable, CaseIterable {
    /// Nowhere.
    case none
    /// Before its first tab, or before its first blank if it has no tab.
    case first
    /// Behind its last tab, or behind its last blank.
    case last
  }

  /// The name of the column that the texts are.
  static let column = "text"

  /// Whether each line of a file is a sample, rather than the whole file.
  package var areLines: Bool
  /// Where a line has the class.
  package var label = Label.none

  /// The form as members of a JSON object.
  var json: [StrictJSON.Member] {
    [.init(key: "texts", value: .text(areLines ? "lines" : "files"))]
      + (label == .none ? [] : [.init(key: "label", value: .text(label.rawValue))])
  }

  /// Texts in files.
  init(areLines: Bool, label: Label = .none) { (self.areLines, self.label) = (areLines, label) }

  /// Reads `json` back; nil if it is something else.
  init?(json: StrictJSON) {
    guard case .text(let word)? = json["texts"], word == "lines" || word == "files" else { return nil }
    areLines = word == "lines"
    guard let value = json["label"] else { return }
    guard case .text(let name) = value, areLines, let label = Label(rawValue: name) else { return nil }
    self.label = label
  }
}
