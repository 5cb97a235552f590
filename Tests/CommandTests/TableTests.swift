import Foundation
import Testing

/// Tables from training to prediction: what the source was told and found out in training holds afterwards.
@Suite struct TableTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  /// Trains on a table and gives the result's code and messages; the weights are then in `run`.
  private func train(
    _ table: String, _ attributes: String = "label=\"y\"", others: String = "", shape: Int = 2,
    tail: String = "<dense units=\"2\"/><softmaxCrossEntropy/>", preprocess: String = ""
  ) throws -> Tool.Result {
    try place.write(table, to: "train.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <data><csv role="train" path="train.csv" \(attributes)/>\(others)</data>
        \(preprocess)
        <network><input name="x" shape="\(shape)"/>\(tail)</network>
        <training epochs="100" batch="4" seed="1"><sgd rate="0.1"/></training>
      </model>
      """, to: "m.xml")
    try? FileManager.default.removeItem(at: place.url.appendingPathComponent("run"))
    return try place.run("train", "m.xml", "-q", "--output", "run")
  }

  private func predict(_ table: String, _ arguments: String..., name: String = "t.csv") throws -> Tool.Result {
    try place.write(table, to: name)
    return try Tool.run("nnrun", ["predict", "run/weights.safetensors", name] + arguments, in: place.url)
  }

  private func evaluate(_ table: String, _ arguments: String...) throws -> Tool.Result {
    try place.write(table, to: "t.csv")
    return try Tool.run("nnrun", ["evaluate", "run/weights.safetensors", "--data", "t.csv"] + arguments, in: place.url)
  }

  /// The first fields of all rows but the header.
  private func answers(_ result: Tool.Result) -> [String] {
    result.output.split(separator: "\n").dropFirst().map { String($0.split(separator: ",")[0]) }
  }

  private static let table = "a,b,y\n1,0,p\n2,0,p\n3,0.5,p\n0,1,q\n0,2,q\n0.5,3,q\n"

  @Test func columnsAreFoundByName() throws {
    try place.write("y,b,a\np,0,1\np,0,2\nq,1,0\nq,2,0\n", to: "test.csv")
    let training = try train(Self.table, others: #"<csv role="test" path="test.csv" label="y"/>"#)
    #expect(training.code == 0 && training.output.contains("accuracy 100.00 %"), "\(training)")
    #expect(answers(try predict("b,a\n0,1\n0,2\n")) == ["p", "p"])
    #expect(answers(try predict("a,b,y\n1,0,\n0,1,\n")) == ["p", "q"])
    #expect(answers(try predict("a,b,y\n1,0,\n0,1,\n", "--label", "y")) == ["p", "q"])
    #expect(answers(try predict("id,b,a\n7,0,1\n")) == ["p"])
    let evaluation = try evaluate("y,b,a\np,0,1\nq,2,0\n")
    #expect(evaluation.code == 0 && evaluation.output.contains("accuracy 100.00 %"), "\(evaluation)")
    for (table, message) in [
      ("height,weight\n1,0\n", "t.csv:1:1: error: there are no columns 'a', 'b', which the training set has"),
      ("1,0\n0,1\n", "t.csv:1:1: error: the first row is not a header, but the training set has one: a, b, y"),
      ("1,-\n1,0\n", "t.csv:1:1: error: the first row is not a header"),
      ("\"Laenge, cm\";\"Breite, cm\"\n1;0\n", "t.csv: error: semicolons separate the fields, but commas those of"),
    ] {
      let result = try predict(table)
      #expect(result.code == 65 && result.output.isEmpty && result.messages.hasPrefix(message), "\(result)")
    }
    #expect(try place.run("evaluate", "run/weights.safetensors", "--data", "missing.csv").code == 66)
    #expect(try evaluate("a,b\n1,0\n").messages.contains("there is no column 'y'"))
  }

  /// What is left out is said on demand, for one file as for several, and to standard error.
  @Test func columnsThatAreLeftOut() throws {
    _ = try train(Self.table)
    let silent = try predict("id,b,a,year\n7,0,1,1\n8,1,0,1\n")
    #expect(silent.messages.isEmpty)
    let message = "t.csv: 2 samples; left out, because the training set has none of that name: 'id', 'year'\n"
    for option in ["--verbose", "-v"] {
      let result = try predict("id,b,a,year\n7,0,1,1\n8,1,0,1\n", option)
      #expect(result.output == silent.output && result.messages == message)
    }
    #expect(try place.infer("run/weights.safetensors", "x=t.csv", "-v").messages == message)
    #expect(try predict("b,a\n0,1\n", "-v").messages == "t.csv: 1 sample\n")
    let table = "y,id,b,a\np,1,0,1\nq,2,2,0\n"
    let evaluation = try evaluate(table, "-v")
    #expect(evaluation.messages == "t.csv: 2 samples; left out, because the training set has none of that name: 'id'\n")
    #expect(try evaluate(table).messages.isEmpty)
  }

  @Test func otherSetsAreMatched() throws {
    try place.write("c,b,y\n1,0,p\n0,1,q\n", to: "other.csv")
    let named = try train(Self.table, others: #"<csv role="validation" path="other.csv" label="y"/>"#)
    #expect(named.code == 65 && named.messages.contains("other.csv:1:1: error: there is no column 'a'"), "\(named)")
    try place.write("1,0,5,p\n0,1,6,q\n", to: "other.csv")
    let counted = try train(
      "1,0,p\n2,0,p\n0,1,q\n", "label=\"last\"", others: #"<csv role="test" path="other.csv" label="last"/>"#)
    #expect(
      counted.code == 65
        && counted.messages.contains("other.csv: error: the table has 4 columns with the label 'last'"),
      "\(counted)")
    #expect(!place.exists("run/weights.safetensors"))
  }

  @Test func whatTheSourceWasToldHolds() throws {
    let spaces = " 1.0   0  p\n 2.0   0  p\n 0.0   1  q\n 0.0   2  q\n"
    #expect(try train(spaces, "label=\"last\" separator=\"space\"").code == 0)
    #expect(answers(try predict(spaces, "--label", "last", name: "t.txt")) == ["p", "p", "q", "q"])
    #expect(answers(try predict(spaces)) == ["p", "p", "q", "q"])
    #expect(answers(try predict("1 0\n0 1\n")) == ["p", "q"])
    #expect(try evaluate(spaces).output.contains("accuracy 100.00 %"))
    let years = "2001,2002,2003,y\n1,2,3,p\n2,3,4,q\n1,2,2,p\n"
    #expect(try train(years, "label=\"last\" header=\"true\"", shape: 3).code == 0)
    #expect(answers(try predict("2001,2002,2003\n1,2,3\n2,3,4\n")).count == 2)
    #expect(try evaluate(years).output.contains("3 samples"))
  }

  @Test func severalAnswers() throws {
    let table = "a,b,y1,y2\n1,2,3.5,1\n2,1,4.5,2\n3,3,5.5,3\n1,1,2.5,4\n"
    #expect(try train(table, "label=\"y1 y2\"", tail: "<dense units=\"2\"/><squaredError/>").code == 0)
    for arguments in [[], ["--label", "y1 y2"]] {
      try place.write(table, to: "t.csv")
      let result = try Tool.run("nnrun", ["predict", "run/weights.safetensors", "t.csv"] + arguments, in: place.url)
      #expect(result.code == 0 && answers(result).count == 4, "\(result)")
    }
    #expect(try evaluate(table).code == 0)
    let inference = try place.infer("run/weights.safetensors", "t.csv")
    #expect(inference.code == 0 && answers(inference).count == 4)
  }

  @Test func guessesAreRefusedWhenUnsure() throws {
    for (table, message) in [
      ("a,y,y\n1,p,p\n2,q,q\n", "train.csv:1:5: error: columns 2 and 3 are both called 'y'"),
      (
        "a,2,p\n1,2,p\n2,1,q\n",
        "train.csv:1:1: error: this row with words and numbers is neither a header nor a sample"
      ),
      ("?,2,p\n1,2,p\n2,1,q\n", "train.csv:1:1: error: '?' in column 1 is not a number"),
      ("a,b,y,\n1,2,p,\n2,1,q,\n", "train.csv:1:7: error: every row ends with a separator"),
      (
        "1,5;2,5;0\n1.5;2;1\n", "train.csv:2:1: error: this number has a decimal point, but one on line 1 has a decimal"
      ),
      ("a,b,y\n1,2,p\n2,1,p\n", "m.xml:4:"),
    ] {
      let result = try train(table, "label=\"last\"")
      #expect(result.code == 65 && result.messages.hasPrefix(message), "\(result)")
    }
    #expect(try train("1,5;2;0\n2,5;1;1\n", "label=\"last\"").code == 0)
    #expect(answers(try predict("1,5;2\n2,5;1\n")).count == 2)
    #expect(try train("0,1,2,3\n0.5,1,2,1\n0.25,3,1,0\n", "label=\"last\"", shape: 3).code == 0)
    #expect(try evaluate("0,1,2,3\n0.5,1,2,1\n").output.contains("1 sample"))
  }

  /// Times in seconds are apart by less than a single can tell.
  @Test func numbersKeepTheirPlaces() throws {
    let rows = (0..<60).map { "\(1_700_000_000 + $0),\($0 < 30 ? "p" : "q")\n" }
    let result = try train(
      "t,y\n" + rows.joined(), shape: 1, preprocess: "<preprocess><standardize/></preprocess>")
    #expect(result.code == 0)
    let prediction = try predict("t,y\n" + rows.joined())
    #expect(Set(prediction.output.split(separator: "\n")).count == 61)
  }

  @Test func otherPrograms() throws {
    #expect(try train(Self.table).code == 0)
    for (bytes, name) in [
      (Data("BM>".utf8) + Data(count: 9), "a BMP picture"), (Data("GIF89a".utf8) + Data([0xFF, 0]), "a GIF picture"),
      (Data([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]), "compressed with xz"),
    ] {
      try bytes.write(to: place.url.appendingPathComponent("file"))
      let result = try place.run("predict", "run/weights.safetensors", "file")
      #expect(result.code == 65 && result.messages.contains("file: error: this is \(name)"), "\(result)")
    }
  }
}
