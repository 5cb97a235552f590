import Foundation
import Testing

/// What a run leaves behind of its results, and what evaluation and comparison make of it.
@Suite struct ResultTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  /// A run's folder knows the run's own sets, splits included, wherever the commands are called from.
  @Test func evaluationKnowsTheModelsOwnSets() throws {
    let place = try Workplace()
    try place.write((0..<60).map { "\($0 % 7),\($0 % 5),\($0 % 2)\n" }.joined(), to: "data.csv")
    try FileManager.default.createDirectory(
      at: place.url.appendingPathComponent("models"), withIntermediateDirectories: true)
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
      <data><csv role="train" path="../data.csv" label="last"/>
      <split role="test" from="train" fraction="0.2"/><split role="validation" from="train" fraction="0.25"/></data>
      <network><input name="x" shape="2"/><dense units="4"/><tanh/><dense units="2"/><softmaxCrossEntropy/></network>
      <training epochs="5" batch="8"><adam/></training></model>
      """, to: "models/m.xml")
    let trained = try object(
      try place.run("train", "models/m.xml", "-q", "--json", "--output", "out/deep/run").output)
    #expect(trained["set"] as? String == "test" && trained["samples"] as? Int == 12)
    let results = try object(try place.text("out/deep/run/results.json"))
    #expect((results["test"] as? [String: Any])?["loss"] as? Double == trained["loss"] as? Double)
    #expect((results["validation"] as? [String: Any])?["samples"] as? Int == 12)
    #expect(results["bestEpoch"] as? Int ?? 0 > 0 && results["metric"] as? String == "accuracy")
    let elsewhere = try Workplace()
    let folder = place.url.appendingPathComponent("out/deep/run").path
    for path in [folder, folder + "/weights.safetensors"] {
      let found = try object(try elsewhere.run("evaluate", path, "--json").output)
      #expect(found["loss"] as? Double == trained["loss"] as? Double && found["samples"] as? Int == 12)
      #expect(found["auc"] as? Double == trained["auc"] as? Double)
    }
    let training = try elsewhere.run("evaluate", folder, "--role", "train")
    #expect(training.code == 0 && training.output.contains("on 36 samples"), "\(training)")
    let other = try elsewhere.run("evaluate", folder, "--role", "dev")
    #expect(other.code == 64 && other.messages.contains("it has test, train, validation"), "\(other.messages)")
    // The model of the run can be trained again, and gives the same.
    let again = try object(
      try elsewhere.run("train", folder + "/model.xml", "-q", "--json", "--output", "again").output)
    #expect(again["loss"] as? Double == trained["loss"] as? Double)
    // Weights away from their run know no data.
    try FileManager.default.copyItem(
      at: place.url.appendingPathComponent("out/deep/run/weights.safetensors"),
      to: elsewhere.url.appendingPathComponent("alone.safetensors"))
    let alone = try elsewhere.run("evaluate", "alone.safetensors")
    #expect(alone.code == 64 && alone.messages.contains("--data is missing"), "\(alone.messages)")
  }

  /// A net with two losses, one of several labels and one of numbers.
  private func heads() throws -> Workplace {
    let place = try Workplace()
    try place.write((0..<40).map { "\($0 % 5),\($0 % 3),\($0 * 7 % 11)\n" }.joined(), to: "x.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="two">
      <data><random role="train" samples="64" shape="4" classes="3" seed="1"/>
      <random role="validation" samples="32" shape="4" classes="3" seed="2"/></data>
      <network><input name="x" shape="4"/><dense name="hidden" units="6"/><tanh name="h"/>
      <dense units="3"/><softmaxCrossEntropy name="first"/>
      <dense units="3" from="h"/><hinge name="second"/></network>
      <training epochs="4"><adam/><earlyStopping metric="auc" patience="3"/></training></model>
      """, to: "two.xml")
    return place
  }

  /// Every head is reported under its name.
  @Test func everyHeadIsReported() throws {
    let place = try heads()
    let text = try place.run("train", "two.xml", "-q", "--output", "r")
    #expect(text.code == 0 && text.output.contains("of 2 heads\n  first: loss "), "\(text)")
    #expect(text.output.contains("\n  second: loss "))
    let result = try object(try place.run("evaluate", "r", "--json").output)
    let named = try #require(result["heads"] as? [String: [String: Any]])
    #expect(Set(named.keys) == ["first", "second"])
    #expect(named["first"]?["logLoss"] is Double && named["second"]?["logLoss"] == nil)
    #expect(named["second"]?["auc"] is Double)
    let sum = try #require(named["first"]?["loss"] as? Double) + #require(named["second"]?["loss"] as? Double)
    #expect((try #require(result["loss"] as? Double) - sum).magnitude < 1e-12)
    #expect(try place.run("evaluate", "r", "--require", "second.accuracy=0").code == 0)
    #expect(try place.run("evaluate", "r", "--require", "second.auc=1.01").code == 1)
    let unknown = try place.run("evaluate", "r", "--require", "third.auc=0")
    #expect(unknown.code == 64 && unknown.messages.contains("it has first, second"), "\(unknown.messages)")
    // The metric that decides stands in every epoch's line.
    #expect(try place.text("r/metrics.jsonl").split(separator: "\n").allSatisfy { $0.contains(#""auc":"#) })
    // So do the metrics of each head.
    let line = try object(String(try #require(place.text("r/metrics.jsonl").split(separator: "\n").first)))
    let epoch = try #require((line["validation"] as? [String: Any])?["heads"] as? [String: [String: Double]])
    #expect(epoch["first"]?["accuracy"] != nil && epoch["second"]?["auc"] != nil)
    let report = try place.text("r/report.html")
    for word in ["first: Loss", "second: Accuracy"] { #expect(report.contains(word), "\(word)") }
    for word in [
      "<h3>first</h3>", "<h3>second</h3>", "Confusion matrix", "ROC", "Precision", "Calibration", "largest error",
    ] {
      #expect(report.contains(word), "\(word)")
    }
  }

  /// A stopping rule that watches one of several heads keeps the epoch that is best there.
  @Test func oneHeadDecides() throws {
    let place = try heads()
    func train(_ rule: String, _ folder: String) throws -> Tool.Result {
      try place.write(
        try place.text("two.xml").replacing(#"<earlyStopping metric="auc" patience="3"/>"#, with: rule).replacing(
          "epochs=\"4\"", with: "epochs=\"30\""), to: "\(folder).xml")
      return try place.run("train", "\(folder).xml", "-q", "--output", folder)
    }
    for head in ["first", "second"] {
      let result = try train(#"<earlyStopping metric="balancedAccuracy" head="\#(head)" patience="5"/>"#, head)
      #expect(result.code == 0, "\(result)")
      let lines = try place.text("\(head)/metrics.jsonl").split(separator: "\n").map { try object(String($0)) }
      let values = lines.compactMap { line in
        ((line["validation"] as? [String: Any])?["heads"] as? [String: [String: Double]])?[head]?["balancedAccuracy"]
      }
      let best = try #require(values.max())
      let results = try object(try place.text("\(head)/results.json"))
      let kept = try #require(results["bestEpoch"] as? Int)
      // Lists of runs show the loss that decided, and its values.
      #expect(results["head"] as? String == head)
      let list = try place.run("runs", ".")
      #expect(list.output.contains(" of \(head) "), "\(list)")
      let runs = try place.run("runs", ".", "--json")
      let all = try JSONSerialization.jsonObject(with: Data(runs.output.utf8)) as? [[String: Any]] ?? []
      let run = try #require(all.first { $0["head"] as? String == head })
      let heads = (results["validation"] as? [String: Any])?["heads"] as? [String: [String: Any]]
      #expect(run["validation"] as? Double == heads?[head]?["balancedAccuracy"] as? Double)
      #expect(values.count == lines.count && values[kept - 1] == best, "\(head) \(kept) \(values)")
      let place = values.firstIndex(of: best).map { $0 + 1 } ?? 0
      #expect(lines.count == 30 || lines.count == place + 5, "\(lines.count) \(values)")
    }
    let unknown = try train(#"<earlyStopping metric="loss" head="secnd"/>"#, "unknown")
    #expect(unknown.code == 65 && unknown.messages.contains("did you mean 'second'?"), "\(unknown)")
    let other = try train(#"<earlyStopping metric="logLoss" head="second"/>"#, "other")
    #expect(other.code == 65 && other.messages.contains("watches logLoss"), "\(other)")
  }

  /// Reports show residuals of numbers, pictures as pictures, and what was overridden.
  @Test func reportsShowSamples() throws {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="pictures">
      <data><random role="train" samples="40" shape="1x4x5" classes="2" seed="1"/></data>
      <network><input name="x" shape="1x4x5"/><flatten/><dense units="2"/><softmaxCrossEntropy/></network>
      <training epochs="3"><sgd rate="0.1"/></training></model>
      """, to: "p.xml")
    #expect(try place.run("train", "p.xml", "-q", "--output", "p", "--set", "training.epochs=2").code == 0)
    let pictures = try place.text("p/report.html")
    #expect(pictures.contains("data:image/bmp;base64,Qk") && pictures.contains("<code>training.epochs=2</code>"))
    let start = try #require(pictures.range(of: "base64,")).upperBound
    let bytes = try #require(Data(base64Encoded: String(pictures[start...].prefix { $0 != "\"" })))
    #expect(bytes.count == 54 + 4 * 16 && bytes[18] == 5 && bytes[22] == 4)
    let values = try place.run(
      "train", "\(Tool.models)/linear-regression.xml", "-q", "--output", "v", "--set", "training.epochs=3")
    #expect(values.code == 0)
    #expect(try place.text("v/report.html").contains("Residuals"))
  }

  /// Several yes-or-no answers are labels; targets between no and yes are measured by the loss alone.
  @Test func severalLabels() throws {
    let place = try Workplace()
    func model(_ labels: String) -> String {
      """
      <model xmlns="urn:nnrun:model:1" name="l">
      <data><csv role="train" path="l.csv" label="\(labels)" task="values"/></data>
      <network><input name="x" shape="2"/><dense units="2"/><binaryCrossEntropy/></network>
      <training epochs="3" batch="8"><adam/></training></model>
      """
    }
    try place.write(
      "a,b,p,q,r\n" + (0..<30).map { "\($0 % 4),\($0 % 3),\($0 % 2),\($0 % 3 == 0 ? 1 : 0),0.5\n" }.joined(),
      to: "l.csv")
    try place.write(model("p q").replacingOccurrences(of: "shape=\"2\"", with: "shape=\"3\""), to: "hard.xml")
    try place.write(model("q r").replacingOccurrences(of: "shape=\"2\"", with: "shape=\"3\""), to: "soft.xml")
    let hard = try place.run("train", "hard.xml", "-q", "--json", "--output", "h")
    #expect(hard.code == 0, "\(hard.messages)")
    let found = try object(hard.output)
    #expect(found["hammingLoss"] is Double && found["f1Micro"] is Double && found["matthews"] == nil)
    let details = try place.run("evaluate", "h", "--role", "train", "--details")
    #expect(details.output.contains("Hamming loss") && details.output.contains("class  precision"), "\(details)")
    #expect(try place.text("h/report.html").contains("ROC"))
    let soft = try place.run("train", "soft.xml", "-q", "--output", "s")
    #expect(soft.output.contains("training: loss ") && !soft.output.contains("accuracy"), "\(soft)")
  }

  /// Of many classes the report names the most frequent mistakes.
  @Test func manyClasses() throws {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="many">
      <data><random role="train" samples="200" shape="4" classes="45" seed="1"/></data>
      <network><input name="x" shape="4"/><dense units="45"/><softmaxCrossEntropy/></network>
      <training epochs="1"><sgd rate="0.1"/></training></model>
      """, to: "m.xml")
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    let report = try place.text("r/report.html")
    #expect(report.contains("Most frequent mistakes") && !report.contains("Confusion matrix"))
    #expect(report.contains("the 8 classes that are hardest to tell"))
  }

  /// The column that decides is the most important one, and one that is not read matters not at all.
  @Test func importance() throws {
    let place = try Workplace()
    let rows = (0..<80).map { "\($0 % 2),\($0 * 7 % 10),\($0 % 2 == 0 ? "yes" : "no")\n" }
    try place.write("key,noise,answer\n" + rows.joined(), to: "t.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="t">
      <data><csv role="train" path="t.csv" label="answer"/><csv role="test" path="t.csv" label="answer"/></data>
      <preprocess><standardize/></preprocess>
      <network><input name="x" shape="2"/><dense units="2"/><softmaxCrossEntropy/></network>
      <training epochs="30" batch="8"><adam rate="0.1"/></training></model>
      """, to: "t.xml")
    #expect(try place.run("train", "t.xml", "-q", "--output", "r").code == 0)
    let found = try object(try place.run("evaluate", "r", "--importance", "--json").output)
    #expect(found["importanceMetric"] as? String == "accuracy")
    let list = try #require(found["importance"] as? [[String: Any]])
    #expect(list.map { $0["name"] as? String } == ["key", "noise"])
    #expect(try #require(list[0]["mean"] as? Double) > 0.3)
    #expect(try #require(list[1]["mean"] as? Double) < 0.1)
    let text = try place.run("evaluate", "r", "--importance")
    // The report tells columns by their names.
    #expect(try place.text("r/report.html").contains("key "))
    #expect(text.output.contains("exchanged") && text.output.contains("accuracy lost"), "\(text.output)")
  }

  @Test func runsAreListedAndCompared() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 3)
    #expect(try place.run("train", "small.xml", "-q").code == 0)
    #expect(
      try place.run("train", "small.xml", "-q", "--set", "network.fc1.units=8", "--set", "training.epochs=2").code == 0)
    let list = try place.run("runs")
    #expect(list.code == 0 && list.output.split(separator: "\n").count == 3, "\(list)")
    #expect(list.output.contains("network.fc1.units=8 training.epochs=2"))
    let sorted = try place.run("runs", "--sort", "test", "--json")
    let runs = try #require(try JSONSerialization.jsonObject(with: Data(sorted.output.utf8)) as? [[String: Any]])
    let tests = runs.compactMap { $0["test"] as? Double }
    #expect(tests.count == 2 && tests == tests.sorted())
    let comparison = try place.run("runs", "compare", "runs/small", "runs/small-2")
    #expect(comparison.code == 0, "\(comparison.messages)")
    for word in ["network.fc1.units", "training.epochs", "test accuracy", "curves: compare.svg"] {
      #expect(comparison.output.contains(word), "\(word): \(comparison.output)")
    }
    let picture = try place.text("compare.svg")
    #expect(picture.hasSuffix("</svg>\n") && picture.contains("A validation"))
    // Nothing is replaced unless it is asked for.
    #expect(try place.run("runs", "compare", "runs/small", "runs/small-2").code == 73)
    #expect(try place.run("runs", "compare", "runs/small", "runs/small-2", "--force").code == 0)
    #expect(try place.run("runs", "compare", "runs/small").code == 64)
    #expect(try place.run("runs", "nowhere").code == 66)
    #expect(try place.run("runs", "compare", "runs/small", ".", "--force").code == 66)
  }
}
