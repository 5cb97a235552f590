import NNCore
import NNFiles
import NNText
import Testing

@testable import NNData

/// Tables and archives that are read as the training set was.
@Suite struct SourceRecordTests {
  private func record(_ text: String, label: String? = nil, header: String = "auto", separator: String = "auto") throws
    -> SourceRecord?
  {
    try CSVSource.readBothWays(
      "train.csv", Array(text.utf8), CSVSource.Options(label: label, header: header, separator: separator),
      SourceContext(folder: ".")
    ).record
  }

  /// Inputs and targets, and the columns that are left out; or what is wrong.
  private func read(
    _ text: String, _ record: SourceRecord?, label: String? = nil, for purpose: CSVSource.Purpose = .prediction,
    header: String = "auto", name: String = "t.csv", classes: [String]? = nil
  ) -> String {
    let outcome = Outcome {
      try CSVSource.readBothWays(
        name, Array(text.utf8), CSVSource.Options(label: label, header: header),
        SourceContext(folder: ".", classes: classes, record: record), for: purpose)
    }
    guard let set = outcome.set else { return outcome.codes.joined(separator: " ") }
    func words(_ array: DataArray) -> String { array.values.map { "\($0)" }.joined(separator: " ") }
    let arrays = (set.inputs + set.targets).map(words).joined(separator: " | ")
    return arrays + (set.ignoredColumns.isEmpty ? "" : " without \(set.ignoredColumns.joined(separator: ","))")
  }

  @Test func recordsAreJSON() throws {
    let records = [
      try record("a,b,y\n1,0,p\n2,0,q\n"), try record("a;b;y\n1,5;0;1,5\n", label: "1 3"),
      try record("1 2\n3 4\n", separator: "space"),
      try record("1,2\n2,4\n", label: "none"), SourceRecord(.archive(inputs: ["X", "Z"], targets: ["Y"])),
      SourceRecord(.other(kind: "idx")),
    ]
    for record in records {
      let record = try #require(record)
      #expect(SourceRecord(json: try StrictJSON(record.json.written.utf8)) == record, "\(record.json.written)")
    }
    #expect(
      records[0]?.json.written
        == #"{"kind":"csv","separator":"comma","decimal":"point","columns":["a","b","y"],"answers":[2],"task":"classes"}"#
    )
    for text in [
      "{}", "[]", #"{"kind":""}"#, #"{"kind":"npz"}"#, #"{"kind":"npz","inputs":[],"targets":[]}"#,
      #"{"kind":"csv","separator":"comma","decimal":"point","columns":["a","a"],"answers":[]}"#,
      #"{"kind":"csv","separator":"comma","decimal":"point","columns":2,"answers":[2],"task":"classes"}"#,
      #"{"kind":"csv","separator":"comma","decimal":"point","columns":2,"answers":[0,0],"task":"classes"}"#,
      #"{"kind":"csv","separator":"comma","decimal":"point","columns":2,"answers":[0,1],"task":"values"}"#,
      #"{"kind":"csv","separator":"comma","decimal":"point","columns":2,"answers":[0]}"#,
      #"{"kind":"csv","separator":"comma","decimal":"point","columns":9000000000,"answers":[]}"#,
      #"{"kind":"csv","separator":"pipe","decimal":"point","columns":2,"answers":[]}"#,
    ] { #expect(SourceRecord(json: try StrictJSON(text.utf8)) == nil, "\(text)") }
  }

