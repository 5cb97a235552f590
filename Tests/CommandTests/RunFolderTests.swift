import Foundation
import Testing

/// One training at a time in a folder, and nothing that lies there already is replaced.
@Suite struct RunFolderTests {
  @Test func oneTrainingAtATime() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 100_000)
    let first = try Tool.start("nnrun", ["train", "small.xml", "-q", "--output", "run"], in: place.url)
    while !place.exists("run/checkpoint.safetensors"), first.isRunning { usleep(1000) }
    for arguments in [["--output", "run"], ["--resume", "run"]] {
      let second = try Tool.run("nnrun", ["train", "small.xml", "-q"] + arguments, in: place.url)
      #expect(second.code == 73 && second.messages.contains("another training is at work in this folder"), "\(second)")
    }
    first.interrupt()
    first.waitUntilExit()
    #expect(first.terminationStatus == 130)
    let resumed = try Tool.start("nnrun", ["train", "small.xml", "-q", "--resume", "run"], in: place.url)
    usleep(100_000)
    kill(resumed.processIdentifier, SIGKILL)
    resumed.waitUntilExit()
    // The lock of a killed training is given back.
    #expect(try place.run("train", "small.xml", "-q", "--resume", "run", "--set", "training.epochs=1").code != 73)
  }

  /// Of several that begin at the same time in the same folder one trains, and the others say why not.
  @Test func manyAtOnce() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 400)
    let trainings = try (0..<6).map { _ in
      try Tool.start("nnrun", ["train", "small.xml", "-q", "--output", "run"], in: place.url)
    }
    for training in trainings { training.waitUntilExit() }
    #expect(trainings.map(\.terminationStatus).sorted() == [0, 73, 73, 73, 73, 73])
    #expect(try place.text("run/metrics.jsonl").split(separator: "\n").count == 400)
    let named = try (0..<6).map { _ in try Tool.start("nnrun", ["train", "small.xml", "-q"], in: place.url) }
    for training in named { training.waitUntilExit() }
    #expect(named.allSatisfy { $0.terminationStatus == 0 })
    for name in ["small", "small-2", "small-3", "small-4", "small-5", "small-6"] {
      #expect(try place.text("runs/\(name)/metrics.jsonl").split(separator: "\n").count == 400)
    }
  }

  @Test func filesOfTheUserStay() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1, name: "model.xml")
    let before = try place.data("model.xml")
    let refused = try place.run("train", "model.xml", "-q", "--output", ".")
    #expect(refused.code == 73 && refused.messages.contains("model.xml: error: is there already"), "\(refused)")
    #expect(try place.data("model.xml") == before)
  }

  @Test func whyThereIsNoRun() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    let missing = try place.run("train", "small.xml", "--resume", "none")
    #expect(missing.code == 66 && missing.messages.contains("none: error: there is no such folder"), "\(missing)")
    let file = try place.run("train", "small.xml", "--resume", "small.xml")
    #expect(file.code == 66 && file.messages.contains("this is a file, not a folder"), "\(file)")
    #expect(try place.shell("mkdir empty").code == 0)
    let empty = try place.run("train", "small.xml", "--resume", "empty")
    #expect(empty.code == 66 && empty.messages.contains("the folder holds no checkpoint"), "\(empty)")
  }

  /// A line of metrics that cannot be written ends no training, and is not missing at its end if it need not be.
  @Test func metricsThatCannotBeWritten() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 3000)
    let training = try Tool.start("nnrun", ["train", "small.xml", "-q", "--output", "run"], in: place.url)
    while !place.exists("run/checkpoint.safetensors"), training.isRunning { usleep(1000) }
    let inTheWay = try place.shell(
      "until mkdir run/metrics.jsonl; do rm run/metrics.jsonl; done; sleep 0.05; rmdir run/metrics.jsonl")
    #expect(inTheWay.code == 0)
    training.waitUntilExit()
    #expect(training.terminationStatus == 0)
    #expect(try place.text("run/metrics.jsonl").split(separator: "\n").count == 3000)
  }

  @Test func reportThatCannotBeWritten() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 2000)
    let training = try place.shell(
      "$NNRUN train small.xml -q --output run & until test -e run/checkpoint.safetensors; do sleep 0.01; done;"
        + " mkdir run/report.html; wait $!")
    #expect(
      training.code == 73 && training.messages.contains("run/report.html: error: this is a folder"), "\(training)")
    #expect(training.output.contains("test: loss") && place.exists("run/weights.safetensors"))
  }
}
