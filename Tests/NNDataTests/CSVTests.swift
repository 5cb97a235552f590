import NNCore
import NNFiles
import Testing

@testable import NNData

@Suite struct CSVTests {
  private func read(
    _ text: String, label: String = "last", task: String = "auto", header: String = "auto", separator: String = "auto",
    name: String = "t.csv", classes: [String]? = nil, labelForm: TargetForm? = nil
  ) -> Outcome {
    Outcome {
      var options = CSVSource.Options()
      (options.label, options.task, options.header, options.separator) = (label, task, header, separator)
      return try CSVSource.readBothWays(
        name, Array(text.utf8), options, SourceContext(folder: ".", classes: classes, labelForm: labelForm))
    }
  }

  /// Inputs, then labels, then class names, as one text.
  private func summary(_ outcome: Outcome) -> String {
    guard let set = outcome.set else { return outcome.codes.joined(separator: " ") }
    func words(_ array: DataArray) -> String { array.values.map { number(Double($0)) }.joined(separator: " ") }
    func number(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : String(value) }
    let parts = [set.inputs[0], set.targets.first].compactMap { $0.map(words) }
    return (parts + (set.classNames.map { [$0.joined(separator: ",")] } ?? [])).joined(separator: " | ")
  }

  @Test(arguments: [
    ("1,2,0\n3,4,1\n", "1 2 3 4 | 0 1 | 0,1"),
    ("1,2,0\r\n3,4,1\r\n", "1 2 3 4 | 0 1 | 0,1"),
    ("1,2,0\r3,4,1\r", "1 2 3 4 | 0 1 | 0,1"),
    ("1,2,0\n3,4,1", "1 2 3 4 | 0 1 | 0,1"),
    ("\u{FEFF}1,2,0\n3,4,1\n", "1 2 3 4 | 0 1 | 0,1"),
    ("\n\n1,2,0\n\n\r\n3,4,1\n\n\n", "1 2 3 4 | 0 1 | 0,1"),
    (" 1 ,\t2,0 \n3 , 4, 1\n", "1 2 3 4 | 0 1 | 0,1"),
    ("\"1\",\"2\",\"0\"\n3,4,1\n", "1 2 3 4 | 0 1 | 0,1"),
    ("a,b,label\n1,2,0\n3,4,1\n", "1 2 3 4 | 0 1 | 0,1"),
    ("\"a,b\",\"c\nd\",\"la\"\"bel\"\n1,2,0\n3,4,1\n", "1 2 3 4 | 0 1 | 0,1"),
    ("1,2,red\n3,4,blue\n", "1 2 3 4 | 1 0 | blue,red"),
    ("1,\"say \"\"hi\"\"\"\n2,\"a,b\"\n3,\"x\ny\"\n", "1 2 3 | 1 0 2 | a,b,say \"hi\",x\ny"),
    ("a,label\n1,red\n3,blue\n", "1 3 | 1 0 | blue,red"),
    ("1,2,1.5\n3,4,2.5\n", "1 2 3 4 | 1.5 2.5"),
    ("1,0.0\n2,1.0\n3,2.000e+00\n", "1 2 3 | 0 1 2 | 0,1,2"),
    ("1,-1\n2,1\n", "1 2 | -1 1"),
    ("1,10\n2,2\n3,red\n", "1 2 3 | 0 1 2 | 10,2,red"),
    ("1\t2\t0\n3\t4\t1\n", "1 2 3 4 | 0 1 | 0,1"),
    ("1;2;0\n3;4;1\n", "1 2 3 4 | 0 1 | 0,1"),
    ("-1e2,+.5,0\n1.,1E-1,1\n", "-100 0.5 1 0.1 | 0 1 | 0,1"),
    ("1,é\n2,ß\n", "1 2 | 1 0 | ß,é"),
  ]) func tables(_ text: String, _ expected: String) {
    #expect(summary(read(text)) == expected)
  }

