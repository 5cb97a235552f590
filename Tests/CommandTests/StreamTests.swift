import Foundation
import Testing

/// Steps that come in one by one, and labels of whole sequences.
@Suite struct StreamTests {
  private static let header = "@problemName p\n@timeStamps false\n@univariate false\n@classLabel true up down\n@data\n"

  private func trained(_ layers: String) throws -> Workplace {
    let place = try Workplace()
    let series = (0..<30).map { index in
      let values = (0..<(1 + index % 4)).map { "\((index % 2 == 0 ? 1.0 : -1.0) * Double($0 + 1) + Double(index % 3))" }
      return
        "\(values.joined(separator: ",")):\(values.reversed().joined(separator: ",")):\(index % 2 == 0 ? "up" : "down")\n"
    }
    try place.write(Self.header + series.joined(), to: "train.ts")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><timeSeries path="train.ts"/></data>
        <preprocess><standardize/></preprocess>
        <network><input name="x" shape="4x2" length="varying"/>\(layers)<softmaxCrossEntropy/></network>
        <training epochs="3" batch="8"><sgd rate="0.1"/></training>
      </model>
      """, to: "m.xml")
    let training = try place.run("train", "m.xml", "-q", "--output", "run")
    #expect(training.code == 0, "\(training)")
    return place
  }

  private static let weights = "run/weights.safetensors"

  @Test func eachStepIsAnswered() throws {
    let place = try trained(#"<lstm units="6" return="last"/><dense units="2"/>"#)
    // What is predicted of the beginnings of a sequence, as sequences of their own.
    try place.write(
      Self.header
        + "1.5:0.25:up\n1.5,2.5:0.25,-3:up\n1.5,2.5,-4:0.25,-3,0:up\n1.5,2.5,-4,7:0.25,-3,0,1:up\n1,1:2,2:up\n",
      to: "t.ts")
    let whole = try place.run("predict", Self.weights, "t.ts", "--probabilities").output
    let lines = "1.5,0.25\n2.5 -3\n-4\t0\n7, 1\n\n1 2\n1 2\n"
    let streamed = try place.infer(Self.weights, "-", "--stream", "--probabilities", input: lines)
    var answers = streamed.output.split(separator: "\n")
    #expect(streamed.code == 0 && answers.count == 7, "\(streamed)")
    // The first step of the second sequence is no sequence of the table.
    answers.remove(at: 5)
    #expect(answers.joined(separator: "\n") + "\n" == whole)
    try place.write(lines, to: "lines.txt")
    #expect(
      try place.run("predict", Self.weights, "lines.txt", "--stream", "--probabilities").output == streamed.output)
    let objects = try place.infer(Self.weights, "-", "--stream", "--format", "jsonl", input: "1 2\n").output
    #expect(objects.hasPrefix(#"{"class":""#) && objects.split(separator: "\n").count == 1)
    for (input, message) in [
      ("1 2\n1\n", "standard input:2:1: error: this line has 1 number, but a step has 2"),
      ("1 x\n", "standard input:1:1: error: 'x' is not a number"),
    ] {
      let result = try place.infer(Self.weights, "-", "--stream", input: input)
      #expect(result.code == 65 && result.messages.contains(message), "\(result)")
    }
    #expect(try place.infer(Self.weights, "-", "--stream", "--format", "npy").code == 64)
    #expect(try place.infer(Self.weights, "-", "--stream", "--label", "x").code == 64)
  }

  /// An answer comes before the next step is there.
  @Test func answersAreNotHeldBack() throws {
    let place = try trained(#"<gru units="3" return="last"/><dense units="2"/>"#)
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = Tool.folder.appendingPathComponent("nninfer")
    process.arguments = [Self.weights, "-", "--stream", "--format", "jsonl"]
    process.currentDirectoryURL = place.url
    (process.standardInput, process.standardOutput) = (input, output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<3 {
      try input.fileHandleForWriting.write(contentsOf: Data("1 2\n".utf8))
      #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).hasSuffix("}\n"))
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func whatNeedsTheWholeIsRefused() throws {
    let place = try trained(#"<lstm name="both" units="3" direction="both" return="last"/><dense units="2"/>"#)
    let result = try place.infer(Self.weights, "-", "--stream", input: "1 2\n")
    #expect(result.code == 65 && result.output.isEmpty, "\(result)")
    #expect(result.messages.contains("'both' (<lstm>) cannot read a sequence step by step"), "\(result)")
  }

  @Test func tokensAreSteps() throws {
    let place = try Workplace()
    let rows = (0..<40).map { "\(["aba", "bb", "abb a", "b"][$0 % 4]),\(["x", "y"][$0 % 2])\n" }
    try place.write("t,y\n" + rows.joined(), to: "train.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><csv path="train.csv" label="y"/></data>
        <columns><text name="t" tokens="characters" length="8"/></columns>
        <network><input name="x" shape="columns" kind="index" length="varying"/><embedding size="3"/>
          <gru units="4" return="last"/><dense units="2"/><softmaxCrossEntropy/></network>
        <training epochs="2" batch="8"><sgd rate="0.1"/></training>
      </model>
      """, to: "m.xml")
    #expect(try place.run("train", "m.xml", "-q", "--output", "run").code == 0)
    try place.write("t\na\nab\nab c\n", to: "t.csv")
    let whole = try place.infer(Self.weights, "t.csv").output.split(separator: "\n")
    let streamed = try place.infer(Self.weights, "-", "--stream", input: "a\nb\n \nc\n").output.split(separator: "\n")
    #expect(streamed.count == 5 && whole.count == 4)
    #expect([0, 1, 2, 4].map { streamed[$0] } == whole)
    let wrong = try place.infer(Self.weights, "-", "--stream", input: "ab\n")
    #expect(wrong.code == 65 && wrong.messages.contains("'ab' is not one token"), "\(wrong)")
  }

  /// Frames of two labels with pauses between them, learned without being told where each label stands.
  @Test func labelsAreReadOffSequences() throws {
    let place = try Workplace()
    let steps = 12
    var (frames, targets, lengths) = ([Double](), [Double](), [Double]())
    var words: [String] = []
    for sample in 0..<48 {
      let labels = (0..<(1 + sample % 3)).map { 1 + ((sample / 3) >> $0) % 2 }
      words.append(labels.map { ["a", "b"][$0 - 1] }.joined(separator: " "))
      var rows: [[Double]] = []
      for label in labels {
        rows += [[Double]](repeating: label == 1 ? [1, 0, 0] : [0, 1, 0], count: 1 + (sample + label) % 3)
        rows.append([0, 0, 1])
      }
      lengths.append(Double(rows.count))
      rows += [[Double]](repeating: [9, 9, 9], count: steps - rows.count)
      frames += rows.flatMap { $0 }
      targets += (0..<steps).map { $0 < labels.count ? Double(labels[$0]) : 0 }
    }
    try place.writeArray(frames, [48, steps, 3], to: "x.npy")
    try place.writeArray(targets, [48, steps], to: "y.npy")
    try place.writeArray(lengths, [48], to: "n.npy")
    func write(_ loss: String, steps: Int = 12) throws {
      try place.write(
        """
        <model xmlns="urn:nnrun:model:1" name="m">
          <data classes="- a b"><npy path="x.npy" labels="y.npy" lengths="n.npy"/></data>
          <network><input name="x" shape="\(steps)x3" length="varying"/><dense units="3" each="step"/>\(loss)</network>
          <training epochs="150" batch="16" seed="3"><adam rate="0.05"/></training>
        </model>
        """, to: "m.xml")
    }
    try write(#"<ctc blank="0"/>"#)
    let training = try place.run("train", "m.xml", "-q", "--output", "run")
    #expect(training.code == 0, "\(training)")
    let predicted = try place.run("predict", Self.weights, "x.npy", "--lengths", "n.npy")
    #expect(predicted.output == "labels\n" + words.map { $0 + "\n" }.joined(), "\(predicted)")
    let objects = try place.infer(Self.weights, "x.npy", "--lengths", "n.npy", "--format", "jsonl").output
    #expect(objects.hasPrefix(#"{"labels":["a"],"values":[["#), "\(objects.prefix(80))")
    let evaluation = try place.run(
      "evaluate", Self.weights, "--data", "x.npy", "--labels", "y.npy", "--lengths", "n.npy", "--json")
    #expect(evaluation.code == 0 && !evaluation.output.contains("accuracy"), "\(evaluation)")
    let check = try place.run("gradcheck", "m.xml", "--batch", "3")
    #expect(check.code == 0, "\(check)")
    // More labels than steps.
    try place.writeArray([Double](repeating: 1, count: 48), [48], to: "n.npy")
    try place.writeArray((0..<48).flatMap { targets[($0 * steps)..<($0 * steps + 3)] }, [48, 3], to: "y.npy")
    try write(#"<ctc labels="3"/>"#)
    let impossible = try place.run("train", "m.xml", "-q", "--output", "run2")
    #expect(impossible.code != 0 && impossible.messages.contains("'ctc1'"), "\(impossible)")
    try write(#"<ctc labels="3" zeroInfinity="true"/>"#)
    #expect(try place.run("train", "m.xml", "-q", "--output", "run3", "--set", "training.epochs=2").code == 0)
  }
}
