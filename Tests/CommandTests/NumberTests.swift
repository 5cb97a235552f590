import Foundation
import Testing

/// Numbers that are none: in data, in predictions, in parameters.
@Suite struct NumberTests {
  private static let layers = "<dense units=\"2\"/><softmaxCrossEntropy/>"

  /// A place with a table to train on, and a model whose other set and layers are given.
  private func place(_ data: String = "", layers: String = layers, training: String = "") throws -> Workplace {
    let place = try Workplace()
    try place.write("a,b,y\n1,2,0\n2,1,1\n1,3,0\n3,1,1\n", to: "train.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><csv role="train" path="train.csv" label="y"/>\(data)</data>
        <network><input name="x" shape="2"/>\(layers)</network>
        <training epochs="3" batch="2" seed="1"><sgd rate="0.1"/>\(training)</training>
      </model>
      """, to: "m.xml")
    return place
  }

  /// Layers that leave small numbers as they are and make NaN of those of 1e30.
  private static let fragile =
    "<multiplyConstant value=\"1e10\"/><multiplyConstant value=\"1e-10\"/>" + layers

  @Test(arguments: [
    (Double.nan, "element 2 of sample 2 of 'input' is NaN"), (-Double.infinity, "element 2 of sample 2 of 'input'"),
  ])
  func dataWithoutANumber(_ value: Double, _ message: String) throws {
    for role in ["validation", "test"] {
      let place = try place(#"<npy role="\#(role)" path="x.npy" labels="y.npy"/>"#)
      try place.writeArray([1, 2, 3, value, 5, 6], [3, 2], to: "x.npy")
      try place.writeArray([0, 1, 0], [3], to: "y.npy")
      let result = try place.run("train", "m.xml", "-q")
      #expect(result.code == 65 && result.messages.contains("x.npy: error: " + message), "\(result.messages)")
      #expect(!place.exists("runs/m/weights.safetensors"))
    }
    let place = try place()
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    try place.writeArray([1, 2, 3, value], [2, 2], to: "x.npy")
    let prediction = try place.run("predict", "r/weights.safetensors", "x.npy")
    #expect(prediction.code == 65 && prediction.messages.contains(message) && prediction.output.isEmpty)
  }

  @Test func targetsWithoutANumber() throws {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><npy role="train" path="x.npy" labels="y.npy"/></data>
        <network><input name="x" shape="2"/><dense units="1"/><squaredError/></network>
        <training epochs="3"><sgd rate="0.1"/></training>
      </model>
      """, to: "m.xml")
    try place.writeArray([1, 2, 3, 4], [2, 2], to: "x.npy")
    try place.writeArray([1.5, .nan], [2], to: "y.npy")
    let result = try place.run("train", "m.xml", "-q")
    #expect(
      result.code == 65 && result.messages.contains("y.npy: error: sample 2 of 'label' is NaN"), "\(result.messages)")
  }

  @Test func predictionsWithoutANumber() throws {
    let place = try place(layers: Self.fragile)
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    let rows = "a,b\n1,2\n1e30,1\n"
    let result = try place.run("predict", "r/weights.safetensors", "-", input: rows)
    #expect(result.code == 65 && result.messages.contains("2 of the 4 predicted numbers are not finite"))
    let csv = result.output.split(separator: "\n")
    #expect(csv.count == 3 && csv[2] == ",nan")
    let json = try place.run("predict", "r/weights.safetensors", "-", "--format", "json", input: rows).output
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
    #expect(parsed[1]["class"] is NSNull && parsed[1]["probability"] is NSNull)
    #expect((parsed[1]["values"] as? [Any])?.allSatisfy { $0 is NSNull } ?? false)
    #expect(try place.infer("r/weights.safetensors", "-", input: rows).output.hasSuffix("\n,nan\n"))
  }

  /// A prediction that is NaN is wrong, also where the right class is the first one.
  @Test func aPredictionWithoutANumberIsWrong() throws {
    let place = try place(layers: Self.fragile)
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    try place.write("a,b,y\n1e30,1,0\n1e30,2,0\n1e30,3,1\n", to: "t.csv")
    let arguments = ["evaluate", "r/weights.safetensors", "--data", "t.csv", "--label", "y"]
    let text = try Tool.run("nnrun", arguments, in: place.url)
    #expect(text.code == 65 && text.messages.contains("the loss is not a finite number"))
    #expect(
      text.output.contains("accuracy 0.00 % on 3 samples; 3 predictions are NaN, which is wrong"), "\(text.output)")
    let json = try Tool.run("nnrun", arguments + ["--json", "--details"], in: place.url).output
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(parsed["loss"] is NSNull && parsed["accuracy"] as? Double == 0 && parsed["unpredicted"] as? Int == 3)
    let classes = try #require(parsed["classes"] as? [[String: Any]])
    #expect(classes.map { $0["samples"] as? Int } == [2, 1] && classes.map { $0["recall"] as? Double } == [0, 0])
  }

  @Test func parametersThatTheLastStepSpoils() throws {
    let place = try place()
    let result = try place.run(
      "train", "m.xml", "--output", "r", "--set", "training.epochs=1", "--set", "training.batch=4", "--set",
      "training.sgd.rate=1e39")
    #expect(result.code == 65, "\(result.messages)")
    #expect(result.messages.contains("after step 1 (epoch 1, rate 1.0e39) the parameters or the state of 'dense1'"))
    #expect(result.messages.contains("the weights that the run began with are in r/weights.safetensors"))
    #expect(!place.exists("r/last.safetensors"))
    let inspection = try place.run("weights", "inspect", "r/weights.safetensors", "--json")
    #expect(inspection.code == 0 && !inspection.output.contains(#""nonFinite":1"#), "\(inspection.output)")
  }

  /// Parameters that are finite, but too large for the loss.
  @Test func aResultWithoutALossIsNone() throws {
    let place = try Workplace()
    try place.write("1,2\n", to: "d.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m"><data><csv role="train" path="d.csv" task="values"/></data>
      <network><input name="x" shape="1"/><dense units="1"/><squaredError/></network>
      <training epochs="1" batch="1"><sgd rate="1e25"/></training></model>
      """, to: "m.xml")
    let result = try place.run("train", "m.xml", "-q", "--json")
    #expect(result.code == 65 && result.messages.contains("the loss is not a finite number"), "\(result.messages)")
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(parsed["loss"] is NSNull)
  }

  @Test func noEpochIsTheBest() throws {
    let place = try place(
      #"<csv role="validation" path="v.csv" label="y"/>"#, layers: Self.fragile,
      training: #"<earlyStopping metric="loss" patience="2"/>"#)
    try place.write("a,b,y\n1e30,1,0\n1e30,2,1\n", to: "v.csv")
    let result = try place.run("train", "m.xml", "-q", "--output", "r")
    #expect(result.code == 65)
    #expect(
      result.messages.contains("the loss on the validation set was not a finite number in any of the 2 epochs"),
      "\(result.messages)")
    #expect(!place.exists("r/weights.safetensors") && place.exists("r/last.safetensors"))
  }

  /// What preprocessing makes infinite is not blamed on the rate.
  @Test func preprocessingIsNamed() throws {
    let place = try place()
    let model = try place.text("m.xml").replacingOccurrences(
      of: "<network>", with: "<preprocess><scale by=\"1e38\"/><scale by=\"1e38\"/></preprocess><network>")
    try place.write(model, to: "m.xml")
    let result = try place.run("train", "m.xml", "-q")
    #expect(result.code == 65)
    #expect(result.messages.contains("are in the input 'x', after preprocessing"), "\(result.messages)")
    #expect(!result.messages.contains("smaller rate"))
  }

  @Test func constantTargetsHaveNoR2() throws {
    let place = try Workplace()
    try place.write("a,y\n1,1.5\n2,1.5\n3,1.5\n", to: "t.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><csv role="train" path="t.csv" label="y"/></data>
        <network><input name="x" shape="1"/><dense units="1"/><squaredError/></network>
        <training epochs="2"><sgd rate="0.1"/></training>
      </model>
      """, to: "m.xml")
    let json = try place.run("train", "m.xml", "-q", "--json", "--output", "r")
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(parsed["r2"] is NSNull && parsed["rmse"] is Double, "\(json.output)")
    let text = try place.run("evaluate", "r/weights.safetensors", "--data", "t.csv", "--label", "y").output
    #expect(text.contains("no r2, as all targets are the same"), "\(text)")
    let watched = try place.run(
      "train", "m.xml", "-q", "--set", "training.earlyStopping.metric=r2", "--output", "w")
    #expect(watched.code == 65 || watched.code == 64, "\(watched.messages)")
  }
}

extension Workplace {
  /// Writes one of NumPy's files of numbers in double precision.
  func writeArray(_ values: [Double], _ sizes: [Int], to name: String) throws {
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(sizes.map { "\($0)," }.joined())), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    var file = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8)
    for value in values { withUnsafeBytes(of: value) { file.append(contentsOf: $0) } }
    try file.write(to: url.appendingPathComponent(name))
  }
}
