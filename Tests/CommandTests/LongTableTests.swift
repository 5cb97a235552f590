import Foundation
import Testing

/// Tables with one row for each step of a sequence, from training to predictions.
@Suite struct LongTableTests {
  /// Sequences that rise or fall, their rows mixed up, with a tag for each step: whether it is above the one before.
  private static let rows: [(group: String, time: Int, text: String)] = (0..<40).flatMap { group in
    (0..<(3 + group % 4)).map { step in
      let level = Double(group % 5) + (group % 2 == 0 ? 1 : -1) * Double(step) * 0.5
      let tag = step == 0 ? "start" : group % 2 == 0 ? "more" : "less"
      return (
        "s\(group)", step * 10,
        "s\(group),\(step * 10),\(level),\(["left", "right"][(group + step) % 2]),\(["up", "down"][group % 2]),\(tag)\n"
      )
    }
  }
  private static let header = "series,time,level,side,kind,tag\n"
  private static let table =
    header
    + rows.enumerated().sorted { ($0.offset * 37 % 101, $0.offset) < ($1.offset * 37 % 101, $1.offset) }
    .map(\.element.text).joined()

  private let place: Workplace

  init() throws { place = try Workplace() }

  private func train(_ source: String, _ columns: String, _ network: String, split: String = "") throws -> Tool.Result {
    try place.write(Self.table, to: "long.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><csv role="train" path="long.csv" group="series" order="time" \(source)/>
          <split role="test" fraction="0.25" \(split)/></data>
        \(columns)
        <network>\(network)</network>
        <training epochs="60" batch="8" seed="1"><adam rate="0.03"/></training>
      </model>
      """, to: "m.xml")
    try? FileManager.default.removeItem(at: place.url.appendingPathComponent("run"))
    return try place.run("train", "m.xml", "-q", "--output", "run")
  }

  private static let columns =
    #"<columns><number name="level"/><category name="side"/><ignore name="*" keep="kind"/></columns>"#

  @Test func oneAnswerForEachGroup() throws {
    let training = try train(
      "label=\"kind\"", Self.columns.replacing(" keep=\"kind\"", with: ""),
      #"<input name="x" shape="columns" length="varying"/><gru units="8" return="last"/><dense units="2"/>"#
        + "<softmaxCrossEntropy/>", split: #"group="series""#)
    #expect(training.code == 0, "\(training)")
    #expect(try place.run("evaluate", "run", "--require", "accuracy=1").output.contains("on 10 samples"))
    // In any order of rows and columns, with a group that training has not met; one answer for each.
    try place.write(
      "side,level,note,time,series\nleft,3,x,20,new\nright,1,x,10,old\nright,2,x,10,new\nleft,1,x,0,new\n", to: "p.csv")
    let predicted = try place.run("predict", "run/weights.safetensors", "p.csv")
    let lines = predicted.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0] == "series,class,probability", "\(predicted)")
    #expect(lines[1].hasPrefix("new,up,0.9") && lines[2].hasPrefix("old,"), "\(predicted)")
    try place.write(
      "series,time,level,side\nnew,0,1,left\nnew,10,2,right\nnew,20,3,left\nold,10,1,right\n", to: "q.csv")
    #expect(try place.infer("run/weights.safetensors", "q.csv").output == predicted.output)
    let piped = try place.run(
      "predict", "run/weights.safetensors", "-", input: "series,time,level,side\nold,10,1,right\n")
    #expect(piped.output.split(separator: "\n").last == lines[2])
    // The rows of a run are the same when it goes on, and each fold keeps groups whole.
    #expect(try place.run("train", "m.xml", "-q", "--resume", "run", "--set", "training.epochs=61").code == 0)
    #expect(try place.run("train", "m.xml", "-q", "--folds", "2", "--output", "folds").code == 0)
    #expect(try place.run("evaluate", "run", "--importance").code == 0)
    let stream = try place.run("predict", "run/weights.safetensors", "p.csv", "--stream")
    #expect(stream.code == 64 && stream.messages.contains("which a stream of steps does not have"), "\(stream)")
    // A group of more steps than the longest of the training set.
    try place.write("series,time,level,side\n" + (0..<7).map { "new,\($0),1,left\n" }.joined(), to: "long7.csv")
    let long = try place.run("predict", "run/weights.safetensors", "long7.csv")
    #expect(long.code == 65 && long.messages.contains("long7.csv:8:1: error: group 'new' has 7 steps"), "\(long)")
  }

  @Test func anAnswerForEachStep() throws {
    let training = try train(
      "label=\"tag\" each=\"step\"", Self.columns,
      #"<input name="x" shape="columns" length="varying"/><gru units="12"/><dense units="3" each="step"/>"#
        + #"<softmaxCrossEntropy each="step"/>"#)
    #expect(training.code == 0, "\(training)")
    let lines = try place.run("predict", "run/weights.safetensors", "long.csv").output.split(separator: "\n")
    #expect(lines[0] == "sample,step,series,time,kind,class,probability")
    #expect(lines.count == Self.rows.count + 1)
    let right = Dictionary(
      uniqueKeysWithValues: Self.rows.map {
        ("\($0.group),\($0.time)", $0.text.dropLast().split(separator: ",").last ?? "")
      })
    let hits = lines.dropFirst().count { line in
      let fields = line.split(separator: ",")
      return right["\(fields[2]),\(fields[3])"] == fields[5]
    }
    #expect(hits == Self.rows.count, "\(hits)")
    let objects = try place.run("predict", "run/weights.safetensors", "long.csv", "--format", "jsonl").output
    #expect(objects.contains(#""time":["0","10","20"]"#), "\(objects.prefix(300))")
  }

  /// Numbers for each step are scaled while the net learns and come back in their size.
  @Test func numbersForEachStep() throws {
    let training = try train(
      "label=\"level\" each=\"step\" length=\"8\"",
      #"<columns><number name="level time"/><category name="kind side"/><ignore name="*"/></columns>"#,
      #"<input name="x" shape="columns" length="varying"/><lstm units="16"/><dense units="1" each="step"/><squaredError/>"#
    )
    #expect(training.code == 0, "\(training)")
    let info = try place.run("evaluate", "run", "--json").output
    #expect(info.contains("\"r2\""), "\(info)")
    let lines = try place.run("predict", "run/weights.safetensors", "long.csv").output.split(separator: "\n")
    #expect(lines[0] == "sample,step,series,time,level", "\(lines[0])")
    let numbers = lines.dropFirst().compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
    #expect(numbers.max() ?? 0 > 2, "\(numbers)")
  }

  /// Arrays that were put together outside give the same net, bit for bit.
  @Test func theInputMaySayItsShape() throws {
    let net = #"<lstm units="4" return="last"/><dense units="2"/><softmaxCrossEntropy/>"#
    try place.write(
      Self.rows.map {
        "\($0.group),\($0.time),\($0.text.split(separator: ",")[2]),\($0.text.split(separator: ",")[4])\n"
      }
      .joined(), to: "plain.csv")
    for (name, source) in [
      ("table", #"<csv role="train" path="plain.csv" label="4" group="1" order="2"/>"#),
      ("series", #"<timeSeries role="train" path="plain.ts"/>"#),
    ] {
      var cases: [String: [String]] = [:]
      for row in Self.rows { cases[row.group, default: []].append(String(row.text.split(separator: ",")[2])) }
      let lines = (0..<40).map { cases["s\($0)", default: []].joined(separator: ",") + ":" + ["up", "down"][$0 % 2] }
      try place.write(
        "@univariate true\n@classLabel true down up\n@data\n" + lines.joined(separator: "\n"), to: "plain.ts")
      try place.write(
        """
        <model xmlns="urn:nnrun:model:1" name="\(name)"><data>\(source)</data>
        <network><input name="x" shape="9x1" length="varying"/>\(net)</network>
        <training epochs="2" batch="8" seed="1"><sgd rate="0.1"/></training></model>
        """, to: "\(name).xml")
      let training = try place.run("train", "\(name).xml", "-q", "--output", name)
      #expect(training.code == 0, "\(training)")
    }
    let difference = try place.run("weights", "diff", "table/weights.safetensors", "series/weights.safetensors")
    #expect(difference.code == 0, "\(difference)")
    let long = try place.run("train", "table.xml", "-q", "--set", "network.x.shape=4x1", "--output", "short")
    #expect(long.code == 65 && long.messages.contains("give the input 6 steps"), "\(long)")
  }

  @Test func groupsStayWhole() throws {
    let varying = try train(
      "label=\"kind\"", Self.columns.replacing(" keep=\"kind\"", with: ""),
      #"<input name="x" shape="columns" length="varying"/><gru units="2" return="last"/><dense units="2"/>"#
        + "<softmaxCrossEntropy/>", split: #"group="side""#)
    #expect(varying.code == 65 && varying.messages.contains("in column 'side' here, but"), "\(varying)")
    let text = try train(
      "label=\"kind\"", #"<columns><text name="side" length="3"/><ignore name="*"/></columns>"#,
      #"<input name="x" shape="columns" kind="index" length="varying"/><embedding size="2"/><gru units="2" return="last"/>"#
        + "<dense units=\"2\"/><softmaxCrossEntropy/>")
    #expect(text.code == 65 && text.messages.contains("a row is one step of a sequence"), "\(text)")
    let alone = try train("label=\"kind\"", "", "<input shape=\"2\"/><dense units=\"2\"/><softmaxCrossEntropy/>")
    #expect(alone.code == 65)
    try place.write(
      try String(contentsOf: place.url.appendingPathComponent("m.xml"), encoding: .utf8).replacing(
        "group=\"series\" ", with: ""), to: "n.xml")
    let missing = try place.run("check", "n.xml")
    #expect(missing.code == 65 && missing.messages.contains("<csv> has order, which says something of groups"))
  }
}
