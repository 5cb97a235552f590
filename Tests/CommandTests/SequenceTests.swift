import Foundation
import Testing

/// Sequences from the command line: data with lengths in, predictions for each step out.
@Suite struct SequenceTests {
  private static let header = "@problemName p\n@timeStamps false\n@univariate false\n@classLabel true up down\n@data\n"

  /// Series of 1 to 5 steps that go up or down.
  private static func series(_ count: Int) -> String {
    header
      + (0..<count).map { index in
        let steps = 1 + index * 7 % 5
        let slope = index % 2 == 0 ? 1.0 : -1.0
        let values = (0..<steps).map { "\(slope * Double($0 + 1) + Double(index % 3) / 10)" }.joined(separator: ",")
        return
          "\(values):\(values.split(separator: ",").reversed().joined(separator: ",")):\(index % 2 == 0 ? "up" : "down")\n"
      }.joined()
  }

  private func model(_ layers: String, shape: String = "5x2", length: String = " length=\"varying\"") -> String {
    """
    <model xmlns="urn:nnrun:model:1" name="m">
      <data>
        <timeSeries path="train.ts"/>
        <timeSeries role="test" path="test.ts"/>
      </data>
      <preprocess><standardize/></preprocess>
      <network>
        <input name="x" shape="\(shape)"\(length)/>
        \(layers)
      </network>
      <training epochs="20" batch="8"><sgd rate="0.1"/></training>
    </model>
    """
  }

  private static let mean = """
    <dense units="4" each="step"/><tanh/><poolSequence/><dense units="2"/><softmaxCrossEntropy/>
    """

  private func place(_ model: String) throws -> Workplace {
    let place = try Workplace()
    try place.write(Self.series(40), to: "train.ts")
    try place.write(Self.series(11), to: "test.ts")
    try place.write(model, to: "m.xml")
    return place
  }

