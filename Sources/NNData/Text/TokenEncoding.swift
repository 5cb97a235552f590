import NNCore
import NNText

/// How a text becomes a sequence of indices, one for each of its tokens: what training has learned of a column of texts.
///
/// Entry 0 is padding, entry 1 stands for tokens that the vocabulary lacks, and the vocabulary follows. A vocabulary of
/// WordPiece brings its entries along: its place in the file is a token's entry.
package struct TokenEncoding: Sendable, Hashable {
  /// What a token is.
  package enum Unit: String, Sendable, Hashable, CaseIterable {
    /// A Unicode scalar.
    case characters
    /// A run of letters and digits, or a single punctuation mark.
    case words
    /// A byte of UTF-8.
    case bytes
    /// A piece of a word, as BERT has them.
    case wordPiece
  }

  /// What a token is.
  package var unit: Unit
  /// Whether letters become lowercase first.
  package var isLowercase = true
  /// Whether letters lose their accents first.
  package var stripsAccents = false
  /// The most tokens of a text; what follows is left out.
  package var length: Int
  /// The tokens that have an entry of their own, in the order of the entries. Bytes need none.
  package var vocabulary: [String] = []
  /// Whether a gap becomes one unknown token; if not, it is an error.
  package var fillsGaps = false

  /// The entries before those of the vocabulary: padding, and what is unknown.
  static let reserved = 2
  /// The names of WordPiece's own tokens.
  static let (unknown, first, last) = ("[UNK]", "[CLS]", "[SEP]")

  /// The number of entries.
  package var entries: Int {
    switch unit {
    case .characters, .words: vocabulary.count + Self.reserved
    case .bytes: 256 + Self.reserved
    case .wordPiece: vocabulary.count
    }
  }

  /// The text that entries stand for, as far as they tell.
  func text(_ entries: some Sequence<Int>) -> String {
    switch unit {
    case .bytes:
      return String(decoding: entries.filter { $0 >= Self.reserved }.map { UInt8($0 - Self.reserved) }, as: UTF8.self)
    case .characters, .words:
      return entries.map { entry in
        vocabulary.indices.contains(entry - Self.reserved) ? vocabulary[entry - Self.reserved] : "?"
      }.joined(separator: unit == .words ? " " : "")
    case .wordPiece:
      return entries.map { vocabulary.indices.contains($0) ? vocabulary[$0] : "?" }.joined(separator: " ").replacing(
        " ##", with: "")
    }
  }
}

// MARK: - JSON

extension TokenEncoding {
  /// The encoding as members of a JSON object.
  var json: [StrictJSON.Member] {
    var members: [StrictJSON.Member] = [
      .init(key: "is", value: .text("text")), .init(key: "tokens", value: .text(unit.rawValue)),
      .init(key: "length", value: .integer(length)), .init(key: "lowercase", value: .boolean(isLowercase)),
    ]
    if stripsAccents { members.append(.init(key: "accents", value: .text("strip"))) }
    if fillsGaps { members.append(.init(key: "missing", value: .text("unknown"))) }
    if unit != .bytes { members.append(.init(key: "vocabulary", value: .array(vocabulary.map { .text($0) }))) }
    return members
  }

  /// The most tokens of a text.
  static let longest = 1 << 20

  /// Reads `json` back; nil when it is something else.
  init?(json: StrictJSON) {
    guard case .text(let word)? = json["tokens"], let unit = Unit(rawValue: word),
      case .integer(let length)? = json["length"], (1...Self.longest).contains(length),
      case .boolean(let isLowercase)? = json["lowercase"]
    else { return nil }
    self.init(unit: unit, isLowercase: isLowercase, length: length)
    stripsAccents = json["accents"] == .text("strip")
    fillsGaps = json["missing"] == .text("unknown")
    guard unit != .bytes else { return }
    guard let vocabulary = json["vocabulary"]?.texts, vocabulary.count <= DeclaredColumns.mostValues else { return nil }
    self.vocabulary = vocabulary
    // Texts that are equal by Unicode's equivalence may be tokens that differ.
    let tokens = Set(vocabulary.map { Array($0.utf8) })
    guard tokens.count == vocabulary.count, !vocabulary.isEmpty else { return nil }
    guard unit == .wordPiece else { return }
    guard length > 2, Self.missingTokens(vocabulary).isEmpty else { return nil }
  }

  /// Those of WordPiece's own tokens that a vocabulary lacks.
  static func missingTokens(_ vocabulary: [String]) -> [String] {
    [unknown, first, last].filter { !vocabulary.contains($0) }
  }
}
