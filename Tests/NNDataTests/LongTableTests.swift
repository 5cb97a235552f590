import NNCore
import NNFiles
import NNText
import Testing

@testable import NNData

/// Tables with one row for each step of a sequence.
@Suite struct LongTableTests {
  private struct Sequence {
    let name: String
    let steps: [[Double]]
    let label: String
    let states: [String]
  }

  private let text: [UInt8]
  private let sequences: [Sequence]
  private let mean: Double
  private let deviation: Double

  init() throws {
    text = try FileReading.bytes(Folder.fixtures + "/long/table.csv")
    let lines = String(decoding: try FileReading.bytes(Folder.fixtures + "/long/sequences.txt"), as: UTF8.self)
      .split(separator: "\n")
    let numbers = lines[0].split(separator: " ").compactMap { Double($0) }
    (mean, deviation) = (numbers[0], numbers[1])
    sequences = lines.dropFirst().map { line in
      let parts = line.split(separator: "|").map(String.init)
      return Sequence(
        name: parts[0],
        steps: parts[1].split(separator: ";").map { $0.split(separator: " ").compactMap { Double($0) } },
        label: parts[2], states: parts[3].split(separator: " ").map(String.init))
    }
  }

  private func options(_ label: String, each: String? = nil) -> CSVSource.Options {
    CSVSource.Options(label: label, group: "sensor", order: "day", each: each)
  }

  private func columns() throws -> DeclaredColumns {
    let number = try NumberColumn(attributes: Attributes(["name": .text("level")], for: NumberColumn.schema))
    let state = try CategoryColumn(
      attributes: Attributes(["name": .text("state"), "input": .text("s")], for: CategoryColumn.schema))
    let others = try IgnoredColumn(attributes: Attributes(["name": .text("*")], for: IgnoredColumn.schema))
    return try DeclaredColumns([number, state, others], gaps: nil, inputs: ["x", "s"]) { error, _ in
      DiagnosticError(code: error.code, file: "m.xml", error.message)
    }
  }

  private func read(
    _ options: CSVSource.Options, _ change: (inout SourceContext) -> Void = { _ in }, text: String? = nil,
    for purpose: CSVSource.Purpose = .model
  ) throws -> Dataset {
    var context = SourceContext(folder: ".", isDouble: true)
    change(&context)
    return try CSVSource.readBothWays(
      "long.csv", text.map { Array($0.utf8) } ?? self.text, options, context, for: purpose)
  }

