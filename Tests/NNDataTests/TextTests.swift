import NNCore
import NNFiles
import NNText
import Testing

@testable import NNData

/// Texts as sequences of entries.
@Suite struct TextTests {
  private func encoding(_ unit: TokenEncoding.Unit, length: Int = 40, _ vocabulary: [String] = []) -> TokenEncoding {
    var encoding = TokenEncoding(unit: unit, length: length)
    encoding.vocabulary = vocabulary
    return encoding
  }

  private func entries(_ encoding: TokenEncoding, _ text: String) throws -> [Int] {
    var numbers: [Double] = []
    _ = try TokenEncoder(encoding).append(text, to: &numbers)
    return numbers.map { Int($0) }
  }

  /// Hugging Face's tokenizers give the same words and entries.
  @Test func wordPiecesAreThoseOfBERT() throws {
    let vocabulary = try WordPieceVocabulary.read(Folder.fixtures + "/text/vocab.txt")
    let cases = try StrictJSON(FileReading.bytes(Folder.fixtures + "/text/cases.json"))
    guard case .array(let cases) = cases else { return #expect(Bool(false)) }
    #expect(cases.count > 300)
    var encoder: [Bool: [Int: TokenEncoder]] = [:]
    for example in cases {
      guard case .text(let text)? = example["text"], case .integer(let length)? = example["length"],
        let right = example["entries"]?.numbers, let words = example["words"]?.texts
      else { return #expect(Bool(false)) }
      var encoding = encoding(.wordPiece, length: length, vocabulary)
      encoding.isLowercase = example["lowercase"] == .boolean(true)
      encoding.stripsAccents = encoding.isLowercase
      encoding.fillsGaps = true
      let maker = encoder[encoding.isLowercase]?[length] ?? TokenEncoder(encoding)
      encoder[encoding.isLowercase, default: [:]][length] = maker
      var numbers: [Double] = []
      let isCut = try maker.append(text, to: &numbers)
      // A text without words is an unknown word here, and nothing there.
      #expect(numbers == (right.count == 2 ? [2, 1, 3] : right), "\(text)")
      #expect(!isCut || numbers.count == length)
      var found: [[UInt8]] = []
      _ = TextSplitting(encoding).forEachToken(in: text) {
        found.append($0); return true
      }
      #expect(found == words.map { Array($0.utf8) }, "\(text)")
    }
  }

  @Test func charactersWordsAndBytes() throws {
    #expect(try entries(encoding(.characters, ["a", "b"]), "Abc") == [2, 3, 1])
    #expect(try entries(encoding(.characters, length: 2, ["a", "b"]), "abab") == [2, 3])
    #expect(try entries(encoding(.words, ["good", "."]), "Good, GOOD.") == [2, 1, 2, 3])
    #expect(try entries(encoding(.bytes), "aé") == [99, 197, 171])
    #expect(throws: ColumnFault.self) { try entries(encoding(.words, ["a"]), "\u{200B}") }
    // é in one scalar, and in two.
    var bare = encoding(.characters, ["e"])
    bare.stripsAccents = true
    #expect(try entries(bare, "\u{E9}e\u{301}") == [2, 2])
    #expect(try entries(encoding(.characters, ["\u{E9}", "e", "\u{301}"]), "\u{E9}e\u{301}") == [2, 3, 4])
  }

  private func read(_ text: String, _ given: [String: AttributeValue], inputs: [String] = ["x"]) throws -> Dataset {
    var context = SourceContext(folder: ".")
    let element = try TextColumn(attributes: Attributes(given, for: TextColumn.schema))
    let declared = try DeclaredColumns([element], gaps: nil, inputs: inputs, folder: Folder.fixtures) { error, _ in
      DiagnosticError(code: error.code, file: "m.xml", error.message)
    }
    context.columns = declared
    let raw = try CSVSource.readBothWays("t.csv", Array(text.utf8), CSVSource.Options(label: "y"), context)
    let features = try declared.learned(
      raw.subset([0, 1, 2]), try #require(raw.table), try #require(raw.record?.table?.features))
    return try #require(Dataset.encoded(["train": raw], features, isDouble: false)["train"])
  }

  private static let table = "t,y\nb a b,1\nNA,2\n\"b, 3.0\",1\nnew words here and more,2\n"

  /// The vocabulary is that of the training part, frequent tokens first.
  @Test func vocabularyIsLearned() throws {
    let set = try read(Self.table, ["name": .text("t"), "length": .integer(4)])
    guard case .text(let encoding)? = set.record?.table?.features?[0].encoding else { return #expect(Bool(false)) }
    #expect(encoding.vocabulary == ["b", ",", ".", "0", "3", "a", "na"])
    #expect(encoding.entries == 9 && set.record?.table?.features?.entries == ["x": 9])
    #expect(set.inputs[0].lengths == [3, 1, 4, 4] && set.inputs[0].width == 4)
    #expect(Array(set.inputs[0].values.suffix(4)) == [1, 1, 1, 1])
    #expect(set.warnings.map(\.code) == ["cut-texts"] && set.warnings[0].message.hasPrefix("2 of 4 texts"))
    let record = try #require(set.record)
    #expect(SourceRecord(json: try StrictJSON(record.json.written.utf8)) == record)
    // What is cut out of it is no record.
    for cut in [#","tokens":"words""#, #","length":4"#, #""vocabulary":["b""#, #","lowercase":true"#] {
      #expect(record.json.written.contains(cut), "\(cut)")
      let text = record.json.written.replacing(cut, with: cut.hasPrefix(#""voc"#) ? #""vocabulary":[",""# : "")
      #expect(SourceRecord(json: try StrictJSON(text.utf8)) == nil, "\(cut)")
    }
    let few = try read(
      Self.table,
      ["name": .text("t"), "length": .integer(9), "minimumCount": .integer(2), "tokens": .text("characters")])
    guard case .text(let letters)? = few.record?.table?.features?[0].encoding else { return #expect(Bool(false)) }
    #expect(letters.vocabulary == [" ", "b", "a"])
    let two = try read(Self.table, ["name": .text("t"), "length": .integer(9), "entries": .integer(3)])
    #expect(two.record?.table?.features?.entries == ["x": 3])
  }

  @Test func whatIsWrong() throws {
    for (given, code) in [
      (["tokens": AttributeValue.text("wordPiece")], "missing-attribute"),
      (["vocabulary": .text("v")], "exclusive-attributes"),
      (["tokens": .text("bytes"), "entries": .integer(9)], "exclusive-attributes"),
      (["name": .text("a b")], "bad-value"), (["name": .text("*")], "bad-value"),
      (["tokens": .text("wordPiece"), "vocabulary": .text("v"), "length": .integer(2)], "bad-value"),
    ] {
      let all = given.merging(["name": .text("t"), "length": .integer(4)]) { first, _ in first }
      let error = #expect(throws: ElementError.self) {
        try TextColumn(attributes: Attributes(all, for: TextColumn.schema))
      }
      #expect(error?.code == code)
    }
    let file = Folder.fixtures + "/text/cases.json"
    let error = #expect(throws: DiagnosticError.self) { try WordPieceVocabulary.read(file) }
    #expect(error?.diagnostics[0].code == "bad-vocabulary")
    let wordPiece: [String: AttributeValue] = [
      "name": .text("t"), "length": .integer(8), "tokens": .text("wordPiece"), "vocabulary": .text("text/vocab.txt"),
    ]
    #expect(try read(Self.table, wordPiece).inputs[0].values.prefix(1) == [2])
    let empty = #expect(throws: DiagnosticError.self) {
      try read("t,y\na,1\nb,2\nc,1\n,2\n", ["name": .text("t"), "length": .integer(4)])
    }
    #expect(empty?.diagnostics[0].code == "empty-field")
    let filled = try read(
      "t,y\na,1\nb,2\nc,1\n,2\n", ["name": .text("t"), "length": .integer(4), "missing": .text("unknown")])
    #expect(filled.inputs[0].lengths?.last == 1 && filled.inputs[0].values.suffix(4) == [1, 0, 0, 0])
    let dropped = try read(
      "t,y\na,1\nb,2\nc,1\n,2\n", ["name": .text("t"), "length": .integer(4), "missing": .text("drop")])
    #expect(dropped.count == 3)
  }
}
