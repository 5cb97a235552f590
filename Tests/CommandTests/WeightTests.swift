import Foundation
import Testing

/// Samples and classes that count more than others.
@Suite struct WeightTests {
  private func results(_ place: Workplace, _ folder: String) throws -> [String: Any] {
    let all = try JSONSerialization.jsonObject(with: Data(try place.text("\(folder)/results.json").utf8))
    return try #require((all as? [String: Any])?["validation"] as? [String: Any])
  }

  private func model(_ attributes: String, columns: Bool, loss: String = "<softmaxCrossEntropy/>") -> String {
    """
    <model xmlns="urn:nnrun:model:1" name="m"><data><csv role="train" path="d.csv" label="y" \(attributes)/>
    <csv role="validation" path="d.csv" label="y" \(attributes)/></data>
    \(columns ? "<columns><number name=\"a b\" scale=\"none\"/></columns>" : "")
    <network><input name="x" shape="\(columns ? "columns" : "2")"/><dense units="2"/>\(loss)</network>
    <training epochs="8" batch="100"><sgd rate="0.5"/></training></model>
    """
  }

  /// A row with a whole weight counts like so many rows, in the training, its metrics and afterwards.
  @Test(arguments: [false, true]) func weightsCountLikeCopies(columns: Bool) throws {
    let place = try Workplace()
    let rows = (0..<20).map { (a: $0 % 3, b: $0 % 5, w: $0 % 4, y: $0 % 2 == 0 ? "yes" : "no") }
    try place.write("w,a,b,y\n" + rows.map { "\($0.w),\($0.a),\($0.b),\($0.y)\n" }.joined(), to: "d.csv")
    try place.write(model("weight=\"w\"", columns: columns), to: "m.xml")
    let weighted = try place.run("train", "m.xml", "-q", "--output", "weighted")
    #expect(weighted.code == 0, "\(weighted)")
    let copies = rows.flatMap { row in Array(repeating: "\(row.a),\(row.b),\(row.y)\n", count: row.w) }
    try place.write("a,b,y\n" + copies.joined(), to: "d.csv")
    try place.write(model("", columns: columns), to: "m.xml")
    #expect(try place.run("train", "m.xml", "-q", "--output", "copied").code == 0)
    let (found, expected) = (try results(place, "weighted"), try results(place, "copied"))
    for metric in ["loss", "accuracy", "balancedAccuracy", "auc"] {
      let (one, other) = (found[metric] as? Double, expected[metric] as? Double)
      #expect(abs((one ?? 0) - (other ?? 1)) < 1e-5, "\(metric): \(one ?? .nan) and \(other ?? .nan)")
    }
    // A table without weights can be predicted, and evaluated with each sample counting once.
    #expect(try place.run("predict", "weighted/weights.safetensors", "d.csv").code == 0)
    let evaluated = try place.run("evaluate", "weighted/weights.safetensors", "--data", "d.csv", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any]
    #expect(abs((object?["loss"] as? Double ?? 0) - (expected["loss"] as? Double ?? 1)) < 1e-5, "\(evaluated)")
  }

  @Test func weightsThatAreNone() throws {
    let place = try Workplace()
    try place.write("w,a,b,y\n1,1,2,yes\n-1,2,3,no\n", to: "d.csv")
    for (attributes, message) in [
      ("weight=\"w\"", "d.csv:3:1: error: a sample's weight is at least 0"),
      ("weight=\"v\"", "no column 'v' of weights"),
      ("weight=\"y\"", "cannot hold both"), ("weight=\"9\"", "no column '9' of weights"),
    ] {
      try place.write(model(attributes, columns: false), to: "m.xml")
      let result = try place.run("train", "m.xml", "-q")
      #expect(result.code == 65 && result.messages.contains(message), "\(attributes): \(result.messages)")
    }
  }

  /// Balanced classes weigh n / (classes n_k), and the numbers are in the weights.
  @Test func classesAreBalanced() throws {
    let place = try Workplace()
    try place.write(
      "a,b,y\n" + (0..<40).map { "\($0 % 3),\($0 % 5),\($0 % 4 == 0 ? "rare" : "often")\n" }.joined(), to: "d.csv")
    for (name, weights) in [("balanced", "balanced"), ("given", "0.6666666666666666 2.0")] {
      try place.write(
        model("", columns: false, loss: "<softmaxCrossEntropy classWeights=\"\(weights)\"/>"), to: "m.xml")
      let result = try place.run("train", "m.xml", "-q", "--output", name)
      #expect(result.code == 0, "\(result)")
    }
    #expect(try results(place, "balanced")["loss"] as? Double == results(place, "given")["loss"] as? Double)
    let evaluated = try place.run("evaluate", "balanced", "--role", "train", "--json")
    #expect(evaluated.code == 0, "\(evaluated)")
    #expect(try place.text("balanced/model.xml").contains("classWeights=\"0.6666666666666666 2.0\""))
    try place.write(model("", columns: false, loss: "<focal classWeights=\"balanced\"/>"), to: "m.xml")
    #expect(try place.run("train", "m.xml", "-q").code == 0)
    #expect(try place.run("train", "m.xml", "-q", "--resume", "runs/m", "--set", "training.epochs=9").code == 0)
    try place.write(model("", columns: false, loss: "<softmaxCrossEntropy classWeights=\"even\"/>"), to: "m.xml")
    #expect(try place.run("check", "m.xml").code == 65)
  }
}