  @Test func labelColumns() {
    let named = "a,b,c\n1,2,0\n3,4,1\n"
    #expect(summary(read(named, label: "a")) == "2 0 4 1 | 1 3")
    #expect(summary(read(named, label: "c")) == "1 2 3 4 | 0 1 | 0,1")
    #expect(summary(read(named, label: "3")) == "1 2 3 4 | 0 1 | 0,1")
    #expect(summary(read(named, label: "1")) == "2 0 4 1 | 1 3")
    #expect(summary(read(named, label: "none")) == "1 2 0 3 4 1")
    #expect(summary(read(named, label: "a b")) == "0 1 | 1 2 3 4")
    #expect(summary(read(named, label: "last 1")) == "2 4 | 0 1 1 3")
    #expect(summary(read("my label,x\n0,5\n1,6\n", label: "my label")) == "5 6 | 0 1 | 0,1")
    // A number is a column's number, also where the first row of data holds the same number.
    #expect(summary(read("5,1,3,0\n6,7,8,1\n", label: "1")) == "1 3 0 7 8 1 | 5 6")
    #expect(summary(read("2,1,0\n3,4,1\n", label: "1 2")) == "0 1 | 2 1 3 4")
    // Numbers as names, and a name that makes the first row a header.
    #expect(summary(read("0,1,kind\n5,6,red\n7,8,blue\n", label: "kind")) == "5 6 7 8 | 1 0 | blue,red")
    #expect(summary(read("3,2,1\n5,6,0\n", label: "1", header: "true")) == "5 6 | 0 | 0")
    #expect(summary(read("1,2,red\n3,4,blue\n", label: "red", header: "false")) == "1:1 unknown-column")
  }

  @Test func header() {
    #expect(summary(read("1,2,0\n3,4,1\n", header: "true")) == "3 4 | 1")
    #expect(summary(read("1,2,0\n3,4,1\n", header: "false")) == "1 2 3 4 | 0 1 | 0,1")
    #expect(summary(read("a,b,c\n3,4,1\n", header: "false")) == "1:1 not-a-number")
    #expect(summary(read(",a,c\n1,3,0\n2,4,1\n")) == "1 3 2 4 | 0 1 | 0,1")
    // A gap in the first row of data does not make it a header.
    #expect(summary(read("1,,0\n3,4,1\n")) == "1:3 not-a-number")
  }

  @Test func separators() {
    #expect(summary(read("1 2 0\n3 4 1\n", separator: "space")) == "1 2 3 4 | 0 1 | 0,1")
    #expect(summary(read("1\t2\n", name: "t.tsv")) == "1 | 2")
    #expect(summary(read("1\t2\n", name: "T.TSV.gz")) == "1 | 2")
    #expect(summary(read("1,2\n", separator: "comma")) == "1 | 2")
    #expect(summary(read("1\t0\n2\t1\n", separator: "tab")) == "1 2 | 0 1 | 0,1")
  }

  @Test func contexts() {
    let classes = ["red", "green", "blue"]
    #expect(summary(read("1,blue\n2,red\n", classes: classes)) == "1 2 | 2 0 | red,green,blue")
    #expect(summary(read("1,2\n2,0\n", classes: classes)) == "1 2 | 2 0 | red,green,blue")
    #expect(summary(read("1,7\n2,9\n", classes: ["7", "8", "9"])) == "1 2 | 0 2 | 7,8,9")
    #expect(summary(read("1,7.0\n2,9.0\n", classes: ["7", "8", "9"])) == "1 2 | 0 2 | 7,8,9")
    #expect(summary(read("1,0\n2,1\n", labelForm: .values(Shape(1)))) == "1 2 | 0 1")
    #expect(summary(read("1,0\n2,1\n", task: "values")) == "1 2 | 0 1")
    #expect(summary(read("1,-1\n2,1\n", task: "classes")) == "1 2 | 0 1 | -1,1")
    let many = (0..<21).map { "1,\($0)\n" }.joined()
    #expect(read(many).set?.targets[0].form == .values(Shape(1)))
    #expect(read(many, task: "classes").set?.targets[0].form == .classes(count: 21, shape: Shape(1)))
  }

