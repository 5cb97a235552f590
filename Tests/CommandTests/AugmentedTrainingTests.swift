import Foundation
import Testing

/// A convolutional net on digits that are turned, moved and mixed: nothing but the seed decides what comes out.
@Suite struct AugmentedTrainingTests {
  /// Batches large enough that they are gathered ahead where a processor is free.
  private func place(epochs: Int) throws -> Workplace {
    let place = try Workplace()
    let model = try String(contentsOfFile: "\(Tool.models)/digits-cnn.xml", encoding: .utf8)
      .replacingOccurrences(of: "path=\"data", with: "path=\"\(Tool.models)/data")
      .replacingOccurrences(of: "shape=\"64\"/>", with: "shape=\"1x8x8\"/>")
      .replacingOccurrences(of: "<reshape shape=\"1x8x8\"/>", with: "")
      .replacingOccurrences(of: "epochs=\"30\" batch=\"32\"", with: "epochs=\"\(epochs)\" batch=\"128\"")
      .replacingOccurrences(
        of: "<network>",
        with: "<augment><translate by=\"1\"/><rotate degrees=\"10\"/><mixup alpha=\"0.4\"/></augment><network>")
    try Data(model.utf8).write(to: place.url.appendingPathComponent("digits.xml"))
    return place
  }

  @Test func sameBitsOnAnyNumberOfThreads() throws {
    let place = try place(epochs: 3)
    for threads in 1...4 {
      let run = try place.run("train", "digits.xml", "-q", "--threads", "\(threads)", "--output", "t\(threads)")
      #expect(run.code == 0, "\(run.messages)")
    }
    for file in ["last.safetensors", "weights.safetensors"] {
      let one = try place.data("t1/\(file)")
      for threads in 2...4 { #expect(try place.data("t\(threads)/\(file)") == one) }
    }
    let plain = try place.run(
      "evaluate", "t1/weights.safetensors", "--data", "\(Tool.models)/data/digits/test.csv.gz", "--json")
    #expect(plain.code == 0 && plain.output.contains("accuracy"))
  }

  /// What a model's views say holds for the result of training, for evaluation and for both programs that predict.
  @Test func viewsAreAveraged() throws {
    let place = try place(epochs: 3)
    let path = place.url.appendingPathComponent("digits.xml")
    let model = try String(contentsOf: path, encoding: .utf8)
      .replacingOccurrences(of: "<network>", with: "<views shift=\"1\"/><network>")
    try Data(model.utf8).write(to: path)
    let training = try place.run("train", "digits.xml", "-q", "--output", "run")
    #expect(training.code == 0 && training.output.contains("on 355 samples, each in 5 views"), "\(training.messages)")
    let data = "\(Tool.models)/data/digits/test.csv.gz"
    /// How often each class is predicted.
    func counts(_ arguments: String...) throws -> [Int] {
      let run = try Tool.run(
        "nnrun", ["evaluate", "run/weights.safetensors", "--data", data, "--details", "--json"] + arguments,
        in: place.url)
      let scores = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      #expect(scores["views"] as? Int == (arguments.isEmpty ? 5 : nil))
      let confusion = try #require(scores["confusion"] as? [[Int]])
      return (0..<10).map { column in confusion.reduce(0) { $0 + $1[column] } }
    }
    let predictions = try place.run("predict", "run/weights.safetensors", data, "--label", "last").output
    #expect(try place.infer("run/weights.safetensors", data, "--label", "last").output == predictions)
    let classes = predictions.split(separator: "\n").dropFirst().compactMap { $0.first?.wholeNumberValue }
    let predicted = (0..<10).map { digit in classes.count { $0 == digit } }
    #expect(classes.count == 355)
    #expect(try counts() == predicted)
    #expect(try counts("--single-view") != predicted)
  }

  /// Interrupted again and again, on one thread and on two.
  @Test func resumedRunsEndWithTheSameBits() throws {
    let place = try place(epochs: 40)
    #expect(try place.run("train", "digits.xml", "-q", "--threads", "1", "--output", "whole").code == 0)
    var arguments = ["--output", "cut"]
    var interruptions = 0
    for round in 0..<20 {
      let run = try Tool.start(
        "nnrun", ["train", "digits.xml", "-q", "--threads", "\(1 + round % 2)"] + arguments, in: place.url)
      while !place.exists("cut/checkpoint.safetensors"), run.isRunning { usleep(1000) }
      usleep(useconds_t(60_000 + 20_000 * round))
      run.interrupt()
      run.waitUntilExit()
      if run.terminationStatus == 0 { break }
      // Before the training has begun, an interruption ends the program at once.
      #expect(run.terminationStatus == 130 || run.terminationReason == .uncaughtSignal)
      interruptions += 1
      arguments = ["--resume", "cut"]
    }
    if !place.exists("cut/last.safetensors") {
      #expect(try place.run("train", "digits.xml", "-q", "--resume", "cut").code == 0)
    }
    #expect(interruptions > 0)
    for file in ["last.safetensors", "weights.safetensors"] {
      #expect(try place.data("cut/\(file)") == place.data("whole/\(file)"))
    }
  }

  @Test func lossesThatTakeNoMixturesAreRefused() throws {
    let place = try place(epochs: 1)
    let text = try place.text("digits.xml").replacingOccurrences(of: "softmaxCrossEntropy", with: "hinge")
    try Data(text.utf8).write(to: place.url.appendingPathComponent("hinge.xml"))
    for command in ["check", "train"] {
      let refused = try place.run(command, "hinge.xml")
      #expect(refused.code == 65)
      #expect(refused.messages.contains("hinge.xml:"))
      #expect(refused.messages.contains("<hinge> needs a label of 10 classes for each sample, but <mixup> makes"))
    }
    let flipped = try place.text("digits.xml").replacingOccurrences(of: "</augment>", with: "<flip/></augment>")
    try Data(flipped.utf8).write(to: place.url.appendingPathComponent("late.xml"))
    #expect(try place.run("check", "late.xml").messages.contains("put <mixup> last"))
  }
}
