import Foundation
import Testing

/// A run that goes on is the run that was begun, or it is refused.
@Suite struct ResumeTests {
  @Test func overridesAreTakenUp() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 6)
    let settings = ["--seed", "7", "--set", "network.fc1.units=8"]
    func train(_ arguments: [String]) throws -> Tool.Result {
      try Tool.run("nnrun", ["train", "small.xml", "-q"] + arguments, in: place.url)
    }
    #expect(try train(settings + ["--output", "whole"]).code == 0)
    #expect(try train(settings + ["--set", "training.epochs=3", "--output", "parts"]).code == 0)
    // The cosine's rates depend on the length, so the first half is run again at full length.
    try place.write(try place.text("small.xml").replacingOccurrences(of: "<cosine/>", with: ""), to: "small.xml")
    #expect(try train(settings + ["--output", "whole2"]).code == 0)
    #expect(try train(settings + ["--set", "training.epochs=3", "--output", "parts2"]).code == 0)
    let resumed = try place.run("train", "small.xml", "--resume", "parts2", "--set", "training.epochs=6")
    #expect(resumed.code == 0, "\(resumed.messages)")
    #expect(resumed.messages.contains("network.fc1.units=8"))
    #expect(resumed.messages.contains("training.epochs: 3 in the run, 6 now"))
    #expect(try place.run("weights", "diff", "whole2/last.safetensors", "parts2/last.safetensors").code == 0)
  }

  /// A run on shards goes on with the same bits, on any number of threads.
  @Test func shardsGoOn() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 4)
    try place.write(try place.text("small.xml").replacingOccurrences(of: "<cosine/>", with: ""), to: "small.xml")
    func train(_ arguments: String...) throws -> Tool.Result {
      try Tool.run("nnrun", ["train", "small.xml", "-q"] + arguments, in: place.url)
    }
    #expect(try train("--set", "training.shards=4", "--threads", "2", "--output", "whole").code == 0)
    let part = ["--set", "training.epochs=2", "--output", "part"]
    #expect(try train("--set", "training.shards=4", "--threads", "1", part[0], part[1], part[2], part[3]).code == 0)
    #expect(try train("--resume", "part", "--set", "training.epochs=4").code == 0)
    #expect(try place.run("weights", "diff", "whole/last.safetensors", "part/last.safetensors").code == 0)
  }

  @Test(arguments: [
    ("training.batch=8", "training.batch: 16 in the run, 8 now"),
    ("training.adam.rate=0.2", "training.optimizer.rate: 0.05 in the run, 0.2 now"),
    ("model.precision=double", "model.precision: float in the run, double now"),
    ("data.random.seed=9", "the train data"),
    ("network.dropout1.rate=0.3", "network.dropout1.rate: 0.2 in the run, 0.3 now"),
    ("network.fc1.units=17", "network.fc1.units: 16 in the run, 17 now"),
    ("training.shards=2", "training.shards: nothing in the run, 2 now"),
    ("training.seed=6", "training.seed: 5 in the run, 6 now"),
  ]) func otherSettingsAreRefused(_ setting: String, _ message: String) throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    #expect(try place.run("train", "small.xml", "-q", "--output", "r").code == 0)
    let other = setting == "data.random.seed=9" ? "data.split.seed=9" : setting
    let before = try place.data("r/checkpoint.safetensors")
    let result = try place.run(
      "train", "small.xml", "-q", "--resume", "r", "--set", other, "--set", "training.epochs=2")
    let expected = setting == other ? message : "data.split1.seed: 0 in the run, 9 now"
    #expect(result.code == 65 && result.messages.contains(expected), "\(result.messages)")
    #expect(result.messages.contains("--weights r/checkpoint.safetensors"))
    #expect(try place.data("r/checkpoint.safetensors") == before)
  }

  @Test func otherDataAndStepsAreRefused() throws {
    let place = try Workplace()
    func write(preprocess: String = "<standardize/>", activation: String = "relu") throws {
      try place.write(
        """
        <model xmlns="urn:nnrun:model:1" name="m"><data><csv role="train" path="d.csv"/></data>
        <preprocess>\(preprocess)</preprocess>
        <network><input name="x" shape="2"/><dense units="4"/><\(activation)/><dense units="2"/>
        <softmaxCrossEntropy/></network><training epochs="2" batch="8"><sgd rate="0.1"/></training></model>
        """, to: "m.xml")
    }
    func data(_ value: String) throws {
      try place.write((0..<40).map { "\($0),\(value),\($0 % 2)\n" }.joined(), to: "d.csv")
    }
    try write()
    try data("1")
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    func resume() throws -> Tool.Result {
      try place.run("train", "m.xml", "-q", "--resume", "r", "--set", "training.epochs=3")
    }
    try data("2")
    let otherData = try resume()
    #expect(otherData.code == 65 && otherData.messages.contains("the train data: 40 samples (hash "))
    try data("1")
    try write(preprocess: #"<scale by="0.5"/>"#)
    let otherSteps = try resume()
    #expect(
      otherSteps.code == 65 && otherSteps.messages.contains("preprocess.step1: standardize in the run, scale now"))
    try write(activation: "tanh")
    let otherNet = try resume()
    #expect(otherNet.code == 65 && otherNet.messages.contains("network.relu1: relu in the run, nothing now"))
    try write()
    #expect(try resume().code == 0)
  }

  /// Weights that go on learning keep the preprocessing that gave their inputs a meaning.
  @Test func fineTuningKeepsPreprocessing() throws {
    let place = try Workplace()
    func data(_ name: String, _ scale: Int) throws {
      try place.write((0..<40).map { "\($0 * scale),\($0 % 2)\n" }.joined(), to: name)
    }
    try data("first.csv", 1)
    try data("second.csv", 100)
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m"><data><csv role="train" path="first.csv"/></data>
      <preprocess><standardize/></preprocess>
      <network><input name="x" shape="1"/><dense units="2"/><softmaxCrossEntropy/></network>
      <training epochs="1" batch="8"><sgd rate="0"/></training></model>
      """, to: "m.xml")
    #expect(try place.run("train", "m.xml", "-q", "--output", "a").code == 0)
    let tuned = try place.run(
      "train", "m.xml", "--weights", "a/weights.safetensors", "--set", "data.csv.path=second.csv", "--output", "b")
    #expect(tuned.code == 0 && tuned.messages.contains("preprocessing: as the weights were trained with"))
    try place.write("7\n", to: "x.csv")
    let outputs = try ["a", "b"].map { try place.run("predict", "\($0)/weights.safetensors", "x.csv").output }
    #expect(outputs[0] == outputs[1])
  }

  @Test func adviceOfAProposedModelNamesItsFile() throws {
    let place = try Workplace()
    try place.write((0..<60).map { "\($0),\($0 * 2),\($0 % 2)\n" }.joined(), to: "house.csv")
    let process = try Tool.start(
      "nnrun",
      [
        "train", "house.csv", "-q", "--set", "training.epochs=100000000", "--set",
        "training.earlyStopping.patience=1000000",
      ],
      in: place.url, errors: place.url.appendingPathComponent("log"))
    for _ in 0..<200 where !place.exists("runs/house/metrics.jsonl") { usleep(20_000) }
    usleep(100_000)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let log = try place.text("log")
    #expect(log.contains("train house.xml --resume runs/house"), "\(log)")
    // What it advises goes on, with the length that was asked for.
    let resumed = try Tool.start(
      "nnrun", ["train", "house.xml", "--resume", "runs/house"], in: place.url,
      errors: place.url.appendingPathComponent("log2"))
    for _ in 0..<100 where try !place.text("log2").contains("going on at step") { usleep(20_000) }
    usleep(100_000)
    resumed.interrupt()
    resumed.waitUntilExit()
    #expect(resumed.terminationStatus == 130)
    #expect(try place.text("log2").contains("training.epochs=100000000"))
  }
}