  @Test(arguments: [
    ("", "0:0 empty-file"), ("\n\r\n", "0:0 empty-file"), ("\u{FEFF}", "0:0 empty-file"),
    ("a,b\n", "0:0 no-samples"),
    ("1,2,0\n3,4\n", "2:1 ragged-row"), ("1,2\n\n3,4,5\n", "3:1 ragged-row"), ("1,2\r3\r", "2:1 ragged-row"),
    ("1,2,0\n3,x,1\n", "2:3 not-a-number"), ("a,b,c\n1,2,0\n3,,1\n", "3:3 not-a-number"),
    ("1,2,0\r3,x,1\r", "2:3 not-a-number"), ("1,2,0\r\n3,x,1\r\n", "2:3 not-a-number"),
    ("1,2,0\n3,nan,1\n", "2:3 not-a-number"), ("1,2,0\n3,inf,1\n", "2:3 not-a-number"),
    ("1,2,0\n3,0x10,1\n", "2:3 not-a-number"), ("1,2,0\n3,1e999,1\n", "2:3 not-a-number"),
    ("1,2,0\n3,1e39,1\n", "2:3 number-too-large"), ("1,2,0\n3,1 2,1\n", "2:3 not-a-number"),
    ("\"a\nb\",\"c\",d\n1,\"x\",0\n", "3:4 not-a-number"), ("\"x\ny\",q,0\n1,2,0\n\"3\",z,1\n", "4:5 not-a-number"),
    ("é,b,c\n1,2,0\n\"3\",ü,1\n", "3:5 not-a-number"),
    ("1,2,0\n3,\"4,1\n5,6,0\n", "2:3 open-quote"), ("\"a\nb\",\"c\n", "2:4 open-quote"), ("\"", "1:1 open-quote"),
    ("1,2,0\n3,\"4\"x,1\n", "2:6 bad-quote"), ("\"a\rb\"c\n", "2:3 bad-quote"),
    ("1,2,red\n3,4,\n", "2:5 missing-label"),
  ]) func failures(_ text: String, _ expected: String) {
    #expect(read(text).codes == [expected])
  }

  /// What never ends is refused before it takes much memory.
  @Test func endlessRows() throws {
    let many = [UInt8](repeating: UInt8(ascii: ","), count: 1 << 22)
    #expect(throws: DiagnosticError.self) {
      try CSVTable(file: "t.csv", text: Array("1,2\n".utf8) + many, separator: .comma)
    }
    var scanner = CSVScanner(file: "t.csv", bytes: many, separator: .comma)
    var fields: [CSVScanner.Field] = []
    do throws(DiagnosticError) {
      _ = try scanner.row(&fields)
      Issue.record("a row without end was read")
    } catch { #expect(error.diagnostics[0].code == "too-many-columns") }
  }

  /// A piece of the check of UTF-8 may end within a character.
  @Test func charactersAtTheEndsOfPieces() throws {
    for shift in 0..<4 {
      let text = String(repeating: "x", count: shift) + String(repeating: "\u{1F600}", count: 1 << 18) + ",1\n"
      #expect(try TextEncoding.auto.utf8(Array(text.utf8), file: "t.csv").count == text.utf8.count)
      var broken = Array(text.utf8)
      broken[shift + 1 << 20 - 2] = 0x20
      #expect(throws: DiagnosticError.self) { try TextEncoding.auto.utf8(broken, file: "t.csv") }
    }
  }

