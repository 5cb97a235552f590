import Foundation
import Testing

/// Files that ask for memory or time out of proportion: a message and an exit code, at once.
@Suite struct ProportionTests {
  private static func model(_ body: String) -> String {
    "<model xmlns=\"urn:nnrun:model:1\" name=\"m\">\(body)</model>\n"
  }

  /// Runs a program whose address space has a limit.
  private func run(_ words: String, in place: Workplace, kilobytes: Int) throws -> Tool.Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let program = Tool.folder.appendingPathComponent("nnrun").path
    process.arguments = ["-c", "ulimit -v \(kilobytes) && exec '\(program)' \(words)"]
    process.currentDirectoryURL = place.url
    let messages = place.url.appendingPathComponent("messages")
    try Data().write(to: messages)
    process.standardError = try FileHandle(forWritingTo: messages)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Tool.Result(code: process.terminationStatus, output: "", messages: try place.text("messages"))
  }

  @Test(
    .enabled(if: !Tool.isSanitized),
    arguments: [
      // Parameters, samples, the arena, the batch.
      (
        #"<data><random role="train" samples="8" shape="40000" classes="2"/></data><network><input shape="40000"/>"#
          + #"<dense units="50000"/><dense units="2"/><softmaxCrossEntropy/></network>"#, "parameters 7.5 GiB"
      ),
      (
        #"<data><random role="train" samples="100000000" shape="80" classes="2"/></data><network><input shape="80"/>"#
          + #"<dense units="2"/><softmaxCrossEntropy/></network>"#, "data 91.6 GiB"
      ),
      (
        #"<data><random role="train" samples="4" shape="1000" values="1000"/></data><network><input shape="1000"/>"#
          + #"<dense units="1000"/><reshape shape="1x10x100"/><upsample scale="600"/><flatten/><slice length="1000"/>"#
          + #"<squaredError/></network>"#, "between the layers"
      ),
    ])
  func needsAreComparedWithWhatThereIs(_ net: String, _ part: String) throws {
    let place = try Workplace()
    try place.write(
      Self.model(net + #"<training epochs="1" batch="4"><sgd rate="0.1"/></training>"#), to: "m.xml")
    for verb in ["check m.xml", "summary m.xml", "train m.xml -q --output r"] {
      let result = try run(verb, in: place, kilobytes: 2_600_000)
      #expect(result.code == 65 && result.messages.contains("GiB are free"), "\(verb): \(result.messages)")
      #expect(!result.messages.contains("Fatal"), "\(result.messages)")
      if verb.hasPrefix("check") { #expect(result.messages.contains(part), "\(result.messages)") }
    }
    for verb in ["bench m.xml --seconds 0.01", "gradcheck m.xml", "init m.xml"] where !part.hasPrefix("data") {
      let result = try run(verb, in: place, kilobytes: 1_000_000)
      #expect(result.code == 65 && result.messages.contains("are free"), "\(verb): \(result.messages)")
      if part.hasPrefix("between") { break }
    }
  }

  /// A batch larger than the set is all of it.
  @Test func wholeSetAsBatch() throws {
    let place = try Workplace()
    try place.write(
      Self.model(
        #"<data><random role="train" samples="8" shape="4096" values="1"/></data><network><input shape="4096"/>"#
          + #"<dense units="1"/><squaredError/></network><training epochs="1" batch="16777216"><sgd/></training>"#),
      to: "m.xml")
    #expect(try place.run("check", "m.xml").code == 0)
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
  }

  @Test(arguments: [
    #"<network><input shape="2147483647"/><prelu/><repeat times="700"><exp/></repeat><squaredError/></network>"#
      + #"<training epochs="1" batch="16777216"><sgd rate="0.1"/></training>"#,
    #"<network><input name="x" shape="1x46000x46000"/><conv2d name="c" channels="1" kernel="23000"/>"#
      + #"<repeat times="40"><conv2d channels="1" kernel="23000" from="x" share="c"/></repeat><squaredError/></network>"#
      + #"<training epochs="1"><sgd rate="0.1"/></training>"#,
    #"<network><input name="a" shape="46000x46000"/><matmul from="a a"/><repeat times="9"><matmul from="a a"/></repeat>"#
      + #"</network><training batch="4096"><sgd/></training>"#,
    #"<network><input shape="1x2147483647x1"/><repeat times="30"><localResponseNorm size="65535"/></repeat></network>"#
      + #"<training batch="4096"><sgd/></training>"#,
  ])
  func countsThatDoNotFit(_ net: String) throws {
    let place = try Workplace()
    try place.write(Self.model(net), to: "m.xml")
    for verb in ["check", "summary"] {
      let result = try place.run(verb, "m.xml")
      #expect(result.code == 65 && result.messages.contains("are free"), "\(verb): \(result.code) \(result.messages)")
    }
    let json = try place.run("summary", "m.xml", "--json")
    #expect((try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])?["layers"] != nil)
  }

  @Test func headersThatCannotBeReadBack() throws {
    let place = try Workplace()
    try place.write(
      Self.model(
        #"<data><random role="train" samples="4" shape="2700000" values="1"/></data><preprocess><standardize/>"#
          + #"</preprocess><network><input shape="2700000"/><dense units="1" init="zeros"/><squaredError/></network>"#
          + #"<training epochs="1" batch="2"><sgd rate="0.00000001"/></training>"#), to: "m.xml")
    let result = try place.run("check", "m.xml")
    #expect(result.code == 65 && result.messages.contains("per=\"all\""), "\(result.messages)")
  }

  @Test(arguments: ["check", "train", "gradcheck", "summary"])
  func shapesOfEightDimensions(_ verb: String) throws {
    let place = try Workplace()
    try place.write(
      Self.model(
        #"<data><random role="train" samples="8" shape="4" classes="2"/></data><network>"#
          + #"<input shape="1x1x1x1x1x1x1x4"/><flatten/><dense units="2"/><softmaxCrossEntropy/></network>"#
          + #"<training epochs="1" batch="4"><sgd rate="0.1"/></training>"#), to: "m.xml")
    let result = try place.run(verb, "m.xml")
    #expect(result.code == 65 && result.messages.contains("must have at most 7 dimensions"), "\(result.messages)")
  }

  /// Seven dimensions and the batch are possible everywhere.
  @Test func shapesOfSevenDimensions() throws {
    let place = try Workplace()
    try place.write(
      Self.model(
        #"<data><random role="train" samples="8" shape="1x1x2x1x1x1x4" classes="2"/></data><network>"#
          + #"<input name="x" shape="1x1x2x1x1x1x4"/><add from="x x"/><concat from="add1 x" axis="7"/><flatten/>"#
          + #"<dense units="2"/><softmaxCrossEntropy/></network><training epochs="1" batch="4"><sgd/></training>"#),
      to: "m.xml")
    #expect(try place.run("gradcheck", "m.xml").code == 0)
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
  }

  @Test func drawings() throws {
    let place = try Workplace()
    try place.write(
      Self.model(
        #"<network><input name="x" shape="4"/><repeat times="1000" name="r"><exp name="e"/>"#
          + #"<add name="a" from="e x"/></repeat></network>"#), to: "m.xml")
    #expect(try place.run("graph", "m.xml", "--svg", "m.svg").code == 0)
    let terms = Array(repeating: "x*y", count: 600).joined(separator: "+")
    let drawn = try place.run("explain", "--expression", terms, "x=1", "y=2", "--svg", "f.svg")
    #expect(drawn.code == 65 && drawn.messages.contains("write it for Graphviz with --dot"), "\(drawn.messages)")
    #expect(!place.exists("f.svg"))
    #expect(try place.run("explain", "--expression", terms, "x=1", "y=2", "--dot", "f.dot").code == 0)
    let long = Array(repeating: "x*y", count: 3000).joined(separator: "+")
    let text = try place.run("explain", "--expression", long, "x=1", "y=2")
    #expect(text.code == 65 && text.messages.contains("more than the 5,000 that are explained"), "\(text.messages)")
    // The slopes of a choice among n are written with n factors.
    let choice = "max(" + Array(repeating: "x", count: 4000).joined(separator: ",") + ")"
    let chosen = try place.run("explain", "--expression", choice, "x=2", "--json")
    #expect(chosen.code == 0 && chosen.output.hasSuffix(#""output":"f"}"# + "\n"))
  }

  @Test func manyLayers() throws {
    let place = try Workplace()
    try place.write(
      Self.model(
        #"<network><input name="x" shape="2"/><repeat times="5"><repeat times="10000"><prelu/></repeat></repeat>"#
          + #"<squaredError/></network><training epochs="1"><sgd/></training>"#), to: "m.xml")
    let result = try place.run("summary", "m.xml")
    #expect(result.code == 0 && result.output.contains("50,000 parameters"), "\(result.output.suffix(300))")
  }

  @Test func detailsOfManyClasses() throws {
    let place = try Workplace()
    try place.write(
      Self.model(
        #"<network><input shape="1"/><dense units="60000"/><softmaxCrossEntropy/></network>"#), to: "m.xml")
    #expect(try place.run("init", "m.xml").code == 0)
    try place.write("1,0\n2,1\n", to: "d.csv")
    let result = try place.run("evaluate", "m.safetensors", "--data", "d.csv", "--details")
    #expect(result.code == 65 && result.messages.contains("at most 4,000"), "\(result.messages)")
  }
}