  @Test func columnsByName() throws {
    let record = try record("a,b,y\n1,0,p\n2,0,p\n0,1,q\n")
    let classes = ["p", "q"]
    #expect(read("b,a\n0,1\n0,2\n", record) == "1.0 0.0 2.0 0.0")
    #expect(read("y,b,a\np,0,1\nq,0,2\n", record) == "1.0 0.0 2.0 0.0")
    // A blank answer is skipped, as is one that is no class.
    #expect(read("a,b,y\n1,0,\n0,1,\n", record) == "1.0 0.0 0.0 1.0")
    #expect(read("a,b,y\n1,0,\n0,1,\n", record, label: "y") == "1.0 0.0 0.0 1.0")
    #expect(read("a,b,y\n1,0,?\n", record, label: "last") == "1.0 0.0")
    #expect(read("a,b\n1,0\n", record, label: "y") == "1.0 0.0")
    #expect(read("id,a,note,b\n7,1,x,0\n", record) == "1.0 0.0 without id,note")
    #expect(read("y,b,a\np,0,1\nq,0,2\n", record, for: .evaluation, classes: classes) == "1.0 0.0 2.0 0.0 | 0.0 1.0")
    #expect(
      read("y,b,a\np,0,1\nq,0,2\n", record, label: "last", for: .evaluation, classes: classes)
        == "1.0 0.0 2.0 0.0 | 0.0 1.0")
    #expect(read("a,b,kind\n1,0,q\n", record, label: "kind", for: .evaluation, classes: classes) == "1.0 0.0 | 1.0")
    #expect(
      read("a,b,y,kind\n1,0,p,q\n", record, label: "kind", for: .evaluation, classes: classes)
        == "1.0 0.0 | 1.0 without y")
    // What is missing or unclear is refused.
    #expect(read("height,weight\n1,0\n", record) == "1:1 missing-column")
    #expect(read("a,c\n1,0\n", record) == "1:1 missing-column")
    #expect(read("a,b\n1,0\n", record, for: .evaluation) == "1:1 missing-column")
    #expect(read("1,0\n0,1\n", record) == "1:1 missing-header")
    #expect(read("1,-\n1,0\n0,1\n", record) == "1:1 missing-header")
    #expect(read("a,b,a\n1,0,3\n", record) == "1:5 duplicate-column")
    #expect(read("a,b\n1,0\n", record, label: "last") == "1:3 label-is-input")
    #expect(read("a,b,y\n1,0,p\n", record, label: "b", for: .evaluation) == "1:3 label-is-input")
    #expect(read("a,b\n1,0\n", record, label: "z") == "1:1 unknown-column")
    #expect(read("a;b\n1;0\n", record) == "0:0 wrong-separator")
    #expect(read("\"Länge, cm\";\"Breite, cm\"\n1;0\n0;1\n", record) == "0:0 wrong-separator")
    #expect(read("a\tb\n1\t0\n", record, name: "t.tsv") == "1.0 0.0")
    #expect(read("a,b\n1,\"0,5\"\n", record) == "2:4 not-a-number")
  }

  @Test func messages() throws {
    let record = try record("width,height,y\n1,0,p\n2,0,q\n")
    do {
      _ = try CSVSource.readBothWays(
        "t.csv", Array("width,hight,kind\n1,0,p\n".utf8), CSVSource.Options(),
        SourceContext(folder: ".", record: record), for: .prediction)
      Issue.record("a column that is not there was found")
    } catch {
      #expect(
        "\(error)"
          == "t.csv:1:1: error: there is no column 'height', which the training set has; the columns are width, hight, "
          + "kind; call 'hight' 'height' if it is the same")
    }
  }

  @Test func namesThatAreNumbers() throws {
    let record = try record("2001,2002,2003,y\n1,2,3,p\n2,3,4,q\n1,2,2,p\n", header: "true")
    #expect(read("2001,2002,2003\n1,2,3\n2,3,4\n", record) == "1.0 2.0 3.0 2.0 3.0 4.0")
    #expect(read("2001,2002,2003,y\n1,2,3,p\n", record, for: .evaluation, classes: ["p", "q"]) == "1.0 2.0 3.0 | 0.0")
    #expect(read("2003,2001,2002\n3,1,2\n", record) == "1.0 2.0 3.0")
    #expect(read("1,2,3\n", record) == "1:1 missing-header")
  }

  @Test func columnsByPlace() throws {
    let record = try record("1 0 p\n2 0 p\n0 1 q\n", separator: "space")
    let classes = ["p", "q"]
    #expect(read("1 0 p\n2 0 q\n", record) == "1.0 0.0 2.0 0.0")
    #expect(read("1 0\n", record) == "1.0 0.0")
    #expect(read("1 0 p\n", record, label: "last") == "1.0 0.0")
    #expect(read("1 0 p\n2 0 q\n", record, for: .evaluation, classes: classes) == "1.0 0.0 2.0 0.0 | 0.0 1.0")
    #expect(read("q 1 0\n", record, label: "1", for: .evaluation, classes: classes) == "1.0 0.0 | 1.0")
    #expect(read("1 0\n", record, for: .evaluation) == "0:0 column-count")
    #expect(read("1 0\n", record, label: "last") == "0:0 column-count")
    #expect(read("1\n", record) == "0:0 column-count")
    #expect(read("1 0 5 p\n", record) == "0:0 column-count")
    #expect(read("a b\n1 0\n", record) == "1:1 unexpected-header")
    #expect(read("1,0\n", record) == "0:0 wrong-separator")
    let wide = try self.record("5,6,7,8,0\n1,2,3,4,1\n")
    #expect(read("0,1,2,3\n5,6,7,8\n", wide) == "1:1 unexpected-header")
    #expect(read("0,1,2,3\n", wide) == "0.0 1.0 2.0 3.0")
    #expect(read("5,6,7,8,\n1,2,3,4,\n", wide) == "5.0 6.0 7.0 8.0 1.0 2.0 3.0 4.0")
    #expect(read("5,6,7,8,1,\n1,2,3,4,0,\n", wide) == "1:11 trailing-separator")
  }

  @Test func severalAnswers() throws {
    let record = try record("a,b,y1,y2\n1,2,3.5,1\n2,1,4.5,2\n", label: "y1 y2")
    #expect(read("a,b,y1,y2\n1,2,3.5,1\n", record) == "1.0 2.0")
    #expect(read("a,b,y1,y2\n1,2,3.5,1\n", record, label: "y1 y2") == "1.0 2.0")
    #expect(read("y2,b,a\n,2,1\n", record) == "1.0 2.0")
    #expect(read("y2,b,a,y1\n1,2,1,3.5\n", record, for: .evaluation) == "1.0 2.0 | 3.5 1.0")
    #expect(read("a,b,y1\n1,2,3.5\n", record, for: .evaluation) == "1:1 missing-column")
    #expect(read("a,b,y1\n1,2,3.5\n", record, label: "y1", for: .evaluation) == "0:0 column-count")
  }

  @Test func decimalCommas() throws {
    let record = try record("a;y\n1,5;0\n2,5;1\n")
    #expect(read("a\n0,5\n7\n", record) == "0.5 7.0")
    #expect(read("a;y\n0.5;1\n", record) == "2:1 not-a-number")
  }

  /// The other sets of a model are matched as well, but may be written in another way.
  @Test func setsOfAModel() throws {
    let record = try record("a,b,y\n1,0,p\n2,0,p\n0,1,q\n")
    let classes = ["p", "q"]
    func set(_ text: String, label: String? = nil, header: String = "auto", _ other: SourceRecord? = nil) -> String {
      read(text, other ?? record, label: label, for: .model, header: header, classes: classes)
    }
    #expect(set("y,b,a\np,0,1\n") == "1.0 0.0 | 0.0")
    #expect(set("y,b,a\np,0,1\n", label: "last") == "1.0 0.0 | 0.0")
    #expect(set("y;b;a\np;0,5;1\n") == "1.0 0.5 | 0.0")
    #expect(set("1,0,p\n2,0,q\n") == "1.0 0.0 2.0 0.0 | 0.0 1.0")
    #expect(set("c,b,y\n1,0,p\n") == "1:1 missing-column")
    #expect(set("1,0,7,p\n2,0,7,q\n") == "0:0 column-count")
    #expect(set("1,p\n2,q\n") == "0:0 column-count")
    #expect(set("1,0,p,q\n2,0,p,q\n", label: "3 4") == "0:0 column-count")
    let plain = try self.record("1,0,p\n2,0,p\n0,1,q\n")
    #expect(set("b,a,y\n1,0,p\n", plain) == "1.0 0.0 | 0.0")
    #expect(set("1,0,5,p\n", plain) == "0:0 column-count")
    let numbered = try self.record("0,1,2,3\n5,6,7,1\n8,9,7,0\n")
    #expect(read("0,1,2,3\n5,6,7,1\n", numbered, for: .model, classes: ["0", "1"]) == "5.0 6.0 7.0 | 1.0")
  }

  @Test func mutations() throws {
    let record = try record("a,b,y\n1,0,p\n2,0,p\n0,1,q\n")
    let plain = try self.record("1;0,5;p\n2;0;p\n0;1;q\n")
    let originals = ["y,b,id,a\r\np,0,7,1\r\nq,2,8,0\r\n", "1;0,5;p\n\"2\";0;q\n"].map { Array($0.utf8) }
    var lottery = Lottery(8)
    for round in 0..<3000 {
      let bytes = lottery.mutated(originals[round % 2])
      let context = SourceContext(folder: ".", classes: ["p", "q"], record: round % 2 == 0 ? record : plain)
      let purpose = [CSVSource.Purpose.model, .evaluation, .prediction][round % 3]
      let options = CSVSource.Options(label: [nil, "last", "y", "none", "1 2"][round % 5])
      let outcome = Outcome { try CSVSource.readBothWays("t.csv", bytes, options, context, for: purpose) }
      #expect(outcome.codes != ["?"])
      guard let set = outcome.set else { continue }
      #expect(set.inputs[0].width == 2 && set.inputs[0].values.allSatisfy { $0.isFinite })
      #expect(purpose == .prediction ? set.targets.isEmpty : set.targets.count == 1)
    }
  }

  /// With the training set's record an archive's arrays have the names that they had there.
  @Test func archives() throws {
    let file = Folder.fixtures + "/stored.npz"
    let record = SourceRecord(.archive(inputs: ["x"], targets: ["y"]))
    #expect(try PredictionInput.read(file, record: record).inputs.map(\.name) == ["x"])
    #expect(try LabelledInput.read(file, SourceContext(folder: ".", record: record)).targets.map(\.name) == ["label"])
    let other = SourceRecord(.archive(inputs: ["y"], targets: ["x"]))
    #expect(try PredictionInput.read(file, record: other).inputs[0].values == [2, 0, 1])
    #expect(
      try LabelledInput.read(file, SourceContext(folder: ".", record: other)).inputs.map(\.name) == ["y"])
    #expect(
      Outcome { try PredictionInput.read(file, record: SourceRecord(.archive(inputs: ["X"], targets: []))) }.codes
        == ["0:0 unknown-array"])
    #expect(try PredictionInput.read(file, inputs: ["y", "x"]).inputs.map(\.name) == ["y", "x"])
    #expect(try PredictionInput.read(file).inputs.map(\.name) == ["x"])
  }
}
