import NNCore
import NNModel
import NNText
import Testing

/// Every way to mistype a registered name by one letter is recognized where the answer is unique.
@Suite struct NameSuggestionTests {
  /// At every place one letter left out, one too many, one wrong, two swapped.
  static func singleEdits(of word: String) -> Set<String> {
    let letters = Array(word)
    var edits: Set<String> = []
    for index in letters.indices {
      edits.insert(String(letters[..<index] + letters[(index + 1)...]))
      for letter in "abcdefghijklmnopqrstuvwxyz" {
        edits.insert(String(letters[..<index] + [letter] + letters[(index + 1)...]))
        edits.insert(String(letters[..<index] + [letter] + letters[index...]))
      }
      if index + 1 < letters.count {
        edits.insert(String(letters[..<index] + [letters[index + 1], letters[index]] + letters[(index + 2)...]))
      }
    }
    for letter in "abcdefghijklmnopqrstuvwxyz" { edits.insert(word + String(letter)) }
    edits.remove(word)
    return edits.filter { $0.first?.isLetter == true }
  }

  /// Whether one edit makes one word of the other.
  static func isSingleEdit(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard abs(a.count - b.count) <= 1, a != b else { return false }
    let start = zip(a, b).prefix { $0 == $1 }.count
    let (restA, restB) = (a[start...], b[start...])
    if a.count > b.count { return restA.dropFirst().elementsEqual(restB) }
    if a.count < b.count { return restB.dropFirst().elementsEqual(restA) }
    if restA.dropFirst().elementsEqual(restB.dropFirst()) { return true }
    return restA.prefix(2).elementsEqual(restB.prefix(2).reversed())
      && restA.dropFirst(2).elementsEqual(restB.dropFirst(2))
  }

  /// Wrong answers to single edits of some names, among these names.
  static func wrongAnswers(_ names: [String]) -> [String] {
    let lowered = names.map { $0.lowercased() }
    // Without regard to case, as suggestions are made; an edit of two names has no unique answer.
    var sources: [String: Set<String>] = [:]
    for name in names {
      for edit in singleEdits(of: name) { sources[edit.lowercased(), default: []].insert(name) }
    }
    return sources.filter { !lowered.contains($0.key) && $0.value.count == 1 }.compactMap { edit, meant in
      let answer = nearestName(to: edit, among: names)
      let near = lowered.count { isSingleEdit(Array($0.utf8), Array(edit.utf8)) }
      return answer == meant.first || near > 1 ? nil : "\(edit): \(answer ?? "nothing") for \(meant.first ?? "")"
    }
  }

  @Test func elementsOfEverySection() {
    for section in ModelSection.allCases {
      let names = standardRegistry.all().map { $0.schema }.filter { $0.kind.section == section }.map(\.name)
      let structures = ModelStructure.named(section.rawValue)?.children ?? []
      #expect(Self.wrongAnswers(names + structures) == [], "\(section)")
    }
  }

  @Test func attributesOfEveryElement() {
    for schema in standardRegistry.all().map({ $0.schema }) + ModelStructure.all.map(\.schema) {
      #expect(Self.wrongAnswers(schema.allAttributes.map(\.name)) == [], "\(schema.name)")
    }
  }

  /// Names that other programs give to what is here too.
  @Test(arguments: [
    ("linear", "network", "it is called <dense> here"), ("InnerProduct", "network", "it is called <dense> here"),
    ("batchNorm2d", "network", "it is called <batchNorm> here"),
    ("dropout2d", "network", "it is called <spatialDropout> here"),
    ("crossEntropyLoss", "network", "it is called <softmaxCrossEntropy> here"),
    ("randomResizedCrop", "augment", "it is called <zoom> here"),
    ("crop", "augment", "it is called <translate> or <zoom> here"),
    ("randomCropping", "network", "did you mean <randomCrop>?"),
    ("cropping", "augment", "'nnrun layers' lists what there is"),
    ("loss", "network", "'nnrun layers' lists what there is"),
    ("keras", "network", "'nnrun layers' lists what there is"),
    ("hinton", "network", "'nnrun layers' lists what there is"),
  ]) func namesOfOthers(_ name: String, _ section: String, _ remedy: String) {
    let text = "<model xmlns=\"urn:nnrun:model:1\">\n<\(section)>\n<\(name)/>\n</\(section)></model>"
    let said = SchemaTests.loads(text) ?? ""
    #expect(said.contains("m.xml:3:1: error: there is no element <\(name)>; \(remedy)"), "\(said)")
  }

  /// The loader says what the search finds, at the place of the mistake.
  @Test func theLoaderSuggests() {
    for schema in standardRegistry.all(.layer).map({ $0.schema }) {
      let names = standardRegistry.all(.layer, .loss).map { $0.schema.name } + ["input", "use", "repeat"]
      let typo = String(schema.name.dropLast()) + "q"
      guard !names.contains(typo), let meant = nearestName(to: typo, among: names) else { continue }
      let text =
        "<model xmlns=\"urn:nnrun:model:1\">\n<network>\n<input shape=\"4\"/>\n  <\(typo)/>\n</network></model>"
      let said = SchemaTests.loads(text) ?? ""
      #expect(said.contains("m.xml:4:3: error: there is no element <\(typo)>; did you mean <\(meant)>?"), "\(said)")
    }
  }
}