  /// The samples are the groups of pandas, sorted by the dates, whatever the order of the rows.
  @Test func theSequencesAreThoseOfPandas() throws {
    #expect(sequences.count == 14)
    let classes = ["idle", "busy", "off"]
    let set = try read(options("kind")) {
      $0.splitColumns = ["state"]; $0.splitOrders = ["state"]
    }
    let longest = try #require(sequences.map(\.steps.count).max())
    #expect(set.inputs[0].form == .values(try #require(Shape([longest, 2]))))
    #expect(set.inputs[0].lengths == sequences.map { Int32($0.steps.count) })
    for (sample, sequence) in sequences.enumerated() {
      let start = sample * longest * 2
      let padding = [Double](repeating: 0, count: 2 * (longest - sequence.steps.count))
      #expect(
        Array(set.inputs[0].values[start..<(start + longest * 2)]) == sequence.steps.flatMap { $0 } + padding,
        "\(sequence.name)")
      #expect(set.classNames?[Int(set.targets[0].value(sample))] == sequence.label)
      #expect(set.splitColumns["state"]?[sample] == sequence.states.last)
    }
    let steps = try read(options("state", each: "step")) { context in
      context.classes = classes
      context.splitColumns = ["kind"]
    }
    #expect(steps.targets[0].form == .classes(count: 3, shape: try #require(Shape([longest]))))
    for (sample, sequence) in sequences.enumerated() {
      let labels = (0..<sequence.steps.count).map { classes[Int(steps.targets[0].value(sample * longest + $0))] }
      #expect(labels == sequence.states)
      #expect(steps.splitColumns["kind"]?[sample] == sequence.label)
    }
  }

  /// What `<columns>` learns counts each row of the training part once.
  @Test func columnsAreLearnedOnTheTrainingPart() throws {
    let declared = try columns()
    let raw = try read(options("kind")) { $0.columns = declared }
    let table = try #require(raw.table)
    let training = raw.subset(Array(stride(from: 0, to: raw.count, by: 2)))
    let features = try declared.learned(training, table, try #require(raw.record?.table?.features))
    guard case .number(let number)? = features[0].encoding else { throw UnexpectedForm() }
    #expect((number.scale - 1 / deviation).magnitude < 1e-12 && (number.shift + mean / deviation).magnitude < 1e-12)
    let set = try #require(Dataset.encoded(["train": raw], features, isDouble: true)["train"])
    let longest = set.inputs[0].form.shape[0]
    #expect(set.inputs.map(\.form.shape.dimensions) == [[longest, 1], [longest]])
    for (sample, sequence) in sequences.enumerated() {
      for (step, numbers) in sequence.steps.enumerated() {
        let value = set.inputs[0].value(sample * longest + step)
        #expect((value - (numbers[0] - mean) / deviation).magnitude < 1e-12)
        #expect(set.inputs[1].value(sample * longest + step) > 0)
      }
      #expect(set.inputs.allSatisfy { $0.lengths?[sample] == Int32(sequence.steps.count) })
    }
    // The record is enough to read other rows: in another order, with other columns, without the answers.
    let record = try #require(set.record)
    #expect(SourceRecord(json: try StrictJSON(record.json.written.utf8)) == record, "\(record.json.written)")
    #expect(
      record.table?.features?.shapes(steps: record.table?.groups?.steps).mapValues(\.dimensions)
        == ["x": [longest, 1], "s": [longest]])
    for cut in [#""by":"dayFirst""#, #""steps":7"#, #""group":2"#] {
      #expect(record.json.written.contains(cut), "\(record.json.written)")
      #expect(SourceRecord(json: try StrictJSON(record.json.written.replacing(cut, with: #""q":1"#).utf8)) == nil)
    }
    let other = try read(
      .init(), { $0.record = record },
      text: "state,sensor,noise,level,day\nbusy,new,1,50,02.02.2024\noff,new,1,40,01.02.2024\n", for: .prediction)
    #expect(other.count == 1 && other.inputs[0].lengths == [2] && other.ignoredColumns == ["noise"])
    #expect((other.inputs[0].value(0) - (40 - mean) / deviation).magnitude < 1e-12)
    #expect((other.inputs[0].value(1) - (50 - mean) / deviation).magnitude < 1e-12)
    #expect(other.keptColumns.map(\.name) == ["sensor"] && other.keptColumns[0].texts == ["new"])
  }

  @Test(arguments: [
    ("g,t,v,y\na,1,1,p\na,2,1,q\n", "3:7 varies-in-group"), ("g,t,v,y\na,1,1,p\na,1,1,p\n", "3:3 same-step"),
    ("g,t,v,y\na,1,1,p\n,2,1,p\n", "3:1 empty-field"), ("g,t,v,y\na,1,1,p\na,x,1,p\n", "3:3 no-order"),
    ("g,t,v,y\na,1.1.2024,1,p\na,1.13.2024,1,p\na,13.13.2024,1,p\n", "4:3 no-order"),
    ("g,t,v,y\na,1,1,p\na,2,1,p\na,4,1,p\nb,1,1,q\na,3,1,p\n", "4:1 length-out-of-range"),
    ("h,t,v,y\na,1,1,p\n", "0:0 unknown-column"), ("g,y,v,t\na,1,1,p\n", "0:0 column-of-two-uses"),
    ("g,t,y\na,1,p\n", "0:0 no-inputs"),
  ])
  func whatMakesNoSequenceIsRefused(_ text: String, _ message: String) {
    let label = text.hasPrefix("g,y,v") ? "t" : "y"
    let options = CSVSource.Options(label: label, group: "g", order: "t", length: 3)
    let outcome = Outcome { try read(options, text: text) }
    #expect(outcome.codes == [message], "\(text)")
  }

  /// A table without a header goes by position, with or without its right answers.
  @Test func tablesWithoutNames() throws {
    let training = try read(
      .init(label: "2", group: "1", order: "4"), text: "a,0,5,2\na,0,6,1\nb,1,7,1\nb,1,8,2\n")
    #expect(training.inputs[0].values == [6, 5, 7, 8] && training.inputs[0].lengths == nil)
    let record = try #require(training.record)
    let change = { (context: inout SourceContext) in
      context.record = record
      context.classes = training.classNames
    }
    let whole = try read(.init(), change, text: "c,1,9,3\nc,1,10,2\n", for: .evaluation)
    #expect(whole.inputs[0].values == [10, 9] && whole.targets[0].value(0) == 1)
    let inputs = try read(.init(), change, text: "c,9,3\nc,10,2\nd,1,1\n", for: .prediction)
    #expect(inputs.inputs[0].values == [10, 9, 1, 0] && inputs.inputs[0].lengths == [2, 1])
    #expect(Outcome { try read(.init(), change, text: "c,9\n", for: .prediction) }.codes.count == 1)
  }
}

private struct UnexpectedForm: Error {}