  @Test func seriesAreTrainedOnAndPredicted() throws {
    let place = try place(model(Self.mean))
    let result = try place.run("train", "m.xml", "-q", "--require", "accuracy=1")
    #expect(result.code == 0, "\(result.output)\(result.messages)")
    let weights = "runs/m/weights.safetensors"
    for result in [try place.run("predict", weights, "test.ts"), try place.infer(weights, "test.ts")] {
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 12 && lines[1].hasPrefix("up,") && lines[2].hasPrefix("down,"))
    }
    // A series alone is predicted as among others, and needs no label.
    let all = try place.run("predict", weights, "test.ts").output.split(separator: "\n")
    let third = Self.series(3).split(separator: "\n")[7]
    let alone =
      Self.header.replacing("true up down", with: "false") + third.split(separator: ":")[0...1].joined(separator: ":")
    try place.write(alone, to: "one.ts")
    #expect(try place.run("predict", weights, "one.ts").output.split(separator: "\n")[1] == all[3])
    #expect(try place.run("evaluate", weights, "--data", "test.ts").output.contains("accuracy 100.00 %"))
  }

  @Test func whatIsLongerOrHasNoLengthIsRefused() throws {
    let short = try place(model(Self.mean, shape: "4x2"))
    let result = try short.run("train", "m.xml", "-q")
    #expect(result.code == 65 && result.messages.contains("takes at most 4; write shape=\"5x2\""), "\(result.messages)")
    let fixed = try place(
      model("<flatten/><dense units=\"2\"/><softmaxCrossEntropy/>", length: "")
    ).run("train", "m.xml", "-q")
    #expect(fixed.code == 65 && fixed.messages.contains("write length=\"varying\""), "\(fixed.messages)")
  }

  @Test func checkRefusesBeforeDataIsOpened() throws {
    let place = try Workplace()
    try place.write(model("<flatten/>\n<dense units=\"2\"/>\n<softmaxCrossEntropy/>"), to: "m.xml")
    let result = try place.run("check", "m.xml")
    #expect(result.code == 65 && result.messages.contains("m.xml:9:5: error: <flatten> cannot read samples"))
    #expect(result.messages.contains("put <poolSequence take=\"mean\"/> before it"))
  }

  @Test func longSeriesAndShortOnesMeetTheConvolution() throws {
    let layers = """
      <transpose/><conv1d channels="2" kernel="3"/><transpose/><poolSequence/><softmaxCrossEntropy/>
      """
    let result = try place(model(layers)).run("train", "m.xml", "-q")
    #expect(result.code == 65)
    #expect(
      result.messages.contains("sample 1 of 'x' has 1 step, but 'conv1d1' needs at least 3"), "\(result.messages)")
  }

  @Test func aSeriesWithoutNumbersIsNamedByItsLine() throws {
    let place = try place(model(Self.mean))
    try place.write(Self.header + "1,2:3,4:up\n::down\n", to: "train.ts")
    let result = try place.run("train", "m.xml", "-q")
    #expect(result.code == 65 && result.messages.contains("train.ts:7:1: error: dimension 1 is a series of length 0"))
  }

  /// NumPy's file of one array of 64-bit whole numbers.
  private func write(_ values: [Int], _ shape: String, to name: String, in place: Workplace) throws {
    var header = "{'descr': '<i8', 'fortran_order': False, 'shape': (\(shape)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    var file = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8)
    for value in values { withUnsafeBytes(of: Int64(value)) { file.append(contentsOf: $0) } }
    try file.write(to: place.url.appendingPathComponent(name))
  }

  /// A label for each step: whether the word at hand is one of the last five.
  @Test func labelsPerStep() throws {
    let place = try Workplace()
    let text = """
      <model xmlns="urn:nnrun:model:1" name="tags">
        <data classes="low high"><npy path="x.npy" labels="y.npy" lengths="n.npy"/></data>
        <network>
          <input name="words" shape="4" kind="index" entries="10" length="varying"/>
          <embedding size="3"/>
          <position/>
          <dense units="6" each="step"/>
          <tanh/>
          <dense units="2" each="step"/>
          <softmaxCrossEntropy each="step"/>
        </network>
        <training epochs="60" batch="8"><adam rate="0.05"/></training>
      </model>
      """
    try place.write(text, to: "tags.xml")
    var (words, labels, lengths): ([Int], [Int], [Int]) = ([], [], [])
    for sample in 0..<40 {
      lengths.append(1 + sample % 4)
      for step in 0..<4 {
        let word = (sample * 3 + step * 7) % 10
        // What lies beyond a length is neither a word nor a label.
        words.append(step < lengths[sample] ? word : -1)
        labels.append(step < lengths[sample] ? (word > 4 ? 1 : 0) : -100)
      }
    }
    try write(words, "40, 4", to: "x.npy", in: place)
    try write(labels, "40, 4", to: "y.npy", in: place)
    try write(lengths, "40,", to: "n.npy", in: place)
    let result = try place.run("train", "tags.xml", "-q")
    #expect(result.code == 0, "\(result.messages)")
    let weights = "runs/tags/weights.safetensors"
    let steps = lengths.reduce(0, +)
    let evaluation = try place.run(
      "evaluate", weights, "--data", "x.npy", "--labels", "y.npy", "--lengths", "n.npy", "--require", "accuracy=0.99")
    #expect(evaluation.code == 0 && evaluation.output.contains("on \(steps) samples"), "\(evaluation.output)")
    let table = try place.run("predict", weights, "x.npy", "--lengths", "n.npy").output.split(separator: "\n")
    #expect(table.count == steps + 1 && table[0] == "sample,step,class,probability" && table[1].hasPrefix("1,1,low,"))
    let json = try place.run("predict", weights, "x.npy", "--lengths", "n.npy", "--format", "json").output
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
    #expect(rows.map { ($0["class"] as? [String])?.count } == lengths)
    let trace = try place.run(
      "trace", "tags.xml", "--weights", weights, "--input", "x.npy", "--target", "y.npy", "--lengths", "n.npy")
    #expect(trace.code == 0, "\(trace.messages)")
    #expect(try place.run("gradcheck", "tags.xml").code == 0)
    #expect(try place.run("bench", "tags.xml", "--seconds", "0.01").code == 0)
    let explanation = try place.run("explain", "--at", weights, "--input", "3,9", "--target", "low,high")
    #expect(explanation.code == 0 && explanation.output.contains("words = [3 9]"), "\(explanation.messages)")
    // An index that is none is refused where it enters.
    try write([3, 10, 0, 0], "1, 4", to: "wrong.npy", in: place)
    let wrong = try place.run("predict", weights, "wrong.npy")
    #expect(wrong.code == 65 && wrong.messages.contains("element 2 of sample 1 of 'words' is 10"), "\(wrong.messages)")
  }

  @Test func aSequenceIsExplained() throws {
    let place = try Workplace()
    let text = """
      <model xmlns="urn:nnrun:model:1" name="e">
        <network><input name="x" shape="3x2" length="varying"/><tanh/><poolSequence take="mean"/></network>
      </model>
      """
    try place.write(text, to: "e.xml")
    let result = try place.run("explain", "e.xml", "--input", "1,2,3,4")
    #expect(result.code == 0, "\(result.messages)")
    // Two steps, not three: there is no padding to explain.
    #expect(result.output.contains("x = [1 2 3 4]") && result.output.contains("[0.5 0.5 0.5 0.5]"), "\(result.output)")
    #expect(try place.run("explain", "e.xml", "--input", "1,2,3").code != 0)
  }
}
