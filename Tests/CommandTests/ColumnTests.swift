import Foundation
import Testing

/// Tables with words and gaps, from a look at them to predictions.
@Suite struct ColumnTests {
  private let place: Workplace
  private static let penguins = Tool.models + "/data/penguins/penguins.csv"

  init() throws { place = try Workplace() }

  private func train(_ table: String, columns: String, split: String = "", inputs: String = "") throws -> Tool.Result {
    try place.write(table, to: "train.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><csv role="train" path="train.csv" label="y"/>\(split)</data>
        <columns>\(columns)</columns>
        <network><input name="x" shape="columns"/>\(inputs)<dense units="2"/><softmaxCrossEntropy/></network>
        <training epochs="30" batch="8" seed="1"><adam rate="0.05"/></training>
      </model>
      """, to: "m.xml")
    try? FileManager.default.removeItem(at: place.url.appendingPathComponent("run"))
    return try place.run("train", "m.xml", "-q", "--output", "run")
  }

  private func predict(_ table: String, _ arguments: String...) throws -> Tool.Result {
    try place.write(table, to: "t.csv")
    return try Tool.run("nnrun", ["predict", "run/weights.safetensors", "t.csv"] + arguments, in: place.url)
  }

  private static let rows = (0..<40).map { i in
    "\(i),\(i % 4 == 0 ? "" : "\(20 + i)"),\(["red", "green", "dark blue"][i % 3]),2024-\(1 + i % 12)-15,\(i % 3 == 1 ? "yes" : "no")"
  }
  private static let table = "id,age,colour,day,y\n" + rows.joined(separator: "\n") + "\n"
  private static let columns = """
    <number name="age" missing="median" indicator="true"/><category name="colour" unseen="error"/><date name="day"/>
    <ignore keep="id"/>
    """

  @Test func wordsAndGaps() throws {
    let training = try train(Self.table, columns: Self.columns, split: #"<split role="test" fraction="0.25"/>"#)
    #expect(training.code == 0 && training.output.contains("test: "), "\(training)")
    // Columns in another order, the answers missing, one column more: the same predictions, in the order of the rows.
    let whole = try predict(Self.table).output.split(separator: "\n")
    #expect(whole.count == 41 && whole[0] == "id,class,probability" && whole[1].hasPrefix("0,"))
    let turned = Self.rows.map { row in
      let fields = row.split(separator: ",", omittingEmptySubsequences: false)
      return [fields[3], "extra", fields[2], fields[0], fields[1]].joined(separator: ",")
    }
    let other = try predict("day,more,colour,id,age\n" + turned.reversed().joined(separator: "\n")).output
    #expect(other.split(separator: "\n").dropFirst().reversed() == Array(whole.dropFirst()))
    #expect(try place.run("evaluate", "run/weights.safetensors", "--data", "train.csv").code == 0)
    for (row, message) in [
      ("1,x,red,2024-01-01", "t.csv:2:3: error: 'x' in column 'age' is not a number"),
      (
        "1,2,rad,2024-01-01", "t.csv:2:5: error: 'rad' in column 'colour' is none of the 3 values that training has met"
      ),
      ("1,2,red,2024-02-30", "t.csv:2:9: error: '2024-02-30' in column 'day' is not a date such as"),
      ("1,2,red,NA", "t.csv:2:9: error: column 'day' has a gap here"),
    ] {
      let result = try predict("id,age,colour,day\n\(row)\n")
      #expect(result.code == 65 && result.messages.contains(message), "\(result)")
      let skipped = try predict("id,age,colour,day\n3,,green,2024-03-01\n\(row)\n", "--skip-bad-rows")
      #expect(skipped.code == 0 && skipped.messages.contains("1 row is left out"), "\(skipped)")
      #expect(skipped.output.split(separator: "\n").count == 2)
    }
    let missing = try predict("id,age,day\n1,2,2024-01-01\n")
    #expect(missing.code == 65 && missing.messages.contains("there is no column 'colour'"), "\(missing)")
  }

  @Test func allProbabilitiesAndThresholds() throws {
    #expect(try train(Self.table, columns: Self.columns).code == 0)
    let all = try predict(Self.table, "--probabilities").output.split(separator: "\n")
    #expect(all[0] == "id,class,probability,no,yes")
    let sums = all.dropFirst().map { $0.split(separator: ",").suffix(2).compactMap { Double($0) }.reduce(0, +) }
    #expect(sums.allSatisfy { ($0 - 1).magnitude < 1e-5 })
    let none = try predict(Self.table, "--threshold", "1").output
    #expect(none.split(separator: "\n").dropFirst().allSatisfy { $0.contains(",no,") })
    #expect(try predict(Self.table, "--threshold", "1.5").code == 64)
    let lines = try predict(Self.table, "--format", "jsonl").output.split(separator: "\n")
    #expect(lines.count == 40 && lines[0].hasPrefix(#"{"id":"0","class":"#))
  }

  @Test(arguments: [
    (#"<number name="age"/>"#, "m.xml", "<columns> says nothing of 'id', 'colour', 'day'"),
    (
      #"<number name="agee"/><ignore name="*"/>"#, "m.xml:3:26",
      "has no column 'agee'; it has id, age, colour, day; did you mean 'age'?"
    ),
    (#"<number name="colour"/><ignore name="*"/>"#, "train.csv:2:4", "'red' in column 'colour' is not a number"),
    (#"<number name="age"/><ignore name="*"/>"#, "train.csv:2:1", "column 'age' has a gap here"),
    (#"<number name="age" fill="1"/><ignore name="*"/>"#, "m.xml:3:37", "takes no number"),
    (#"<number name="age age"/><ignore name="*"/>"#, "m.xml:3:26", "column 'age' is declared twice"),
    (#"<category name="age" input="z"/><ignore name="*"/>"#, "m.xml:3:40", "no input called 'z' reads columns"),
    (#"<date name="y"/><number name="age" missing="mean"/><ignore name="*"/>"#, "m.xml:3:24", "'y' is the label"),
    (#"<ignore name="*"/>"#, "m.xml:3:12", "<columns> leaves nothing for the net to read"),
  ]) func wrongColumns(_ columns: String, _ place: String, _ message: String) throws {
    let result = try train(Self.table, columns: columns)
    #expect(result.code == 65 && result.messages.contains(message), "\(result.messages)")
  }

  @Test func splitsByColumns() throws {
    let columns = #"<number name="age" missing="mean"/><ignore name="id colour day"/>"#
    for (split, sizes) in [
      (#"<split role="test" fraction="0.3" group="colour"/>"#, "26 samples to train on, 14 to test"),
      (#"<split role="test" fraction="0.25" order="id"/>"#, "30 samples to train on, 10 to test"),
      (#"<split role="test" fraction="0.25" order="file"/>"#, "30 samples to train on, 10 to test"),
      (#"<split role="test" column="colour" value="red"/>"#, "26 samples to train on, 14 to test"),
    ] {
      try? FileManager.default.removeItem(at: place.url.appendingPathComponent("run"))
      #expect(try train(Self.table, columns: columns, split: split).code == 0)
      try? FileManager.default.removeItem(at: place.url.appendingPathComponent("run"))
      let run = try place.run("train", "m.xml", "--output", "run")
      #expect(run.messages.contains(sizes), "\(split): \(run.messages)")
    }
    for (split, message) in [
      (#"<split role="test" fraction="0.3" group="color"/>"#, "has no column 'color' to split by"),
      (#"<split role="test" fraction="0.3" order="colour"/>"#, "holds neither numbers nor dates alone"),
      (#"<split role="test" column="colour"/>"#, "says 'test' in no row"),
      (#"<split role="test" fraction="0.3" column="colour"/>"#, "needs a fraction, or a column"),
      (#"<split role="test" fraction="0.3" group="id" order="id"/>"#, "has both 'group' and 'order'"),
    ] {
      let result = try train(Self.table, columns: columns, split: split)
      #expect(result.code == 65 && result.messages.contains(message), "\(result.messages)")
    }
  }

  @Test func answersOfNumbersKeepTheirSize() throws {
    var table = "a,b,price\n"
    for i in 0..<200 { table += "\(i % 17),\(i % 5),\(1000 * (i % 17) + 50_000 * (i % 5) + 3)\n" }
    try place.write(table, to: "prices.csv")
    let run = try place.run("train", "prices.csv", "--label", "price", "--require", "r2=0.99", "-q")
    #expect(run.code == 0, "\(run)")
    let predicted = try place.run("predict", "runs/prices/weights.safetensors", "prices.csv").output.split(
      separator: "\n")
    let first = try #require(Double(predicted[1])), last = try #require(Double(predicted[200]))
    #expect((first - 3).magnitude < 8000 && (last - 212_003).magnitude < 12_000, "\(first) \(last)")
    let score = try place.run("evaluate", "runs/prices/weights.safetensors", "--data", "prices.csv", "--json").output
    #expect(score.contains("\"rmse\""))
  }

  @Test func penguinsAsTheyCome() throws {
    try FileManager.default.copyItem(
      atPath: Self.penguins, toPath: place.url.appendingPathComponent("penguins.csv").path)
    let description = try place.run("describe", "penguins.csv", "--label", "species")
    #expect(
      description.code == 0 && description.output.contains("male 168, female 165"))
    let run = try place.run("train", "penguins.csv", "--label", "species", "--require", "accuracy=0.97", "-q")
    #expect(run.code == 0, "\(run)")
    #expect(try place.text("penguins.xml").contains(#"<category name="island sex"/>"#))
    #expect(try place.run("check", "penguins.xml", "--strict").code == 0)
    let json = try place.run("describe", "penguins.csv", "--label", "species", "--json").output
    #expect(try JSONSerialization.jsonObject(with: Data(json.utf8)) is [String: Any])
    try FileManager.default.removeItem(at: place.url.appendingPathComponent("penguins.csv"))
    let check = try place.run("check", "penguins.xml")
    #expect(check.code == 0 && check.messages.contains("the table is not there"), "\(check)")
  }

  /// A run that goes on learns nothing anew, and ends with the same bits.
  @Test func resumedRunsAreTheSame() throws {
    #expect(try train(Self.table, columns: Self.columns, split: #"<split role="test" fraction="0.25"/>"#).code == 0)
    #expect(
      try place.run("train", "m.xml", "-q", "--output", "half", "--set", "training.epochs=10").code == 0)
    #expect(try place.run("train", "m.xml", "-q", "--resume", "half", "--set", "training.epochs=30").code == 0)
    let predictions = try ["run", "half"].map {
      try place.run("predict", "\($0)/weights.safetensors", "train.csv").output
    }
    #expect(predictions[0] == predictions[1])
  }

  /// Words that look like numbers of another kind, a column called *, and one called like what is predicted; by tools/fuzz/tables.
  @Test func columnsOfOddNames() throws {
    let place = try Workplace()
    let rows = (0..<24).map {
      "\(["1,5", "red", "2,25"][$0 % 3])\t\($0 % 5).5\t\(["a", "b"][$0 % 2])\tk\($0)\t\(["1,5", "x"][$0 % 2])\n"
    }
    try place.write("*\tage\tword\tclass\tkind\n" + rows.joined(), to: "t.tsv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m"><data><csv path="t.tsv" label="kind" task="classes"/></data>
      <columns><category name="'*'"/><number name="age"/><ignore name="*" keep="class"/></columns>
      <network><input name="x" shape="columns"/><dense units="2"/><softmaxCrossEntropy/></network>
      <training epochs="2" batch="8"><adam/></training></model>
      """, to: "m.xml")
    let training = try place.run("train", "m.xml", "-q", "--output", "r")
    #expect(training.code == 0, "\(training)")
    let table = try place.run("predict", "r/weights.safetensors", "t.tsv").output.split(separator: "\n")
    #expect(table[0] == "column.class,class,probability" && table[1].hasPrefix("k0,"), "\(table.prefix(2))")
    let objects = try place.run("predict", "r/weights.safetensors", "t.tsv", "--format", "jsonl").output
    #expect(objects.hasPrefix(#"{"column.class":"k0","class":"#), "\(objects.prefix(200))")
  }

