import Foundation
import Testing

/// Texts in files of their own and on lines, from training to predictions.
@Suite struct TextFileTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  private static let texts: [(text: String, label: String)] = (0..<48).map { i in
    let word = ["splendid", "dreadful"][i % 2]
    return ("\(["a", "\"what\" a", "really, a"][i % 3]) \(word) film no. \(i % 7)", ["yes", "no"][i % 2])
  }

  private func model(_ name: String, _ source: String, extra: String = "") throws {
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="\(name)"><data>\(source)\(extra)</data>
      <columns><text name="text" tokens="words" length="9"/></columns>
      <network><input name="w" shape="columns" kind="index" length="varying"/><embedding size="8"/>
      <poolSequence take="mean"/><dense units="2"/><softmaxCrossEntropy/></network>
      <training epochs="12" batch="8" seed="1"><adam rate="0.03"/></training></model>
      """, to: "\(name).xml")
  }

  /// Writes the texts in each of the forms, in the order of a folder's files.
  private func write() throws {
    let ordered = Self.texts.enumerated().sorted { ($0.element.label, $0.offset) < ($1.element.label, $1.offset) }
    for (index, (_, entry)) in ordered.enumerated() {
      let folder = place.url.appendingPathComponent("films/\(entry.label)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("\n\(entry.text)\r\n".utf8).write(
        to: folder.appendingPathComponent(String(format: "%03d.txt", index)))
    }
    try place.write(ordered.map { "\($0.element.label)\t\($0.element.text)\n" }.joined(), to: "first.txt")
    try place.write(ordered.map { "\($0.element.text) \($0.element.label)\n" }.joined() + "\n\n", to: "last.txt")
    try place.write(ordered.map { "\($0.element.text)\r\n" }.joined(), to: "lines.txt")
    try place.write(ordered.map(\.element.label).joined(separator: "\n"), to: "labels.txt")
    try place.write(
      "text,label\n"
        + ordered.map { "\"\($0.element.text.replacing("\"", with: "\"\""))\",\($0.element.label)\n" }
        .joined(), to: "table.csv")
  }

  /// However texts are stored, they make the same net, bit for bit, as the table does.
  @Test func allFormsAreTheSameTexts() throws {
    try write()
    let forms = [
      "table": #"<csv path="table.csv" label="label"/>"#, "folder": #"<texts path="films"/>"#,
      "first": #"<texts path="first.txt" label="first"/>"#, "last": #"<texts path="last.txt" label="last"/>"#,
      "lines": #"<texts path="lines.txt" labels="labels.txt"/>"#,
    ]
    for (name, source) in forms {
      try model(name, source, extra: #"<split role="test" from="train" fraction="0.25"/>"#)
      let training = try place.run("train", "\(name).xml", "-q", "--output", name)
      #expect(training.code == 0, "\(name) \(training)")
    }
    for name in forms.keys where name != "table" {
      let difference = try place.run("weights", "diff", "table/weights.safetensors", "\(name)/weights.safetensors")
      #expect(difference.code == 0, "\(name) \(difference)")
      #expect(try place.run("train", "\(name)/model.xml", "-q", "--output", "again-\(name)").code == 0)
    }
    for (name, data) in [
      ("folder", ["films"]), ("folder", ["lines.txt", "--labels", "labels.txt"]), ("first", ["first.txt"]),
      ("last", ["last.txt"]), ("lines", ["lines.txt", "--labels", "labels.txt"]), ("lines", ["films"]),
      ("lines", ["table.csv"]),
    ] {
      let result = try Tool.run(
        "nnrun", ["evaluate", "\(name)/weights.safetensors", "--data"] + data + ["--require", "accuracy=1"],
        in: place.url)
      #expect(result.code == 0, "\(name) \(data) \(result)")
    }
    // Texts of which the class is not known.
    try place.write("splendid\n\ndreadful", to: "one.txt")
    let one = try place.run("predict", "folder/weights.safetensors", "one.txt").output
    #expect(one.split(separator: "\n").count == 2, "\(one)")
    let folder = try place.run("predict", "folder/weights.safetensors", "films/no").output.split(separator: "\n")
    #expect(folder.count == 25 && folder[0] == "file,class,probability" && folder[1].hasPrefix("films/no/000.txt,no,"))
    let wrong = try place.run("predict", "first/weights.safetensors", "lines.txt")
    #expect(wrong.code == 65 && wrong.messages.contains("say label none if the lines are texts alone"), "\(wrong)")
    let right = try place.run("predict", "first/weights.safetensors", "lines.txt", "--label", "none").output
    #expect(try place.run("predict", "first/weights.safetensors", "first.txt").output == right)
    #expect(right.split(separator: "\n").count == 49)
    let piped = try place.run(
      "predict", "lines/weights.safetensors", "-", "--format", "jsonl", input: "so \"splendid\nso dreadful")
    #expect(piped.code == 0 && piped.output.split(separator: "\n").count == 2, "\(piped)")
    let gap = try place.run("predict", "lines/weights.safetensors", "one.txt")
    #expect(gap.code == 65 && gap.messages.contains("one.txt:2:1: error: column 'text' has a gap here"), "\(gap)")
  }

  @Test func whatHoldsNoTextsIsRefused() throws {
    try write()
    for (source, message) in [
      (#"<texts path="films" label="first"/>"#, "films is a folder, whose folders are the classes"),
      (#"<texts path="lines.txt" labels="labels.txt" label="last"/>"#, "a text has one class"),
      (#"<texts path="lines.txt" labels="one.txt"/>"#, "there are 1 labels here, but 48 lines"),
      (#"<texts path="lines.txt"/>"#, "it has no labels"), (#"<texts path="bytes.txt" label="first"/>"#, "bytes.txt"),
      (#"<texts path="none"/>"#, "none"), (#"<texts path="word.txt" label="first"/>"#, "is not a class and a text"),
    ] {
      try place.write("a\n", to: "one.txt")
      try place.write("yes a\nword\n", to: "word.txt")
      try Data([0xFF, 0, 0x80]).write(to: place.url.appendingPathComponent("bytes.txt"))
      try model("m", source)
      let result = try place.run("train", "m.xml", "-q")
      #expect(result.code == 65 || result.code == 66, "\(source)")
      #expect(result.messages.contains(message), "\(source) \(result)")
    }
    try place.write("x", to: "films/stray.txt")
    try model("m", #"<texts path="films"/>"#)
    #expect(try place.run("train", "m.xml", "-q").messages.contains("there are texts beside folders of texts"))
    try place.write(
      #"<model xmlns="urn:nnrun:model:1" name="n"><data><texts path="lines.txt"/></data><network><input shape="3"/>"#
        + #"<dense units="2"/><softmaxCrossEntropy/></network><training epochs="1"><sgd/></training></model>"#,
      to: "n.xml")
    #expect(try place.run("train", "n.xml", "-q").messages.contains("texts become numbers by <columns>"))
  }

  /// A folder of texts gets a net over its words, or over its characters where texts are a word or two.
  @Test func foldersGetAProposal() throws {
    try write()
    let description = try place.run("describe", "films")
    #expect(
      description.code == 0 && description.output.contains("48 texts of 2 classes; 6 to 9 words"), "\(description)")
    let object =
      try JSONSerialization.jsonObject(with: Data(place.run("describe", "films", "--json").output.utf8))
      as? [String: Any]
    #expect(object?["texts"] as? Int == 48)
    // A folder within the folder of a class is left out.
    try FileManager.default.createDirectory(
      at: place.url.appendingPathComponent("films/yes/drafts"), withIntermediateDirectories: true)
    let trained = try place.run("train", "films", "--require", "accuracy=1")
    #expect(trained.code == 0 && trained.messages.contains("the mean of the vectors of their words"), "\(trained)")
    #expect(try place.run("predict", "runs/films", "films/yes/024.txt").output.contains("yes,"))
    #expect(try place.run("train", "films", "--label", "last").code == 64)
    for (name, words) in [("ab", ["aba", "abba", "baba", "bab", "aab"]), ("cd", ["cdc", "dcd", "ccd", "ddc", "dd"])] {
      let folder = place.url.appendingPathComponent("words/\(name)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (index, word) in words.enumerated() {
        try Data(word.utf8).write(to: folder.appendingPathComponent("\(index)"))
      }
    }
    let short = try place.run("train", "words", "--set", "training.epochs=3")
    #expect(short.code == 0 && short.messages.contains("a recurrent net over their characters"), "\(short)")
  }
}
