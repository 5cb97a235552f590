import Foundation
import Testing

/// Data and nets that do not fit are refused before a number reaches a kernel; those that fit are bound by name.
@Suite struct BindingTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures/binding")
    for file in try FileManager.default.contentsOfDirectory(at: fixtures, includingPropertiesForKeys: nil) {
      try FileManager.default.copyItem(at: file, to: place.url.appendingPathComponent(file.lastPathComponent))
    }
  }

  private func writeModel(_ data: String, _ network: String, _ more: String = "") throws {
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m"><data>\(data)</data>\(more)<network>\(network)</network>
      <training epochs="20" batch="4" seed="1"><sgd rate="0.1"/></training></model>
      """, to: "m.xml")
  }

  private static let twoInputs =
    #"<input name="b" shape="2"/><input name="a" shape="3"/><concat from="a b"/><dense units="2"/><softmaxCrossEntropy/>"#

  @Test func severalInputsByName() throws {
    try writeModel(
      #"<npz role="train" path="two.npz" inputs="a b"/>"#, Self.twoInputs, "<preprocess><standardize/></preprocess>")
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    let weights = "r/weights.safetensors"
    let archive = try place.run("predict", weights, "two.npz")
    #expect(archive.code == 0 && archive.output.split(separator: "\n").count == 13)
    #expect(try place.run("predict", weights, "b=b.npy", "a=a.npy").output == archive.output)
    #expect(try place.run("predict", weights, "b.npy", "a=a.npy").output == archive.output)
    #expect(try place.infer(weights, "two.npz").output == archive.output)
    #expect(try place.run("evaluate", weights, "--data", "two.npz").code == 0)
    let one = try place.run("predict", weights, "a.npy")
    #expect(one.code == 65 && one.messages.contains("the net reads 'b' (2), 'a' (3), but the data has"))
    #expect(try place.infer(weights, "a.npy").code == 65)
    #expect(try place.run("predict", weights, "a.npy", "b.npy", "a.npy").code == 64)
    let swapped = try place.run("predict", weights, "a=b.npy", "b=a.npy")
    #expect(swapped.code == 65 && swapped.messages.contains("the input 'a' has the shape 3"))
  }

  @Test func arraysOfOtherNamesAreRefused() throws {
    try writeModel(
      #"<npz role="train" path="two.npz" inputs="a b"/>"#,
      #"<input name="a" shape="3"/><input name="c" shape="2"/><concat from="a c"/><dense units="2"/><softmaxCrossEntropy/>"#
    )
    let mixed = try place.run("train", "m.xml", "-q", "--output", "r")
    #expect(
      mixed.code == 65 && mixed.messages.contains("the net reads 'a' (3), 'c' (2), but the data has 'a' (3), 'b' (2)"))
    #expect(!place.exists("r"))
  }

  /// With several inputs a row is no matrix: of two arrays of as many numbers it could be either.
  @Test func rowsAreNoMatricesAmongSeveralInputs() throws {
    try writeModel(
      "", #"<input name="a" shape="2x6"/><input name="b" shape="3"/><flatten from="a" name="f"/><concat from="f b"/>"#)
    #expect(try place.run("init", "m.xml", "--output", "w.safetensors").code == 0)
    try place.write("1,2,3,4,5,6,7,8,9,10,11,12\n", to: "a.csv")
    try place.write("1,2,3\n", to: "b.csv")
    let refused = try place.run("predict", "w.safetensors", "a=a.csv", "b=b.csv")
    #expect(refused.code == 65 && refused.messages.contains("the input 'a' has the shape 2x6"))
  }

  @Test func fixedInputsStayFixed() throws {
    try writeModel(
      #"<npy role="train" path="a.npy"/>"#,
      #"<input name="offset" value="10 20 30"/><input name="x" shape="3"/><subtract from="x offset"/>"#)
    #expect(try place.run("init", "m.xml", "--output", "w.safetensors").code == 0)
    try place.write("11,21,31\n10,20,30\n", to: "x.csv")
    let found = try place.run("predict", "w.safetensors", "x.csv")
    #expect(found.code == 0 && found.output == "prediction1,prediction2,prediction3\n1.0,1.0,1.0\n0.0,0.0,0.0\n")
    #expect(try place.infer("w.safetensors", "x.csv").output == found.output)
    try writeModel("", #"<input name="c" value="1 2 3"/><identity/>"#)
    #expect(try place.run("init", "m.xml", "--output", "only.safetensors").code == 0)
    let fixed = try place.run("predict", "only.safetensors", "x.csv")
    #expect(fixed.code == 65 && fixed.messages.contains("every input of the net has a fixed value"))
  }

  @Test func randomChangesWorkOnPicturesAlone() throws {
    try writeModel(
      #"<npz role="train" path="pictures.npz" inputs="vec pic"/>"#,
      #"<input name="vec" shape="4"/><input name="pic" shape="3x8x8"/><flatten name="f" from="pic"/><concat from="f vec"/>"#
        + #"<dense units="2"/><softmaxCrossEntropy/>"#,
      #"<preprocess><scale by="0.004"/></preprocess><augment><flip/><translate by="2"/></augment><views mirrored="true"/>"#
    )
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    #expect(try place.run("evaluate", "r/weights.safetensors", "--data", "pictures.npz").code == 0)
    #expect(try place.run("predict", "r/weights.safetensors", "pictures.npz").code == 0)
  }

  @Test func channelsThatStandLastAreRefused() throws {
    try writeModel("", #"<input name="pic" shape="3x8x8"/><flatten/><dense units="2"/>"#)
    #expect(try place.run("init", "m.xml", "--output", "w.safetensors").code == 0)
    let result = try place.run("predict", "w.safetensors", "last.npy")
    #expect(result.code == 65 && result.messages.contains("the channels stand last there"))
    #expect(try place.run("trace", "m.xml", "--input", "last.npy", "--output", "t.safetensors").code == 65)
    #expect(!place.exists("t.safetensors"))
  }

  @Test(arguments: ["validation", "test"]) func setsOfAnotherWidth(_ role: String) throws {
    for (name, row) in [("four.csv", "1,2,3,4"), ("five.csv", "1,2,3,4,5"), ("three.csv", "1,2,3")] {
      try place.write((0..<40).map { "\(row),\($0 % 2)\n" }.joined(), to: name)
    }
    for other in ["five.csv", "three.csv"] {
      try writeModel(
        #"<csv role="train" path="four.csv"/><csv role="\#(role)" path="\#(other)"/>"#,
        #"<input name="x" shape="4"/><dense units="2"/><softmaxCrossEntropy/>"#)
      let training = try place.run("train", "m.xml", "-q", "--output", "r")
      #expect(training.code == 65 && training.messages.contains(other), "\(training.messages)")
      #expect(!place.exists("r"))
    }
    try writeModel(
      #"<csv role="train" path="four.csv"/>"#, #"<input name="x" shape="4"/><dense units="2"/><softmaxCrossEntropy/>"#)
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    for other in ["five.csv", "three.csv"] {
      #expect(try place.run("evaluate", "r/weights.safetensors", "--data", other).code == 65)
    }
  }

  /// The model's own test set and files to predict may have their columns in any order.
  @Test func columnsInAnotherOrder() throws {
    func table(_ order: [Int], _ header: [String]) -> String {
      let rows = (0..<40).map { ["\($0)", "\(100 * $0)", $0 < 20 ? "low" : "high"] }
      return ([header] + rows).map { row in order.map { row[$0] }.joined(separator: ",") + "\n" }.joined()
    }
    try place.write(table([0, 1, 2], ["small", "large", "kind"]), to: "train.csv")
    try place.write(table([2, 1, 0], ["small", "large", "kind"]), to: "test.csv")
    try writeModel(
      #"<csv role="train" path="train.csv" label="kind"/><csv role="test" path="test.csv" label="kind"/>"#,
      #"<input name="x" shape="2"/><dense units="2"/><softmaxCrossEntropy/>"#, "<preprocess><standardize/></preprocess>"
    )
    let training = try place.run("train", "m.xml", "-q", "--output", "r", "--require", "accuracy=0.95")
    #expect(training.code == 0, "\(training.messages)\(training.output)")
    let first = try place.run("predict", "r/weights.safetensors", "train.csv")
    #expect(first.code == 0 && first.output.split(separator: "\n").count == 41)
    #expect(try place.run("predict", "r/weights.safetensors", "test.csv").output == first.output)
    #expect(try place.infer("r/weights.safetensors", "test.csv").output == first.output)
    #expect(
      try place.run("evaluate", "r/weights.safetensors", "--data", "test.csv", "--require", "accuracy=0.95").code == 0)
    try place.write(table([0, 1], ["small", "other", "kind"]), to: "other.csv")
    let other = try place.run("predict", "r/weights.safetensors", "other.csv")
    #expect(other.code == 65 && other.messages.contains("there is no column 'large'"))
  }

  @Test func setsOfOtherTargets() throws {
    try place.write((0..<40).map { "1,2,\($0),4,5\n" }.joined(), to: "three.csv")
    try place.write((0..<40).map { "1,2,\($0)\n" }.joined(), to: "one.csv")
    try writeModel(
      #"<csv role="train" path="three.csv" label="3 4 5" task="values"/>"#
        + #"<csv role="test" path="one.csv" label="3" task="values"/>"#,
      #"<input name="x" shape="2"/><dense units="3"/><squaredError/>"#, #"<preprocess><scale by="0.01"/></preprocess>"#)
    let training = try place.run("train", "m.xml", "-q", "--output", "r")
    #expect(training.code == 65 && training.messages.contains("one.csv"), "\(training.messages)")
    try writeModel(
      #"<csv role="train" path="three.csv" label="3 4 5" task="values"/>"#,
      #"<input name="x" shape="2"/><dense units="3"/><squaredError/>"#, #"<preprocess><scale by="0.01"/></preprocess>"#)
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    #expect(try place.run("evaluate", "r/weights.safetensors", "--data", "one.csv").code == 65)
    #expect(try place.run("evaluate", "r/weights.safetensors", "--data", "three.csv").code == 0)
  }
}
