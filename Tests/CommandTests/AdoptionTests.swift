import Foundation
import Testing

/// `nnrun weights adopt`: numbers from PyTorch and a model become a file that predicts.
@Suite struct AdoptionTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/adoption").path

  /// A place with the net that PyTorch trained; nothing in it is learned from data.
  private func place(preprocess: String = "", data: String = "") throws -> Workplace {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="net">
        <data classes="red green blue">\(data)</data>
        \(preprocess)
        <network>
          <input name="x" shape="4"/>
          <dense name="fc1" units="5"/><batchNorm name="bn"/><relu/><dense name="fc2" units="3"/>
          <softmaxCrossEntropy/>
        </network>
        <training epochs="1" batch="8"><sgd rate="0.1"/></training>
      </model>
      """, to: "net.xml")
    return place
  }

  /// The largest difference between predictions and the probabilities that PyTorch computed.
  private func difference(_ place: Workplace, _ weights: String) throws -> Double {
    let result = try place.run("predict", weights, "\(Self.fixtures)/rows.csv", "--format", "json")
    #expect(result.code == 0, "\(result.messages)")
    let right = try String(contentsOfFile: "\(Self.fixtures)/probabilities.csv", encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: ",").compactMap { Double($0) } }
    let answers = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    try #require(answers.count == right.count)
    var largest = 0.0
    for (answer, expected) in zip(answers, right) {
      let top = try #require(expected.max())
      let index = try #require(expected.firstIndex(of: top))
      #expect(answer["class"] as? String == ["red", "green", "blue"][index])
      largest = max(largest, try abs(#require(answer["probability"] as? Double) - top))
    }
    return largest
  }

  @Test func stateDictOfPyTorch() throws {
    let place = try place()
    let adopted = try place.run("weights", "adopt", "net.xml", "\(Self.fixtures)/plain.safetensors")
    #expect(adopted.code == 0, "\(adopted.messages)")
    #expect(adopted.output.hasPrefix("net.safetensors: 8 arrays of "))
    #expect(!adopted.messages.contains("num_batches_tracked"))
    #expect(try place.run("weights", "verify", "net.safetensors").code == 0)
    #expect(try difference(place, "net.safetensors") < 1e-5)
    let inferred = try place.infer("net.safetensors", "\(Self.fixtures)/rows.csv")
    #expect(try inferred.output == place.run("predict", "net.safetensors", "\(Self.fixtures)/rows.csv").output)
    // What is there already stays.
    let again = try place.run("weights", "adopt", "net.xml", "\(Self.fixtures)/plain.safetensors")
    #expect(again.code == 73 && again.messages.contains("net.safetensors"))
    let forced = try place.run("weights", "adopt", "net.xml", "\(Self.fixtures)/plain.safetensors", "--force")
    #expect(forced.code == 0)
  }

  /// Names behind a prefix, numbers in half precision.
  @Test func prefixIsFound() throws {
    let place = try place()
    let file = "\(Self.fixtures)/module.safetensors"
    let adopted = try place.run("weights", "adopt", "net.xml", file, "--json")
    #expect(adopted.code == 0, "\(adopted.messages)")
    #expect(adopted.output == #"{"file":"net.safetensors","arrays":8,"prefix":"module.","left":[]}"# + "\n")
    #expect(try difference(place, "net.safetensors") < 2e-3)
    let wrong = try place.run("weights", "adopt", "net.xml", file, "--prefix", "model.", "--output", "w.safetensors")
    #expect(wrong.code == 65 && !place.exists("w.safetensors"))
    #expect(wrong.messages.contains("with --prefix module. 8 of 8 arrays fit"))
  }

  @Test func twoNetsInOneFile() throws {
    let place = try place()
    let file = "\(Self.fixtures)/twice.safetensors"
    let refused = try place.run("weights", "adopt", "net.xml", file)
    #expect(refused.code == 65 && refused.messages.contains("behind 'ema.', 'net.'"))
    #expect(try place.run("weights", "adopt", "net.xml", file, "--prefix", "ema.").code == 0)
    #expect(try difference(place, "net.safetensors") < 1e-5)
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let place = try place()
    let file = "\(Self.fixtures)/plain.safetensors"
    let text = try place.text("net.xml")
    func adopt(_ model: String) throws -> Tool.Result {
      try place.write(model, to: "net.xml")
      let result = try place.run("weights", "adopt", "net.xml", file)
      #expect(result.code == 65 && !place.exists("net.safetensors"))
      return result
    }
    #expect(
      try adopt(text.replacing("\"fc2\" units=\"3\"", with: "\"last\" units=\"3\"")).messages.contains(
        "there is no array 'last.weight'"))
    #expect(
      try adopt(text.replacing("units=\"5\"", with: "units=\"6\"")).messages.contains(
        "'fc1.weight' has the shape 5x4, but the model needs 6x4"))
    let nothing = try adopt(text.replacing("\"fc", with: "\"layer").replacing("\"bn\"", with: "\"norm\""))
    #expect(nothing.messages.contains("no array of the file fits the net"))
    #expect(nothing.messages.contains("'layer1.weight' 5x4; near it is 'fc1.weight' 5x4"))
  }

  @Test(arguments: [
    ([], "FILE is missing"), (["a.safetensors", "b.safetensors", "c.safetensors"], "an argument too many"),
    (["a.safetensors", "--transpose"], "--transpose goes with pack alone"),
  ])
  func usage(_ words: [String], _ message: String) throws {
    let place = try Workplace()
    let result = try Tool.run("nnrun", ["weights", "adopt"] + words, in: place.url)
    #expect(result.code == 64 && result.messages.contains(message), "\(result.messages)")
  }

  /// What a training learns from data is learned from it, or refused where it is not there.
  @Test func preprocessing() throws {
    let file = "\(Self.fixtures)/plain.safetensors"
    let data = #"<csv role="train" path="t.csv"/>"#
    let learned = try place(preprocess: "<preprocess><standardize/></preprocess>", data: data)
    let refused = try learned.run("weights", "adopt", "net.xml", file)
    #expect(refused.code == 65 && refused.messages.contains("net.xml:3:15"))
    #expect(refused.messages.contains("<standardize> is learned from the training set"))
    try learned.write("0,0,0,0,red\n2,2,2,2,green\n0,2,0,2,blue\n2,0,2,0,red\n", to: "t.csv")
    let fitted = try learned.run("weights", "adopt", "net.xml", file)
    #expect(fitted.code == 0 && fitted.messages.contains("learned from the training set: 4 samples"))

    let given = try place(
      preprocess: "<preprocess><standardize mean=\"1\" deviation=\"1\"/></preprocess>", data: data)
    let adopted = try given.run("weights", "adopt", "net.xml", file)
    #expect(adopted.code == 0 && adopted.messages.contains("the training data is not there"))
    let row = "1.5,0.25,-2,7\n"
    let answers = try [learned, given].map { try $0.run("predict", "net.safetensors", "-", input: row).output }
    #expect(answers[0] == answers[1] && answers[0].hasPrefix("class,probability\n"))
    let plain = try place()
    #expect(try plain.run("weights", "adopt", "net.xml", file).code == 0)
    #expect(try plain.run("predict", "net.safetensors", "-", input: row).output != answers[0])
    #expect(try plain.run("predict", "net.safetensors", "-", input: "0.5,-0.75,-3,6\n").output == answers[0])
  }

  /// A file that was changed in another program is refused until it is adopted.
  @Test func editedFile() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    #expect(try place.run("train", "small.xml", "-q", "--output", "run").code == 0)
    var bytes = try place.data("run/weights.safetensors")
    bytes[bytes.count - 2] ^= 1
    try bytes.write(to: place.url.appendingPathComponent("edited.safetensors"))
    let row = "1,2,3,4,5,6,7,8,9,10,11,12\n"
    for result in try [
      place.run("predict", "edited.safetensors", "-", input: row), place.infer("edited.safetensors", "-", input: row),
      place.run("weights", "verify", "edited.safetensors"),
      place.run("train", "small.xml", "--weights", "edited.safetensors", "--output", "other"),
    ] {
      #expect(result.code == 65 && result.messages.contains("the checksum is wrong"))
      #expect(result.messages.contains("weights adopt"))
    }
    #expect(try place.run("weights", "adopt", "edited.safetensors", "--output", "a.safetensors").code == 0)
    #expect(
      try place.run("weights", "adopt", "run/weights.safetensors", "edited.safetensors", "--output", "b.safetensors")
        .code
        == 0)
    #expect(try place.data("a.safetensors") == place.data("b.safetensors"))
    #expect(try place.run("weights", "diff", "edited.safetensors", "a.safetensors").code == 0)
    #expect(try place.run("predict", "a.safetensors", "-", input: row).code == 0)
    #expect(try place.run("weights", "adopt", "edited.safetensors", "small.xml").code == 65)
    let checkpoint = try place.run("weights", "adopt", "run/checkpoint.safetensors", "--output", "c.safetensors")
    #expect(checkpoint.code == 65 && checkpoint.messages.contains("checkpoint"))
    // Numbers that are none are no weights.
    bytes.replaceSubrange((bytes.count - 4)..., with: [0, 0, 0xC0, 0x7F])
    try bytes.write(to: place.url.appendingPathComponent("edited.safetensors"))
    let infinite = try place.run("weights", "adopt", "edited.safetensors", "--output", "d.safetensors")
    #expect(infinite.code == 65 && infinite.messages.contains("not finite"))
  }

  /// A changed entry of the metadata is as wrong as a changed number.
  @Test func changedMetadata() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    #expect(try place.run("train", "small.xml", "-q", "--output", "run").code == 0)
    let bytes = try place.data("run/weights.safetensors")
    let mark = Data("<dense name=\\\"fc1\\\"".utf8)
    let range = try #require(bytes.range(of: mark), "the model's text is in the file")
    var changed = bytes
    changed[range.upperBound - 4] = UInt8(ascii: "d")
    try changed.write(to: place.url.appendingPathComponent("w.safetensors"))
    #expect(try place.run("weights", "verify", "w.safetensors").code == 65)
    #expect(try place.run("predict", "w.safetensors", "-", input: "1\n").messages.contains("the checksum is wrong"))
  }

  @Test func nothingToBeginWith() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 1)
    let result = try place.run(
      "train", "small.xml", "-q", "--weights", "\(Self.fixtures)/module.safetensors", "--output", "run")
    #expect(result.code == 65 && !place.exists("run"))
    #expect(result.messages.contains("no array of the file fits the net"))
  }
}
