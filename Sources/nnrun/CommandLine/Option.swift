/// An option or a positional argument of a command, declared as data: parsing, help and completion all read it.
struct Option: Sendable {
  /// What an option's value is, so that a shell can complete it.
  enum Value: Sendable {
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
  var name: String
  /// A single letter, if it has one.
  var letter: Character?
  /// What its value is.
  var value: Value
  /// Whether it may be given several times.
  var repeats = false
  /// What it does, in one sentence.
  var help: String

  init(_ name: String, letter: Character? = nil, _ value: Value = .none, repeats: Bool = false, _ help: String) {
    self.name = name
    self.letter = letter
    self.value = value
    self.repeats = repeats
    self.help = help
  }

  /// How help shows it, such as `--seed N`.
  var written: String {
    let short = letter.map { "-\($0), " } ?? ""
    switch value {
    case .none: return "\(short)--\(name)"
    case .text(let word), .path(let word): return "\(short)--\(name) \(word)"
    case .choice(let words): return "\(short)--\(name) \(words.joined(separator: "|"))"
    }
  }
}

/// A positional argument.
struct Positional: Sendable {
  /// The word that help shows, such as `MODEL.xml`.
  var name: String
  /// What it is, in one sentence.
  var help: String
  /// Whether it may be left out.
  var isOptional = false
  /// Whether any number of further ones may follow.
  var repeats = false
  /// The words it may be, if only some are allowed.
  var choices: [String] = []
}
