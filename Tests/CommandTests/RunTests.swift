import Foundation
import Testing

/// Runs that were measured before, changed since, or damaged.
@Suite struct RunTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  /// A folder with a table and a model that keeps a quarter of it for the test.
  private func place() throws -> Workplace {
    let place = try Workplace()
    try place.write((0..<48).map { "\($0 * 5 % 7),\($0 % 5),\($0 % 2)\n" }.joined(), to: "d.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
      <data><csv role="train" path="d.csv" label="last"/><split role="test" from="train" fraction="0.25"/></data>
      <network><input name="x" shape="2"/><dense units="4"/><tanh/><dense units="2"/><softmaxCrossEntropy/></network>
      <training epochs="3" batch="8"><adam/></training></model>
      """, to: "m.xml")
    return place
  }

  /// Evaluating a fold measures what it has not learned from.
  @Test func foldsKnowTheirTestSets() throws {
    let place = try place()
    let folds = try object(try place.run("train", "m.xml", "-q", "--json", "--folds", "4", "--output", "f").output)
    let losses = try #require(folds["folds"] as? [[String: Any]]).compactMap { $0["loss"] as? Double }
    #expect(losses.count == 4)
    for fold in 1...4 {
      let found = try object(try place.run("evaluate", "f/fold\(fold)", "--json").output)
      #expect(found["loss"] as? Double == losses[fold - 1] && found["samples"] as? Int == 12)
    }
  }

  /// Samples that are others now might have been learned from.
  @Test func otherSamplesAreRefused() throws {
    let place = try place()
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    #expect(try place.run("evaluate", "r").code == 0)
    let model = try place.text("r/model.xml")
    try place.write(model.replacingOccurrences(of: "0.25", with: "0.5"), to: "r/model.xml")
    let split = try place.run("evaluate", "r")
    #expect(split.code == 65 && split.messages.contains("12 samples") && split.messages.contains("24 samples"))
    try place.write(model, to: "r/model.xml")
    try place.write((0..<48).map { "\($0 % 7),\($0 % 5),\($0 % 2)\n" }.joined(), to: "d.csv")
    #expect(try place.run("evaluate", "r").code == 65)
    #expect(try place.run("evaluate", "r", "--data", "d.csv").code == 0)
  }

  /// A run that cannot be read does not hide the others.
  @Test func damagedRunsAreListed() throws {
    let place = try place()
    #expect(try place.run("train", "m.xml", "-q").code == 0)
    try FileManager.default.createDirectory(
      at: place.url.appendingPathComponent("runs/folder/metrics.jsonl"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      at: place.url.appendingPathComponent("runs/cut"), withIntermediateDirectories: true)
    try place.write("{\"epoch\":1}\n", to: "runs/cut/metrics.jsonl")
    try place.write("cut", to: "runs/cut/checkpoint.safetensors")
    let list = try place.run("runs")
    #expect(list.code == 0 && list.output.split(separator: "\n").count == 4, "\(list)")
    #expect(list.messages.contains("this is not a file") && list.messages.contains("cut/checkpoint.safetensors"))
    // Names are whole, whatever the folder is called.
    let here = try place.run("runs", ".")
    #expect(!here.output.contains("uns "), "\(here.output)")
  }

  /// What is asked of a metric that the net never has is told before the training.
  @Test(arguments: ["head.auc=1", "r2=0.5", "nothing=1"]) func requirementsAreCheckedFirst(_ requirement: String) throws
  {
    let place = try place()
    let result = try place.run("train", "m.xml", "-q", "--require", requirement)
    #expect(result.code == 64 && !place.exists("runs"), "\(result)")
  }

  @Test func optionsThatSayNothing() throws {
    let place = try place()
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    #expect(try place.run("evaluate", "r", "--seed", "2").code == 64)
    #expect(try place.run("evaluate", "r", "--importance", "--seed", "2").code == 0)
    #expect(try place.run("evaluate", "r", "--lengths", "d.csv").code == 64)
    // A table has no lengths beside it.
    let lengths = try place.run("predict", "r/weights.safetensors", "d.csv", "--lengths", "d.csv")
    #expect(lengths.code == 64 && lengths.messages.contains("goes with an npy or IDX file"), "\(lengths)")
    #expect(try place.run("runs", "compare", "r", "r", "--output", "m.xml").code == 73)
    #expect(try place.text("m.xml").contains("<model"))
  }
}
