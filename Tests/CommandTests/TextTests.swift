import Foundation
import Testing

/// Texts in a table, from training to predictions.
@Suite struct TextTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  private static let rows = (0..<60).map { i in
    let word = ["splendid", "dreadful"][i % 2]
    return "\"\(["a", "what a", "really, a"][i % 3]) \(word) film\",\(1990 + i % 7),\(["yes", "no"][i % 2])"
  }
  private static let table = "text,year,liked\n" + rows.joined(separator: "\n") + "\n"

  private func train(_ columns: String, _ network: String, split: String = "") throws -> Tool.Result {
    try place.write(Self.table, to: "train.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><csv role="train" path="train.csv" label="liked"/>\(split)</data>
        <columns>\(columns)</columns>
        <network>\(network)<dense units="2"/><softmaxCrossEntropy/></network>
        <training epochs="20" batch="8" seed="1"><adam rate="0.02"/></training>
      </model>
      """, to: "m.xml")
    try? FileManager.default.removeItem(at: place.url.appendingPathComponent("run"))
    return try place.run("train", "m.xml", "-q", "--output", "run")
  }

  @Test func wordsAreLearnedAndPredicted() throws {
    let training = try train(
      #"<text name="text" tokens="words" length="6"/><ignore name="*"/>"#,
      #"<input name="w" shape="columns" kind="index" length="varying"/><embedding size="8"/><gru units="8" return="last"/>"#,
      split: #"<split role="test" fraction="0.25"/>"#)
    #expect(training.code == 0, "\(training)")
    let evaluation = try place.run(
      "evaluate", "run/weights.safetensors", "--data", "train.csv", "--require", "accuracy=1")
    #expect(evaluation.code == 0, "\(evaluation)")
    // Words that training has not met, capitals, and a text that is cut.
    try place.write("text\nSPLENDID!\nunheard of dreadful\n\"one two three four five six seven\"\n", to: "t.csv")
    let predicted = try place.run("predict", "run/weights.safetensors", "t.csv")
    #expect(predicted.output.contains("yes") && predicted.output.contains("no"), "\(predicted)")
    #expect(predicted.messages.contains("1 of 3 texts in column 'text' have more than 6 tokens and are cut"))
    #expect(try place.infer("run/weights.safetensors", "t.csv").output == predicted.output)
    // The same texts alone.
    let alone = try place.run("predict", "run/weights.safetensors", "-", input: "text\nunheard of dreadful\n").output
    #expect(alone.split(separator: "\n")[1] == predicted.output.split(separator: "\n")[2])
    try place.write("text\n\n", to: "empty.csv")
    try place.write("text,x\n,1\n", to: "empty.csv")
    let empty = try place.run("predict", "run/weights.safetensors", "empty.csv")
    #expect(
      empty.code == 65 && empty.messages.contains("empty.csv:2:1: error: column 'text' has a gap here"), "\(empty)")
    // The model of the run trains again from another folder, and the run goes on.
    #expect(try place.run("train", "run/model.xml", "-q", "--output", "again").code == 0)
    #expect(try place.run("train", "m.xml", "-q", "--resume", "run", "--set", "training.epochs=21").code == 0)
  }

  @Test func textsBesideNumbers() throws {
    let training = try train(
      #"<number name="year"/><text name="text" tokens="characters" input="t" length="30"/>"#,
      """
      <input name="n" shape="columns"/><input name="t" shape="columns" kind="index" length="varying"/>
      <embedding size="8" from="t"/><poolSequence/><concat from="n #1"/>
      """.replacingOccurrences(of: "<poolSequence/>", with: #"<poolSequence name="p" take="mean"/>"#)
        .replacingOccurrences(of: "n #1", with: "n p"))
    #expect(training.code == 0, "\(training)")
    let importance = try place.run("evaluate", "run", "--role", "train", "--importance")
    #expect(importance.code == 0 && importance.output.contains("text"), "\(importance)")
  }

  @Test func piecesOfAVocabulary() throws {
    try place.write("[PAD]\n[UNK]\n[CLS]\n[SEP]\nsplendid\ndread\n##ful\nfilm\n", to: "vocab.txt")
    let columns =
      #"<text name="text" tokens="wordPiece" vocabulary="vocab.txt" length="9"/><ignore name="*"/>"#
    let network =
      #"<input name="w" shape="columns" kind="index" length="varying"/><embedding size="8"/><poolSequence take="mean"/>"#
    #expect(try train(columns, network).code == 0)
    // The weights hold the vocabulary.
    try FileManager.default.removeItem(at: place.url.appendingPathComponent("vocab.txt"))
    let evaluation = try place.run(
      "evaluate", "run/weights.safetensors", "--data", "train.csv", "--require", "accuracy=1")
    #expect(evaluation.code == 0, "\(evaluation)")
    let missing = try place.run("train", "m.xml", "-q", "--output", "other")
    #expect(missing.code == 66 && missing.messages.contains("vocab.txt"), "\(missing)")
  }

  @Test(arguments: [
    (#"<text name="text" length="4"/><number name="year"/>"#, "would read a text and other columns"),
    (#"<text name="text year" length="4"/>"#, "<text> names 2 columns"),
    (#"<text name="text"/><ignore name="*"/>"#, "length"),
  ])
  func whatIsWrong(_ columns: String, _ message: String) throws {
    let result = try train(
      columns, #"<input name="w" shape="columns" kind="index" length="varying"/><embedding size="4"/><poolSequence/>"#)
    #expect(result.code == 65 && result.messages.contains(message), "\(result)")
  }

  @Test func textsNeedALength() throws {
    let result = try train(
      #"<text name="text" length="6"/><ignore name="*"/>"#,
      #"<input name="w" shape="columns" kind="index"/><embedding size="4"/><flatten/>"#)
    #expect(result.code == 65 && result.messages.contains(#"write length="varying""#), "\(result)")
  }
}
