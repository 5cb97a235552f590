import NNCore
import NNFiles
import NNText
import Testing

@testable import NNData

/// What `<columns>` makes of a table's fields.
@Suite struct ColumnTests {
  private func element(_ type: any ColumnElement.Type, _ given: [String: AttributeValue]) throws -> any ColumnElement {
    try type.init(attributes: Attributes(given, for: type.schema))
  }

  /// A set of a table whose columns are declared, all rows being the training part.
  private func read(
    _ text: String, _ elements: [any ColumnElement], label: String = "none", inputs: [String] = ["x"]
  ) throws -> Dataset {
    var context = SourceContext(folder: ".", isDouble: true)
    let declared = try DeclaredColumns(elements, gaps: nil, inputs: inputs) { error, _ in
      DiagnosticError(code: error.code, file: "m.xml", error.message)
    }
    context.columns = declared
    let raw = try CSVSource.readBothWays("t.csv", Array(text.utf8), CSVSource.Options(label: label), context)
    let table = try #require(raw.table)
    let features = try declared.learned(raw, table, try #require(raw.record?.table?.features))
    return try #require(Dataset.encoded(["train": raw], features, isDouble: true)["train"])
  }

  private func rows(_ set: Dataset) -> [[Double]] {
    let array = set.inputs[0]
    return stride(from: 0, to: array.elements.count, by: array.width).map {
      Array(array.values[$0..<($0 + array.width)])
    }
  }

  /// scikit-learn's imputers, scalers and encoder give the same numbers.
  @Test func numbersAreThoseOfScikitLearn() throws {
    let lines = try String(decoding: FileReading.bytes(Folder.fixtures + "/columns.txt"), as: UTF8.self).split(
      separator: "\n")
    #expect(lines.count == 23)
    for line in lines {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false)
      var given: [String: AttributeValue] = ["name": .text("c")]
      for match in parts[0].matches(of: /(\w+)="([^"]*)"/) {
        let name = String(match.1)
        let schema = parts[0].hasPrefix("number") ? NumberColumn.schema : CategoryColumn.schema
        given[name] = try schema.attribute(name)?.kind.parse(String(match.2))
      }
      let column =
        try parts[0].hasPrefix("number") ? element(NumberColumn.self, given) : element(CategoryColumn.self, given)
      let fields = parts[1].split(separator: ",", omittingEmptySubsequences: false)
      let set = try read(
        "n,c\n" + fields.map { "0,\($0)\n" }.joined(), [column, element(IgnoredColumn.self, ["name": .text("n")])])
      let expected = parts[2].split(separator: ";").map { $0.split(separator: " ").compactMap { Double($0) } }
      for (row, right) in zip(rows(set), expected) {
        #expect(row.count == right.count, "\(parts[0])")
        for (number, other) in zip(row, right) {
          #expect((number - other).magnitude <= 1e-12 * max(1, other.magnitude), "\(parts[0]): \(number) \(other)")
        }
      }
    }
  }

  /// numpy.quantile of 1 … 1000 and one far beyond: 11 and 991 at 0.01 and 0.99.
  @Test func clippedNumbers() throws {
    let column = try element(
      NumberColumn.self, ["name": .text("a"), "clip": .number(0.01), "scale": .text("none")])
    let text = "a,y\n" + (1...1000).map { "\($0),1\n" }.joined() + "1e9,1\n"
    let set = try read(text, [column], label: "y")
    #expect(set.inputs[0].values == (1...1000).map { Double(min(max($0, 11), 991)) } + [991])
    let record = try #require(set.record)
    #expect(SourceRecord(json: try StrictJSON(record.json.written.utf8)) == record, "\(record.json.written)")
    guard case .number(let encoding)? = record.table?.features?[0].encoding else { return #expect(Bool(false)) }
    #expect(encoding.encode(-5) == 11 && encoding.encode(1e300) == 991)
    #expect(encoding.ofAnswers == .unchanged)
  }

  /// Numbers far beyond the range of all others are outliers, which say nothing of how skewed a column is.
  @Test func outliers() throws {
    func profile(_ last: String) throws -> ColumnProfile {
      let rows = (0..<4000).map { "\($0 % 97),\($0 % 2)\n" }.joined()
      return try TableProfile(file: "t.csv", text: Array("a,y\n\(rows)\(last),1\n".utf8), label: "y").columns[0]
    }
    #expect(try profile("400").hasOutliers && profile("-350").hasOutliers && profile("400").skewness < 0.1)
    #expect(try !profile("350").hasOutliers && !profile("96").hasOutliers)
  }

  @Test func theRecordIsJSON() throws {
    let set = try read(
      "a,b,c,d,y\n1,red,true,2024-02-29,5\n,green,no,1999-12-31 23:59,6\n3,red,,2000-01-01T00:00:00Z,9\n",
      [
        element(NumberColumn.self, ["name": .text("a"), "missing": .text("median"), "indicator": .boolean(true)]),
        element(CategoryColumn.self, ["name": .text("b"), "input": .text("b")]),
        element(BooleanColumn.self, ["name": .text("c"), "missing": .text("mode")]),
        element(DateColumn.self, ["name": .text("d"), "parts": .words(["year", "month", "hour"])]),
      ], label: "y", inputs: ["x", "b"])
    let record = try #require(set.record)
    #expect(SourceRecord(json: try StrictJSON(record.json.written.utf8)) == record, "\(record.json.written)")
    #expect(set.inputs.map(\.name) == ["x", "b"] && set.inputs.map(\.width) == [8, 1])
    #expect(set.inputs[1].values == [2, 1, 2])
    #expect(record.table?.features?.entries == ["b": 3])
    // What is cut out of it is no record.
    for cut in [#""is":"number","#, #""values":["green","red"],"#, #""order":"iso","#, #""column":0,"#] {
      #expect(record.json.written.contains(cut), "\(cut)")
      #expect(SourceRecord(json: try StrictJSON(record.json.written.replacing(cut, with: "").utf8)) == nil, "\(cut)")
    }
  }

  @Test(arguments: [
    ("2024-02-29", "iso", 1_709_164_800.0), ("1969-12-31T23:59:58", "iso", -2),
    ("31.3.2024", "dayFirst", 1_711_843_200),
    ("3/31/2024 14:05", "monthFirst", 1_711_893_900), ("2024-03-31T16:05+02:00", "iso", 1_711_893_900),
    ("1711893900", "unix", 1_711_893_900), ("0001-01-01", "iso", -62_135_596_800),
  ]) func dates(_ text: String, _ order: String, _ seconds: Double) throws {
    #expect(DateText(text, try #require(DateOrder(rawValue: order)))?.seconds == seconds)
  }

  @Test(arguments: [
    "2023-02-29", "2024-13-01", "24-01-01", "2024-01", "2024-01-01 25:00", "x", "", "2024-1-1 1", "1-2-3-4",
  ])
  func noDates(_ text: String) { #expect(DateText(text, .iso) == nil) }

  /// Every day of 800 years is what counting from the first one makes it.
  @Test func calendar() {
    var (year, month, day) = (1600, 1, 1)
    var number = DateText.dayNumber(year, month, day)
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    while year < 2400 {
      #expect(DateText.dayNumber(year, month, day) == number && DateText.date(number) == (year, month, day))
      number += 1
      day += 1
      if day > lengths[month - 1] + (month == 2 && DateText.isLeap(year) ? 1 : 0) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(DatePart.weekday.value(0) == 3 && DatePart.weekday.value(-4 * 86_400) == 6)
  }

  @Test(arguments: [
    ("a b", ["a", "b"]), ("'a b' c", ["a b", "c"]), ("'it''s' d'e", ["it's", "d'e"]),
    (" * ", [ColumnAttributes.others]), ("'*'", ["*"]), ("''", [""]),
  ]) func names(_ text: String, _ names: [String]) {
    #expect(columnNames(text) == names)
    #expect(columnNames(names.map(quotedColumnName).joined(separator: " ")) == names)
  }

  @Test(arguments: ["'a", "'a'b", "a 'b"]) func openQuotes(_ text: String) { #expect(columnNames(text) == nil) }

  /// Groups stay whole, the future stays out of the training part, and marks are followed.
  @Test func splits() throws {
    let count = 60
    let array = DataArray(name: "x", form: .values(Shape(1)), elements: .doubles((0..<count).map(Double.init)))
    let set = try Dataset(inputs: [array], targets: [])
    let groups = (0..<count).map { "g\($0 * 7 % 11)" }
    for seed in 0..<20 {
      let (part, rest) = Split.takeGroups(0.3, of: set, by: groups, seed: UInt64(seed))
      #expect(part.count + rest.count == count && (10...26).contains(part.count))
      #expect(Set(part.rows.map { groups[Int($0)] }).isDisjoint(with: rest.rows.map { groups[Int($0)] }))
    }
    let times = (0..<count).map { Double($0 * 13 % 20) }
    let (late, early) = Split.takeLast(0.25, of: set, by: times)
    #expect((late.rows.map { times[Int($0)] }.min() ?? 0) > (early.rows.map { times[Int($0)] }.max() ?? 0))
    #expect(late.count == 15 && Split.takeLast(0.1, of: set, by: nil).part.rows == Array(54..<60))
    let marks = (0..<count).map { $0 % 3 == 0 ? "test" : "train" }
    #expect(try #require(Split.takeMarked("test", of: set, by: marks)).part.count == 20)
    #expect(Split.takeMarked("valid", of: set, by: marks) == nil)
    #expect(
      ColumnOrder.keys(["2024-01-02", "1999-12-31"]).map { $0[0] > $0[1] } == true
        && ColumnOrder.keys(["1", "x"]) == nil)
  }

  @Test func profiles() throws {
    var text = "id,name,day,sex,age,code,answer\n"
    for i in 0..<40 {
      text +=
        "\(i + 1),n\(i),2024-01-\(10 + i % 9),\(i % 3 > 0 ? "m" : "f"),\(i % 5 == 0 ? "-999" : "\(20 + i)"),7,\(i % 3)\n"
    }
    let table = try TableProfile(file: "t.csv", text: Array(text.utf8), label: "answer")
    #expect(table.columns.map(\.kind) == [.rowNumber, .text, .date(.iso), .category, .number, .constant, .number])
    #expect(table.columns[4].missing == 8 && table.columns[4].gapWords == ["-999"] && table.hasClasses)
    #expect(Set(table.warnings.map(\.code)) == ["row-numbers", "text-column", "constant-column"])
  }
}
