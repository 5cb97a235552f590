import Foundation
import Testing

@Suite struct TrainingTests {
  @Test func trainsEvaluatesAndPredicts() throws {
    let place = try Workplace()
    let training = try place.run("train", "\(Tool.models)/mlp.xml", "--require", "accuracy=0.97")
    #expect(training.code == 0, "\(training.messages)")
    #expect(training.output.contains("test: loss"))
    #expect(training.messages.contains("4,810 parameters"))
    #expect(training.messages.contains("next: nnrun predict runs/mlp/weights.safetensors"))
    for file in [
      "weights.safetensors", "last.safetensors", "checkpoint.safetensors", "metrics.jsonl", "report.html", "model.xml",
    ] {
      #expect(place.exists("runs/mlp/\(file)"))
    }
    let data = "\(Tool.models)/data/digits/test.csv.gz"
    let evaluation = try place.run("evaluate", "runs/mlp/weights.safetensors", "--data", data, "--json")
    let scores = try #require(
      try JSONSerialization.jsonObject(with: Data(evaluation.output.utf8)) as? [String: Double])
    #expect(scores["samples"] == 355)
    #expect((scores["accuracy"] ?? 0) >= 0.97)
    let prediction = try place.run("predict", "runs/mlp/weights.safetensors", data, "--label", "last")
    let lines = prediction.output.split(separator: "\n")
    #expect(lines.count == 356)
    #expect(lines.first == "class,probability")
    let inference = try place.infer("runs/mlp/weights.safetensors", data, "--label", "last")
    #expect(inference.output == prediction.output)
    let details = try place.run(
      "evaluate", "runs/mlp/weights.safetensors", "--data", data, "--details", "--top", "2")
    #expect(details.output.contains("precision"))
    #expect(details.output.contains("top-2"))
  }

  @Test func predictionFormats() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    #expect(try place.run("train", "small.xml", "--output", "run", "-q").code == 0)
    let row = Array(repeating: "0.5", count: 12).joined(separator: ",") + "\n"
    let csv = try place.run("predict", "run/weights.safetensors", "-", input: row + row)
    #expect(csv.output.split(separator: "\n").count == 3)
    let text = try place.run("predict", "run/weights.safetensors", "-", "--format", "json", input: row).output
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect((parsed.first?["values"] as? [Double])?.count == 3)
    let npy = try place.run(
      "predict", "run/weights.safetensors", "-", "--format", "npy", "--output", "p.npy", input: row)
    #expect(npy.code == 0)
    let bytes = try place.data("p.npy")
    #expect(bytes.count == 128 + 3 * 4)
    #expect(String(decoding: bytes.prefix(128), as: UTF8.self).contains("'shape': (1, 3,)"))
    let wrong = try place.run("predict", "run/weights.safetensors", "-", input: "1,2,3\n")
    #expect(wrong.code == 65)
    #expect(
      wrong.messages.contains(
        "the shape 12 (12 elements), but a sample of the data in standard input has 3 (3 elements)"))
  }

  @Test func secondRunKeepsTheFirst() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    #expect(try place.run("train", "small.xml", "-q").code == 0)
    let first = try place.data("runs/small/weights.safetensors")
    #expect(try place.run("train", "small.xml", "-q", "--seed", "9").code == 0)
    #expect(place.exists("runs/small-2/weights.safetensors"))
    #expect(try place.data("runs/small/weights.safetensors") == first)
    let refused = try place.run("train", "small.xml", "--output", "runs/small")
    #expect(refused.code == 73)
    #expect(refused.messages.contains("this folder holds a run already"))
  }

  @Test func sameBitsOnAnyNumberOfThreads() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 3)
    for threads in ["1", "2", "3", "4"] {
      #expect(
        try place.run("train", "small.xml", "-q", "--threads", threads, "--output", "t\(threads)").code == 0)
    }
    let one = try place.data("t1/last.safetensors")
    for threads in 2...4 { #expect(try place.data("t\(threads)/last.safetensors") == one) }
    #expect(try place.run("weights", "diff", "t1/weights.safetensors", "t2/weights.safetensors").code == 0)
  }

  @Test func interruptedAndKilledRunsEndWithTheSameBits() throws {
    let place = try Workplace()
    // Long enough to be caught in the middle, also on a fast machine.
    try place.writeModel(epochs: 6000)
    #expect(try place.run("train", "small.xml", "-q", "--output", "whole").code == 0)
    let interrupted = try Tool.start("nnrun", ["train", "small.xml", "-q", "--output", "cut"], in: place.url)
    while !place.exists("cut/checkpoint.safetensors"), interrupted.isRunning { usleep(1000) }
    usleep(30_000)
    interrupted.interrupt()
    interrupted.waitUntilExit()
    #expect(interrupted.terminationStatus == 130)
    #expect(try place.run("weights", "verify", "cut/checkpoint.safetensors").code == 0)
    let killed = try Tool.start("nnrun", ["train", "small.xml", "-q", "--resume", "cut"], in: place.url)
    usleep(40_000)
    kill(killed.processIdentifier, SIGKILL)
    killed.waitUntilExit()
    #expect(try place.run("weights", "verify", "cut/checkpoint.safetensors").code == 0)
    #expect(try place.run("train", "small.xml", "-q", "--resume", "cut").code == 0)
    #expect(try place.data("cut/last.safetensors") == place.data("whole/last.safetensors"))
    #expect(try place.data("cut/weights.safetensors") == place.data("whole/weights.safetensors"))
    let lines = try place.text("cut/metrics.jsonl").split(separator: "\n")
    #expect(lines.count == 6000)
  }

  @Test func fineTuningReportsWhatFits() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    #expect(try place.run("train", "small.xml", "-q", "--output", "first").code == 0)
    func begin(_ override: String...) throws -> Tool.Result {
      try Tool.run(
        "nnrun",
        ["train", "small.xml", "--weights", "first/weights.safetensors"] + override.flatMap { ["--set", $0] },
        in: place.url)
    }
    let wider = try begin("network.fc1.units=20")
    #expect(wider.code == 0)
    #expect(wider.messages.contains("fc1.weight: 16x12 in the file, 20x12 in the model"))
    let plain = try begin("network.fc2.bias=false")
    #expect(plain.code == 0 && plain.messages.contains("left in the file: fc2.bias"))
    // Nothing that fits is no beginning.
    let nothing = try begin("network.fc1.units=20", "network.fc2.bias=false")
    #expect(nothing.code == 65 && nothing.messages.contains("no array of the file fits the net"))
  }

  @Test func divergenceNamesTheLayerAndKeepsWeights() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 50)
    let result = try place.run(
      "train", "small.xml", "--set", "training.adam.rate=1e30", "--output", "run")
    #expect(result.code == 65)
    #expect(result.messages.contains("the loss is not finite in step"))
    #expect(result.messages.contains("the first numbers that are not are in"))
    let inspection = try place.run("weights", "inspect", "run/weights.safetensors", "--json")
    #expect(inspection.code == 0)
    #expect(!inspection.output.contains(#""nonFinite":1"#))
  }

  @Test func requirementNotMet() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    let result = try place.run("train", "small.xml", "-q", "--require", "accuracy=1.5")
    #expect(result.code == 1)
    let json = try place.run("train", "small.xml", "-q", "--json")
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(parsed["folder"] as? String == "runs/small-2")
  }
}