  /// A byte order mark before a quote is no part of the first field, also where rows arrive through a pipe.
  @Test func quotesBehindAMark() throws {
    let place = try Workplace()
    let table = "\u{FEFF}\"a\nb\",y\n" + (0..<12).map { "\($0),\($0 % 2)\n" }.joined()
    try place.write(table, to: "t.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m"><data><csv path="t.csv" label="y"/></data>
      <network><input name="x" shape="1"/><dense units="2"/><softmaxCrossEntropy/></network>
      <training epochs="1" batch="8"><sgd/></training></model>
      """, to: "m.xml")
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    let file = try place.run("predict", "r/weights.safetensors", "t.csv")
    let piped = try place.run("predict", "r/weights.safetensors", "-", input: table)
    #expect(file.code == 0 && file.output == piped.output && file.output.split(separator: "\n").count == 13, "\(piped)")
  }

  /// A table of one column with decimal commas is no table of two columns.
  @Test func oneColumnOfDecimalCommas() throws {
    let place = try Workplace()
    for (kind, name) in ["name": "level", "none": ""] {
      let rows = (0..<12).map { "\($0),\($0 + 1)\t\($0),5\n" }.joined()
      try place.write((name.isEmpty ? "" : "\(name)\ty\n") + rows, to: "\(kind).tsv")
      try place.write(
        """
        <model xmlns="urn:nnrun:model:1" name="m"><data><csv path="\(kind).tsv" task="values"/></data>
        <network><input name="x" shape="1"/><dense units="1"/><squaredError/></network>
        <training epochs="1" batch="8"><sgd rate="0.001"/></training></model>
        """, to: "\(kind).xml")
      #expect(try place.run("train", "\(kind).xml", "-q", "--output", kind).code == 0)
      try place.write((name.isEmpty ? "" : "\(name)\n") + "1,2\n2,3\n", to: "one.txt")
      let result = try place.run("predict", "\(kind)/weights.safetensors", "one.txt")
      #expect(result.code == 0 && result.output.split(separator: "\n").count == 3, "\(kind) \(result)")
    }
    try place.write("other\n1,2\n2,3\n", to: "other.txt")
    #expect(try place.run("predict", "name/weights.safetensors", "other.txt").code == 65)
  }
}
