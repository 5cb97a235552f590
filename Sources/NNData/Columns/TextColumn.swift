import NNCore
import NNText

/// Columns of texts.
struct TextColumn: ColumnElement {
  static let schema = ElementSchema(
    .column, "text",
    summary:
      "A column of texts, each a sequence of indices for <embedding>: one for each character, word, byte or piece.",
    formula:
      "entry 0 is padding, 1 a token that the vocabulary lacks; then the tokens of the training part, frequent ones "
      + "first",
    example: #"<text name="review" tokens="words" minimumCount="2" length="40"/>"#,
    attributes: [
      .required(
        "name", .text,
        "The column, by name, or by number from 1 where the table has no header; one with blanks in single "
          + "quotes."),
      .optional(
        "tokens", .choice(TokenEncoding.Unit.allCases.map(\.rawValue)), default: .text("words"),
        "What has an entry: a character, which is a Unicode scalar; a word or a punctuation mark; a byte of UTF-8; or a "
          + "piece of a word by the rules of BERT, between [CLS] and [SEP]."),
      .required("length", .integer(1...TokenEncoding.longest), "The most tokens of a text; longer ones are cut."),
      .optional(
        "lowercase", .boolean,
        "Whether letters become lowercase first; true unless given, and false for bytes."),
      .optional(
        "accents", .choice(["keep", "strip"]),
        "Whether letters lose their accents first; keep unless given, and strip for pieces in lowercase."),
      .optional(
        "minimumCount", .integer(1...Int(Int32.max)),
        "Tokens that occur less often in the training part get no entry; 1 unless given."),
      .optional(
        "entries", .integer(3...DeclaredColumns.mostValues),
        "The most entries, padding and the unknown token among them; the most frequent tokens get one. 20000 unless given."
      ),
      .optional("vocabulary", .path, "The vocabulary of wordPiece, a token on each line, as BERT's vocab.txt."),
      .optional(
        "missing", .choice(["error", "unknown", "drop"]), default: .text("error"),
        "What an empty text is: one unknown token; drop leaves the row out; error refuses it."),
      ColumnAttributes.input,
    ])

  let names: [String]
  let input: String?
  private var settings: TokenEncoding
  private let minimumCount: Int
  private let mostEntries: Int
  private let vocabulary: String?
  private let missing: String
  var reading: ColumnReading { .tokens }
  var dropsGaps: Bool { missing == "drop" }

  init(attributes: Attributes) throws {
    names = try ColumnAttributes.names(attributes)
    input = attributes.has("input") ? attributes.text("input") : nil
    missing = attributes.text("missing")
    let unit = TokenEncoding.Unit(rawValue: attributes.text("tokens")) ?? .words
    var settings = TokenEncoding(unit: unit, length: attributes.integer("length"))
    settings.isLowercase = attributes.has("lowercase") ? attributes.boolean("lowercase") : unit != .bytes
    settings.stripsAccents =
      attributes.has("accents") ? attributes.text("accents") == "strip" : unit == .wordPiece && settings.isLowercase
    settings.fillsGaps = missing == "unknown"
    self.settings = settings
    minimumCount = attributes.has("minimumCount") ? attributes.integer("minimumCount") : 1
    mostEntries = attributes.has("entries") ? attributes.integer("entries") : 20000
    vocabulary = attributes.has("vocabulary") ? attributes.text("vocabulary") : nil
    if names.count > 1 || names == [ColumnAttributes.others] {
      throw ElementError(
        code: "bad-value",
        "<text> names \(names.count == 1 ? "all columns" : "\(names.count) columns"), but an input reads "
          + "the text of one", remedy: "write a <text> for each, with an input of its own", attribute: "name")
    }
    try check(attributes, unit)
  }

  /// Throws an `ElementError` for attributes that say nothing with tokens of this kind.
  private func check(_ attributes: Attributes, _ unit: TokenEncoding.Unit) throws(ElementError) {
    let learns = unit == .words || unit == .characters
    for name in ["minimumCount", "entries"] where attributes.has(name) && !learns {
      throw ElementError(
        code: "exclusive-attributes", "<text> has \(name), but nothing is learned of tokens=\"\(unit.rawValue)\"",
        remedy: "remove it", attribute: name)
    }
    guard (vocabulary != nil) == (unit == .wordPiece) else {
      throw ElementError(
        code: vocabulary == nil ? "missing-attribute" : "exclusive-attributes",
        vocabulary == nil
          ? "<text> has tokens=\"wordPiece\", but no vocabulary"
          : "<text> has a vocabulary, but tokens=\"\(unit.rawValue)\" learns its own",
        remedy: vocabulary == nil ? "name a file such as BERT's vocab.txt" : "write tokens=\"wordPiece\", or remove it",
        attribute: vocabulary == nil ? "tokens" : "vocabulary")
    }
    guard unit != .wordPiece || settings.length > 2 else {
      throw ElementError(
        code: "bad-value", "[CLS] and [SEP] leave no room for a text of length \(settings.length)",
        remedy: "write at least length=\"3\"", attribute: "length")
    }
  }

  func withFiles(in folder: String) throws -> any ColumnElement {
    guard let vocabulary else { return self }
    var result = self
    result.settings.vocabulary = try WordPieceVocabulary.read(
      SourceContext(folder: folder).resolve(vocabulary))
    return result
  }

  func learned(_ values: RawColumn.Values, rows: [Int32], column: String) throws(ElementError) -> ColumnEncoding? {
    guard case .texts(let codes, let dictionary) = values else { return nil }
    guard settings.unit == .words || settings.unit == .characters else { return .text(settings) }
    var occurrences = [Int](repeating: 0, count: dictionary.count)
    for row in rows where codes[Int(row)] >= 0 { occurrences[Int(codes[Int(row)])] += 1 }
    let splitting = TextSplitting(settings)
    var counts: [[UInt8]: Int] = [:]
    for (text, count) in zip(dictionary, occurrences) where count > 0 {
      _ = splitting.forEachToken(in: text) { token in
        counts[token, default: 0] += count
        return true
      }
    }
    let frequent = counts.filter { $0.value >= minimumCount }.sorted {
      $0.value == $1.value ? $0.key.lexicographicallyPrecedes($1.key) : $0.value > $1.value
    }
    guard !frequent.isEmpty else { throw .emptyColumn(column) }
    var encoding = settings
    encoding.vocabulary = frequent.prefix(mostEntries - TokenEncoding.reserved).map {
      String(decoding: $0.key, as: UTF8.self)
    }
    return .text(encoding)
  }
}