  @Test func failuresOfLabels() throws {
    #expect(read("a,b\n1,2\n", label: "a b").codes == ["0:0 no-inputs"])
    #expect(read("1,2,0\n", label: "1 2", task: "classes").codes == ["0:0 several-labels"])
    #expect(read("1,2,0\n", label: "4").codes == ["1:1 unknown-column"])
    #expect(read("1,2,0\n", label: "0").codes == ["1:1 unknown-column"])
    #expect(read("1,2,x\n1,3,2\n", label: "last", task: "values", header: "false").codes == ["1:5 not-a-number"])
    #expect(read("1,red\n2,gren\n", classes: ["red", "green"]).codes == ["2:3 unknown-class"])
    #expect(read("1,2\n2,3\n", classes: ["red", "green"]).codes == ["1:3 unknown-class"])
    var options = CSVSource.Options()
    options.label = "specis"
    do {
      _ = try CSVSource.readBothWays("t.csv", Array("width,species\n1,a\n".utf8), options, SourceContext(folder: "."))
      Issue.record("a column that is not there was found")
    } catch let error as DiagnosticError {
      #expect(
        error.description
          == "t.csv:1:1: error: there is no column 'specis'; the columns are width, species; did you mean 'species'?")
    }
    do {
      _ = try CSVSource.readBothWays(
        "t.csv", Array("1,gren\n".utf8), CSVSource.Options(), SourceContext(folder: ".", classes: ["red", "green"]))
      Issue.record("a class that is not there was found")
    } catch let error as DiagnosticError {
      #expect(error.diagnostics[0].remedy == "did you mean 'green'?")
    }
  }

  @Test func otherEncodings() throws {
    func codes(_ bytes: [UInt8]) -> [String] {
      Outcome { try CSVSource.readBothWays("t.csv", bytes, CSVSource.Options(), SourceContext(folder: ".")) }.codes
    }
    #expect(codes([0x31, 0x2C, 0xE9, 0x0A]) == ["0:0 not-utf8"])
    // A byte order mark says that it is UTF-16; half a character, or half a pair, is none.
    func numbers(_ bytes: [UInt8], _ options: CSVSource.Options = CSVSource.Options()) throws -> [Double] {
      let set = try CSVSource.readBothWays("t.csv", bytes, options, SourceContext(folder: "."))
      return (set.inputs + set.targets).flatMap(\.values)
    }
    #expect(try numbers([0xFF, 0xFE, 0x31, 0, 0x2C, 0, 0x32, 0]) == [1, 2])
    #expect(try numbers([0xFE, 0xFF, 0, 0x31, 0, 0x2C, 0, 0x32]) == [1, 2])
    #expect(codes([0xFF, 0xFE, 0x31, 0, 0x2C, 0, 0x32]) == ["0:0 not-utf8"])
    #expect(codes([0xFF, 0xFE, 0x31, 0, 0x00, 0xD8, 0x32, 0]) == ["0:0 not-utf8"])
    var latin1 = CSVSource.Options(label: "gr\u{F6}\u{DF}e")
    latin1.encoding = .latin1
    #expect(try numbers(Array("a,gr".utf8) + [0xF6, 0xDF] + Array("e\n1,2.5\n".utf8), latin1) == [1, 2.5])
  }

  @Test(arguments: [
    ("1,234.5", ThousandsMark.comma, "1234.5"), ("-12,345,678", .comma, "-12345678.0"), ("1 234", .blank, "1234.0"),
    ("1'000'000", .apostrophe, "1000000.0"), ("999", .comma, "999.0"), ("12,34", .comma, "none"),
    ("1,2345", .comma, "none"), ("1234,567", .comma, "none"), (",123", .comma, "none"), ("1,234.567,8", .comma, "none"),
  ]) func thousands(_ text: String, _ mark: ThousandsMark, _ value: String) throws {
    var table = try CSVTable(file: "t.csv", text: Array("\"\(text)\"\n".utf8), separator: .comma)
    table.thousandsMark = mark
    #expect(table.number(0, 0).map { "\($0)" } ?? "none" == value)
  }

  @Test func mutations() {
    let original = Array(
      "\u{FEFF}a,\"b \"\"q\"\"\",\"c\nd\",label\r\n1,2.5,-3e2,red\r\n\"4\",5,6,\"bl,ue\"\r\n7,8,9,red\r\n".utf8)
    var lottery = Lottery(3)
    for round in 0..<4000 {
      let bytes = lottery.mutated(original)
      for label in ["last", "none", "a label"][(round % 3)...(round % 3)] {
        var options = CSVSource.Options()
        options.label = label
        let outcome = Outcome { try CSVSource.readBothWays("t.csv", bytes, options, SourceContext(folder: ".")) }
        #expect(outcome.codes != ["?"])
        if let set = outcome.set { #expect(set.inputs[0].values.allSatisfy { $0.isFinite }) }
      }
    }
  }

  /// The standard library's reading is the oracle.
  @Test func decimalNumbers() {
    func parse(_ text: String) -> Double? { Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.parse($0) } }
    var lottery = Lottery(5)
    for _ in 0..<20_000 {
      var text = ["", "-", "+"][lottery.draw(3)]
      let digits = 1 + lottery.draw(24)
      let point = lottery.draw(2 * digits)
      for index in 0..<digits {
        if index == point { text += "." }
        text += String(lottery.draw(10))
      }
      if lottery.draw(3) == 0 {
        text += ["e", "E"][lottery.draw(2)] + ["", "-", "+"][lottery.draw(3)] + String(lottery.draw(300))
      }
      let expected = Double(text).flatMap { $0.isFinite ? $0 : nil }
      #expect(parse(text)?.bitPattern == expected?.bitPattern, "\(text)")
      #expect(parse("\t \(text)  ")?.bitPattern == expected?.bitPattern, "\(text)")
    }
    for text in [
      "", " ", ".", "-", "+", "e5", "1e", "--1", "+-1", "1..2", "1.2.3", "0x1", "1_000", "nan", "inf", "1e400",
    ] {
      #expect(parse(text) == nil, "\(text)")
    }
    #expect(parse("-0")?.sign == .minus)
    #expect(parse(String(repeating: "1", count: 401)) == nil)
  }
}
