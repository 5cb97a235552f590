import Foundation
import Testing

/// What training, evaluation and the gradient check say is true.
@Suite struct VerdictTests {
  private func place(
    data: String, layers: String, training: String = #"<training epochs="3" seed="1"><sgd rate="0.1"/></training>"#,
    before: String = ""
  ) throws -> Workplace {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
      <data>\(data)</data>\(before)
      <network>\(layers)</network>
      \(training)
      </model>
      """, to: "m.xml")
    return place
  }

  @Test(arguments: [("1", "2", "2"), ("1", "-1", "-1"), ("0", "1.01", "1.01")])
  func answersOutsideTheRange(_ no: String, _ yes: String, _ wrong: String) throws {
    let place = try place(
      data: #"<csv role="train" path="t.csv" label="y" task="values"/>"#,
      layers: #"<input name="x" shape="2"/><dense units="1"/><binaryCrossEntropy/>"#)
    try place.write("a,b,y\n0,1,\(no)\n1,0,\(yes)\n", to: "t.csv")
    let result = try place.run("train", "m.xml", "-q")
    #expect(result.code == 65)
    #expect(
      result.messages.contains(
        "t.csv: error: sample 2 of 'label' is \(wrong), but <binaryCrossEntropy> judges by numbers from 0 to 1"),
      "\(result.messages)")
  }

  /// The other sets, and the one of an evaluation, are looked at too.
  @Test func answersOfOtherSets() throws {
    let place = try place(
      data: #"<csv role="train" path="t.csv" label="y" task="values"/><csv role="test" path="w.csv" label="y"/>"#,
      layers: #"<input name="x" shape="2"/><dense units="1"/><binaryCrossEntropy/>"#)
    try place.write("a,b,y\n0,1,0\n1,0,1\n", to: "t.csv")
    try place.write("a,b,y\n0,1,0\n1,0,1\n1,1,3\n", to: "w.csv")
    let refused = try place.run("train", "m.xml", "-q")
    #expect(refused.code == 65 && refused.messages.contains("w.csv: error: sample 3"), "\(refused.messages)")
    try place.write("a,b,y\n0,1,0\n1,0,1\n1,1,1\n", to: "w.csv")
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    try place.write("a,b,y\n0,1,0\n1,0,1\n1,1,3\n", to: "w.csv")
    let evaluation = try place.run("evaluate", "r/weights.safetensors", "--data", "w.csv", "--label", "y")
    #expect(evaluation.code == 65 && evaluation.messages.contains("w.csv: error: sample 3"), "\(evaluation.messages)")
  }

  /// Samples of the ignored label count nowhere, whether it is one of the classes, beyond them or negative. The loss of
  /// the two that count is -log softmax, by hand.
  @Test(arguments: [2, 255, -100])
  func ignoredSamplesDoNotCount(_ ignored: Int) throws {
    let place = try place(
      data: #"<csv role="train" path="t.csv" label="y"/>"#,
      layers:
        #"<input name="x" shape="3"/><multiplyConstant value="1"/><softmaxCrossEntropy ignoredLabel="\#(ignored)"/>"#,
      training: #"<training epochs="1"><sgd rate="0"/></training>"#)
    // With three classes named, 2 is one of them whether or not a sample has it.
    try place.write("a,b,c,y\n4,0,0,0\n0,4,0,0\n4,0,0,\(ignored)\n0,4,0,\(ignored)\n", to: "t.csv")
    try place.write("a,b,c,y\n0,0,4,\(ignored)\n", to: "none.csv")
    let model = try place.text("m.xml").replacingOccurrences(of: "<data>", with: "<data classes=\"0 1 2\">")
    try place.write(model, to: "m.xml")
    let json = try place.run("train", "m.xml", "-q", "--json", "--output", "r")
    #expect(json.code == 0, "\(json.messages)")
    let scores = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(scores["samples"] as? Int == 2 && scores["ignored"] as? Int == 2 && scores["accuracy"] as? Double == 0.5)
    let total = log(exp(4.0) + 2)
    #expect((try #require(scores["loss"] as? Double) - ((total - 4) + total) / 2).magnitude < 1e-6)
    let details = try place.run(
      "evaluate", "r/weights.safetensors", "--data", "t.csv", "--label", "y", "--json", "--details")
    #expect(details.output.contains(#""confusion":[[1,1,0],[0,0,0],[0,0,0]]"#), "\(details.output)")
    let none = try place.run("evaluate", "r/weights.safetensors", "--data", "none.csv", "--label", "y")
    #expect(none.code == 65 && none.messages.contains("every sample has the label \(ignored)"), "\(none.messages)")
  }

  /// A label to ignore that lies outside the classes makes no class of itself.
  @Test func ignoredLabelsInArrays() throws {
    let place = try place(
      data: #"<npy role="train" path="x.npy" labels="y.npy"/>"#,
      layers: #"<input name="x" shape="2"/><dense units="2"/><softmaxCrossEntropy ignoredLabel="255"/>"#)
    try place.writeArray([1, 2, 2, 1, 3, 3], [3, 2], to: "x.npy")
    try place.writeWholeNumbers([0, 1, 255], to: "y.npy")
    let result = try place.run("train", "m.xml", "-q")
    #expect(result.code == 0 && result.output.contains("on 2 samples; 1 with the ignored label"), "\(result.messages)")
    let other = try place.run("train", "m.xml", "-q", "--set", "network.softmaxCrossEntropy.ignoredLabel=254")
    #expect(other.code == 65, "\(other.messages)")
  }

  /// What one sample says of a channel is no variance: a last batch of one leaves the running statistics alone, and
  /// batches of one are refused.
  @Test func batchesOfOne() throws {
    let place = try place(
      data: #"<random role="train" samples="33" shape="6" classes="3"/>"#,
      layers:
        #"<input name="x" shape="6"/><batchNorm name="n" momentum="1"/><dense units="3"/><softmaxCrossEntropy/>"#,
      training: #"<training epochs="1" batch="32" shuffle="false"><sgd rate="0"/></training>"#)
    let result = try place.run("train", "m.xml", "--output", "r")
    #expect(result.code == 0)
    #expect(result.messages.contains("warning: 33 samples in batches of 32 leave 1 for the last batch"))
    let statistics = try place.run("weights", "inspect", "r/weights.safetensors", "--json").output
    // Of 32 normal numbers; one sample alone would have left variances of 0.
    #expect(statistics.contains("running_var") && !statistics.contains(#""max":0,"#), "\(statistics)")
    #expect(try !place.run("train", "m.xml", "--set", "training.batch=11", "--output", "s").messages.contains("leave"))
    for command in ["check", "train"] {
      let refused = try place.run(command, "m.xml", "--set", "training.batch=1")
      #expect(refused.code == 65, "\(command)")
      #expect(
        refused.messages.contains("m.xml:3:") && refused.messages.contains("needs at least 2 samples"),
        "\(refused.messages)")
    }
    // Pictures have a number for each pixel, from which a variance can be had.
    let pictures = try self.place(
      data: #"<random role="train" samples="4" shape="2x2x2" classes="3"/>"#,
      layers:
        #"<input name="x" shape="2x2x2"/><batchNorm/><flatten/><dense units="3"/><softmaxCrossEntropy/>"#,
      training: #"<training epochs="1" batch="1"><sgd rate="0.1"/></training>"#)
    #expect(try pictures.run("train", "m.xml", "-q").code == 0)
  }

  private static let stopping = #"""
    <training epochs="30" batch="8" seed="5"><sgd rate="0.05"/>RULE</training>
    """#

  private func stopping(_ rule: String, rate: String = "0.05") throws -> Workplace {
    try place(
      data: #"<random role="train" samples="40" shape="6" classes="3" seed="1"/>"#
        + #"<random role="validation" samples="40" shape="6" classes="3" seed="2"/>"#,
      layers: #"<input name="x" shape="6"/><dense units="16"/><relu/><dense units="3"/><softmaxCrossEntropy/>"#,
      training: Self.stopping.replacingOccurrences(of: "RULE", with: rule).replacingOccurrences(of: "0.05", with: rate))
  }

  /// The weights are those of the epoch with the best value, whatever counts as an improvement for the stopping rule.
  @Test(arguments: ["0", "0.5"])
  func theBestEpochIsKept(_ change: String) throws {
    let place = try stopping(#"<earlyStopping metric="loss" patience="50" minimumChange="\#(change)"/>"#, rate: "0.4")
    let result = try place.run("train", "m.xml", "-q", "--output", "r")
    var losses: [Double] = []
    for line in try place.text("r/metrics.jsonl").split(separator: "\n") {
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      losses.append(try #require((record?["validation"] as? [String: Any])?["loss"] as? Double))
    }
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(losses.count == 30 && best > 0 && best < 29)
    #expect(result.output.contains("the weights are those of epoch \(best + 1)"), "\(result.output) \(losses)")
  }

  /// Slow progress adds up: it is compared with the last value that counted, not with the best one.
  @Test func stoppingRulesCountImprovementsByTheirChange() throws {
    let place = try stopping(#"<earlyStopping metric="loss" patience="4" minimumChange="0.1"/>"#)
    let result = try place.run("train", "m.xml", "-q", "--output", "r")
    var reference = Double.infinity
    var waited = 0
    var epochs = 0
    for line in try place.text("r/metrics.jsonl").split(separator: "\n") {
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let loss = try #require((record?["validation"] as? [String: Any])?["loss"] as? Double)
      epochs += 1
      (reference, waited) = loss < reference - 0.1 ? (loss, 0) : (reference, waited + 1)
      #expect((waited == 4) == (epochs == (try place.text("r/metrics.jsonl").split(separator: "\n").count)))
    }
    #expect(epochs < 30 && result.output.contains("stopped because the loss did not improve for 4 epochs"))
  }

  @Test func stoppingRulesThatCannotCount() throws {
    let two = try stopping(#"<earlyStopping metric="loss"/><earlyStopping metric="accuracy"/>"#)
    let other = try stopping(#"<earlyStopping metric="rmse"/>"#)
    for command in ["check", "train"] {
      let first = try two.run(command, "m.xml")
      #expect(first.code == 65 && first.messages.contains("m.xml:4:90: error: there are two stopping rules"))
      let second = try other.run(command, "m.xml")
      #expect(
        second.code == 65
          && second.messages.contains(
            "m.xml:4:83: error: <earlyStopping> watches rmse, but this net is measured by loss, accuracy, balancedAccuracy"
          ),
        "\(second.messages)")
    }
    let values = try place(
      data: #"<random role="train" samples="8" shape="2" values="1"/>"#,
      layers: #"<input name="x" shape="2"/><dense units="1"/><squaredError/>"#,
      training: #"<training epochs="2"><sgd rate="0.1"/><earlyStopping metric="accuracy"/></training>"#)
    // Data with two classes would have an accuracy, so only the data can tell.
    #expect(try values.run("check", "m.xml").code == 0)
    #expect(try values.run("train", "m.xml").code == 65)
  }

  /// A channel is what the net reads as one, whatever the shape in which the file holds the samples.
  @Test func channelsAreTheNets() throws {
    for (shape, scales) in [("1x2x2", 1), ("2x2x1", 2), ("4", 4)] {
      let place = try place(
        data: #"<npy role="train" path="x.npy" labels="y.npy"/>"#,
        layers: #"<input name="x" shape="\#(shape)"/><flatten/><dense units="2"/><softmaxCrossEntropy/>"#,
        before: #"<preprocess><standardize per="channel"/></preprocess>"#)
      try place.writeArray([1, 2, 10, 20, 2, 5, 40, 90, 7, 1, 70, 10], [3, 2, 2], to: "x.npy")
      try place.writeWholeNumbers([0, 1, 1], to: "y.npy")
      #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
      let bytes = try place.data("r/weights.safetensors")
      let header = String(decoding: bytes.prefix(8192), as: UTF8.self)
      let line = try #require(header.firstMatch(of: /\\"scales\\":\[([-0-9.e,]+)\]/)).1
      #expect(Set(line.split(separator: ",")).count == scales, "\(shape): \(line)")
    }
  }

  /// No name of a layer is one of a checkpoint's own.
  @Test func namesOfCheckpoints() throws {
    let place = try place(
      data: #"<random role="train" samples="8" shape="4" classes="2"/>"#,
      layers: """
        <input name="x" shape="4"/><dense name="fc1" units="3"/><relu/><dense name="best.fc1" units="3"/>
        <dense name="optimizer.first.fc1" units="3"/><dense name="run" units="2"/><softmaxCrossEntropy/>
        """,
      training: #"<training epochs="2" batch="4"><adam rate="0.1"/></training>"#)
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    #expect(try place.run("train", "m.xml", "-q", "--resume", "r", "--set", "training.epochs=2").code == 0)
    #expect(try place.run("weights", "inspect", "r/checkpoint.safetensors").output.contains("best/best.fc1.weight"))
  }

  /// Two outputs of one name in a trace are refused.
  @Test func namesOfTraces() throws {
    let place = try place(
      data: "",
      layers: """
        <input name="x" shape="4"/><split name="s" sizes="2 2"/><relu name="s.2" from="s"/>
        <concat from="s.2 s"/>
        """, training: "")
    try place.writeArray([1, 2, 3, 4], [1, 4], to: "x.npy")
    let result = try place.run("trace", "m.xml", "--input", "x.npy", "--output", "t.safetensors")
    #expect(result.code == 65, "\(result.messages)")
  }

  @Test(arguments: [
    // Everything at a kink.
    ("<input name=\"x\" shape=\"2\" value=\"0 0\"/><relu/><squaredError/>", "no gradient could be compared"),
    ("<input name=\"x\" shape=\"2\"/><log/><dense units=\"1\"/><squaredError/>", "no gradient could be compared"),
    ("<input name=\"x\" shape=\"1x4x4\"/><batchNorm/><maxPool2d kernel=\"2\"/><flatten/><squaredError/>", "are right"),
    ("<input name=\"x\" shape=\"4\"/><dense units=\"4\"/><step/><dense units=\"2\"/><squaredError/>", "are right"),
    ("<input name=\"x\" shape=\"4\"/><dense units=\"4\"/><dropout rate=\"0.5\"/><squaredError/>", "are right"),
  ])
  func gradients(_ layers: String, _ verdict: String) throws {
    let place = try place(data: "", layers: layers, training: "")
    let result = try place.run("gradcheck", "m.xml", "--all")
    #expect(result.code == 0 && result.output.contains(verdict), "\(result.output) \(result.messages)")
  }
}

extension Workplace {
  /// Writes one of NumPy's files of 64-bit whole numbers.
  func writeWholeNumbers(_ values: [Int], to name: String) throws {
    var header = "{'descr': '<i8', 'fortran_order': False, 'shape': (\(values.count),), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    var file = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8)
    for value in values { withUnsafeBytes(of: Int64(value)) { file.append(contentsOf: $0) } }
    try file.write(to: url.appendingPathComponent(name))
  }
}
