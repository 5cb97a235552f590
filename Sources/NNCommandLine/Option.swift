/// An option of a command, declared as data: parsing, help and completion all read it.
package struct Option: Sendable {
  /// What an option's value is, so that a shell can complete it.
  package enum Value: Sendable {
    /// No value: the option is on or off.
    case none
    /// Any text.
    case text(String)
    /// A path of a file or folder.
    case path(String)
    /// One of some words.
    case choice([String])
  }

  /// The name without the dashes.
  package let name: String
  /// A single letter, if it has one.
  package let letter: Character?
  /// What its value is.
  package let value: Value
  /// Whether it may be given several times.
  package let repeats: Bool
  /// What it does, in one sentence.
  package let help: String

  /// An option without a value.
  package init(_ name: String, letter: Character? = nil, _ help: String) {
    self.init(name, letter: letter, .none, help)
  }

  /// An option.
  package init(
    _ name: String, letter: Character? = nil, _ value: Value, repeats: Bool = false, _ help: String
  ) {
    self.name = name
    self.letter = letter
    self.value = value
    self.repeats = repeats
    self.help = help
  }

  /// How help shows it, such as `--seed N`.
  package var written: String {
    let short = letter.map { "-\($0), " } ?? ""
    switch value {
    case .none: return "\(short)--\(name)"
    case .text(let word), .path(let word): return "\(short)--\(name) \(word)"
    case .choice(let words): return "\(short)--\(name) \(words.joined(separator: "|"))"
    }
  }
}

/// A positional argument.
package struct Positional: Sendable {
  /// The word that help shows, such as `MODEL.xml`.
  package let name: String
  /// What it is, in one sentence.
  package let help: String
  /// Whether it may be left out.
  package let isOptional: Bool
  /// Whether any number of further ones may follow.
  package let repeats: Bool
  /// The words it may be, if only some are allowed.
  package let choices: [String]

  /// A positional argument.
  package init(name: String, help: String, isOptional: Bool = false, repeats: Bool = false, choices: [String] = []) {
    self.name = name
    self.help = help
    self.isOptional = isOptional
    self.repeats = repeats
    self.choices = choices
  }
}
