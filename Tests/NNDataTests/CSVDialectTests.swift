import NNCore
import NNFiles
import NNKernels
import NNText
import Testing

@testable import NNData

/// Random tables in many dialects; Python's csv is the oracle.
@Suite struct CSVDialectTests {
  private struct Table {
    var text: [UInt8]
    var separator: TableRecord.Separator
    var fields: [[String]]
    var hasHeader: Bool
    var numbers: [[Double]]
  }

  private static let tables: [Table] = {
    guard let bytes = try? FileReading.bytes(Folder.fixtures + "/csv.json"),
      case .array(let values)? = try? StrictJSON(bytes)
    else { return [] }
    return values.compactMap { value in
      guard case .text(let text)? = value["text"], case .text(let separator)? = value["separator"],
        case .array(let rows)? = value["fields"], case .boolean(let hasHeader)? = value["header"],
        case .array(let numbers)? = value["numbers"], let separator = TableRecord.Separator(rawValue: separator)
      else { return nil }
      return Table(
        text: Array(text.utf8), separator: separator, fields: rows.compactMap(\.texts), hasHeader: hasHeader,
        numbers: numbers.map(Self.numbers))
    }
  }()

  private static func numbers(_ json: StrictJSON) -> [Double] {
    guard case .array(let values) = json else { return [] }
    return values.compactMap {
      switch $0 {
      case .integer(let value): Double(value)
      case .number(let value): value
      default: nil
      }
    }
  }

  @Test func fields() throws {
    #expect(Self.tables.count == 208)
    for table in Self.tables {
      let read = try CSVTable(
        file: "t.csv", text: TextEncoding.auto.utf8(table.text, file: "t.csv"), separator: table.separator)
      #expect((0..<read.rows).map { row in (0..<read.columns).map { read.text(row, $0) } } == table.fields)
    }
  }

  /// Separator, header and decimal mark are found out; where that is unsure it is said, and never is the answer wrong.
  @Test func guesses() {
    var refused = 0
    for table in Self.tables {
      var options = CSVSource.Options()
      if table.separator == .space { options.separator = "space" }
      let outcome = Outcome { try CSVSource.readBothWays("t.csv", table.text, options, SourceContext(folder: ".")) }
      guard let set = outcome.set else {
        refused += 1
        #expect(
          outcome.codes.allSatisfy { $0.hasSuffix(" unclear-separator") || $0.hasSuffix(" unclear-header") },
          "\(outcome.codes) \(String(decoding: table.text, as: UTF8.self))")
        continue
      }
      let record = set.record?.table
      #expect(record?.separator == table.separator && record?.columns == table.fields[0].count)
      #expect(record?.names == (table.hasHeader ? table.fields[0] : nil))
      #expect(set.inputs[0].values == table.numbers.flatMap { $0 }, "\(String(decoding: table.text, as: UTF8.self))")
    }
    #expect(refused < 4, "\(refused)")
  }

  /// What is read with all options given.
  private func read(
    _ text: String, label: String? = nil, header: String = "auto", separator: String = "auto", name: String = "t.csv"
  ) -> String {
    let outcome = Outcome {
      try CSVSource.readBothWays(
        name, Array(text.utf8), CSVSource.Options(label: label, header: header, separator: separator),
        SourceContext(folder: "."))
    }
    guard let set = outcome.set, let record = set.record?.table else { return outcome.codes.joined(separator: " ") }
    let inputs = set.inputs[0].values.map { "\($0)" }.joined(separator: " ")
    let names = record.names?.joined(separator: ",") ?? "-"
    return "\(inputs) | \(names) | \(set.classNames?.joined(separator: ",") ?? "numbers")"
  }

  @Test func headers() {
    // Words and no numbers name the columns; words and numbers are a mistake.
    #expect(read("a,b,y\n1,2,p\n3,4,q\n") == "1.0 2.0 3.0 4.0 | a,b,y | p,q")
    #expect(read("?,2,x\n2,1,y\n3,1,x\n") == "1:1 not-a-number")
    #expect(read("a,2,x\n2,1,y\n3,1,x\n") == "1:1 unclear-header")
    #expect(read("1,b,y\n2,1,y\n") == "1:3 unclear-header")
    #expect(read("a,2,y\n2,1,0\n3,1,1\n", header: "true") == "2.0 1.0 3.0 1.0 | a,2,y | 0,1")
    // A label by its name says that there is a header.
    #expect(read("a,2,y\n2,1,0\n3,1,1\n", label: "y") == "2.0 1.0 3.0 1.0 | a,2,y | 0,1")
    #expect(read("?,?,x\n2,1,y\n3,1,x\n") == "1:1 not-a-number")
    #expect(read("red,big,x\n2,1,y\n3,1,x\n") == "1:1 not-a-number")
    #expect(read("nan,1,x\n2,1,y\n3,1,x\n") == "1:1 not-a-number")
    #expect(read("-,1,x\n2,1,y\n3,1,x\n") == "1:1 not-a-number")
    // A word above numbers in the label's column alone: a name above those of years, or a mistake in a sample.
    #expect(read("2001,2002,y\n1,2,0\n3,4,1\n") == "1:11 unclear-header")
    #expect(read("1.5,2,3..4\n1,2,0.5\n3,4,1\n") == "1:7 unclear-header")
    #expect(read("2001,2002,y\n1,2,0\n3,4,1\n", label: "y") == "1.0 2.0 3.0 4.0 | 2001,2002,y | 0,1")
    #expect(read(",y\n0,0\n3,1\n") == "0.0 3.0 | ,y | 0,1")
    // Years above words: a sample, or names?
    #expect(read("2001,2002,y\n1,2,p\n3,4,q\n3,5,p\n") == "1:11 unclear-header")
    #expect(read("2001,2002,p\n1,2,p\n3,4,q\n3,5,p\n") == "2001.0 2002.0 1.0 2.0 3.0 4.0 3.0 5.0 | - | p,q")
    #expect(read("2001,2002,y\n1,2,p\n3,4,q\n3,5,p\n", header: "true") == "1.0 2.0 3.0 4.0 3.0 5.0 | 2001,2002,y | p,q")
  }

  @Test func numberedColumns() {
    #expect(read("0,1,2,3\n5,6,7,1\n8,9,7,0\n") == "5.0 6.0 7.0 8.0 9.0 7.0 | 0,1,2,3 | 0,1")
    #expect(read("\"0\",\"1\",\"2\",\"3\"\n5,6,7,1\n8,9,7,0\n") == "5.0 6.0 7.0 8.0 9.0 7.0 | 0,1,2,3 | 0,1")
    #expect(read("0,1,2\n0.5,1,1\n0.25,3,0\n") == "0.5 1.0 0.25 3.0 | 0,1,2 | 0,1")
    #expect(read(",0,1\n0,5,1\n1,8,0\n") == "0.0 5.0 1.0 8.0 | ,0,1 | 0,1")
    // Few whole numbers may be a sample.
    #expect(read("0,1,2\n2,1,0\n1,1,1\n") == "1:1 unclear-header")
    #expect(read("0,1\n1,0\n") == "1:1 unclear-header")
    #expect(read("0,1\n1,0\n", header: "false") == "0.0 1.0 | - | 0,1")
    #expect(read("0.0,1\n1,0\n") == "0.0 1.0 | - | 0,1")
    #expect(read("0,1,2,3\n", label: "none") == "0.0 1.0 2.0 3.0 | - | numbers")
    #expect(read("0,0,0\n0,1,1\n1,0,1\n1,1,0\n") == "0.0 0.0 0.0 1.0 1.0 0.0 1.0 1.0 | - | 0,1")
  }

  @Test func separators() {
    // Separators within quotes do not count.
    #expect(read("\"a, cm\";\"b, cm\";y\n1;0;p\n0;1;q\n") == "1.0 0.0 0.0 1.0 | a, cm,b, cm,y | p,q")
    #expect(read("1\t\"a,b\"\n2\t\"c,d\"\n") == "1.0 2.0 | - | a,b,c,d")
    // A comma that is in every row may be that of decimals.
    #expect(read("1,5;0\n2,5;1\n0,5;0\n") == "1.5 2.5 0.5 | - | 0,1")
    #expect(read("1,5;red\n2,5;blue\n") == "1.5 2.5 | - | blue,red")
    #expect(read("x,1;y\n1,5;0\n2,5;1\n") == "1.5 2.5 | x,1,y | 0,1")
    #expect(read("1,5\t0\n2,5\t1\n") == "1.5 2.5 | - | 0,1")
    #expect(read("1,2;a\n1,b;c\n") == "0:0 unclear-separator")
    #expect(read("1,2;a\n1,b;c\n", separator: "comma") == "1.0 1.0 | - | 2;a,b;c")
    // What is not in every row separates nothing.
    #expect(read("1,2;a\n4,b\n") == "1.0 4.0 | - | 2;a,b")
    // Runs of blanks are one separator, also at the beginning and at the end.
    #expect(
      read(" 1.0   0  p\n 2.0   0  p \n\n  0.0 \t 1  q\n", separator: "space") == "1.0 0.0 2.0 0.0 0.0 1.0 | - | p,q")
    #expect(read("a b y\n1 \"2\" \"p q\"\n3 4 r", separator: "space") == "1.0 2.0 3.0 4.0 | a,b,y | p q,r")
    #expect(read("   \n1 2\n", separator: "space") == "1.0 | - | numbers")
    #expect(read(" \n", separator: "space") == "0:0 empty-file")
    #expect(read("1 2\n3 4\n") == "0:0 no-inputs")
  }

  @Test func decimals() {
    #expect(read("1,5;2;3,5\n2;0,25;4\n") == "1.5 2.0 2.0 0.25 | - | numbers")
    #expect(read("1;2;3,5\n2;0;4\n") == "1.0 2.0 2.0 0.0 | - | numbers")
    #expect(read("a;y\n-1,5e2;1\n+,5;0\n") == "-150.0 0.5 | a,y | 0,1")
    #expect(read("1,5;0\n2.5;1\n") == "2:1 mixed-decimals")
    #expect(read("1,5;0\n2,5;1\n1.000,5;0\n", separator: "semicolon") == "3:1 not-a-number")
    #expect(read("1,5;0\nx;1\n") == "2:1 not-a-number")
    // Words with commas are none.
    #expect(read("1;a,b\n2;c,d\n", separator: "semicolon") == "1.0 2.0 | - | a,b,c,d")
    #expect(read("1.5;1,5\n2.5;x\n") == "1.5 2.5 | - | 1,5,x")
    #expect(read("1.5;1,5\n2.5;2,5\n") == "1:1 mixed-decimals")
  }

  /// A word among numbers is a class, unless it can hardly be one.
  @Test func wordsAmongLabels() {
    #expect(read("1,10\n2,2\n3,red\n") == "1.0 2.0 3.0 | - | 10,2,red")
    #expect(read("1,+\n2,-\n") == "1.0 2.0 | - | +,-")
    #expect(read("1,0.5\n2,?\n") == "2:3 not-a-number")
    #expect(read("1,0\n2,?\n") == "2:3 not-a-number")
    #expect(read("1,0.5\n2,1.x\n") == "2:3 not-a-number")
    #expect(read("1,0\n2,\n") == "2:3 missing-label")
  }

  @Test func columns() {
    #expect(read("a,y,y\n1,2,0\n") == "1:5 duplicate-column")
    #expect(read("a,,,y\n1,2,3,0\n") == "1:4 duplicate-column")
    #expect(read("a,b,y,\n1,2,x,\n2,1,y,\n") == "1:7 trailing-separator")
    #expect(read("1,2,x,\n2,1,y,\n") == "1:7 trailing-separator")
    #expect(read("1,2,x,\n2,1,y,\n", label: "3") == "1:7 trailing-separator")
    #expect(read("1,2,x\n2,1,y\n", label: "3 last") == "0:0 unknown-column")
  }

  @Test func foreignFiles() {
    func message(_ bytes: [UInt8]) -> String {
      do {
        _ = try CSVSource.readBothWays("t.csv", bytes, CSVSource.Options(), SourceContext(folder: "."))
        return "read"
      } catch {
        return "\(error)"
      }
    }
    #expect(message(Array("BM".utf8) + [0x3E, 0, 0, 0]).contains("a BMP picture; convert it to PNG or JPEG"))
    #expect(message(Array("RIFF".utf8) + [0xFF, 0, 0, 0] + Array("WEBP".utf8)).contains("a WebP picture"))
    #expect(message([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0xFF]).contains("compressed with xz"))
    #expect(message([0x31, 0, 0x32, 0]).contains("not text in UTF-8"))
    #expect(message(Array("BMI,y\n1,0\n2,1\n".utf8)) == "read")
  }

  /// Numbers that a single cannot tell apart, such as times in seconds, stay apart.
  @Test func placesOfNumbers() throws {
    let rows = (0..<60).map { "\(1_700_000_000 + $0),\($0 % 2)\n" }.joined()
    let set = try CSVSource.readBothWays("t.csv", Array(rows.utf8), CSVSource.Options(), SourceContext(folder: "."))
    let steps = [try Standardize(attributes: Attributes(for: Standardize.schema))]
    let feed = BatchFeed<Float>(
      set, FeedSettings(batch: 60, preprocessing: try fitPreprocessing(steps, on: set)), workers: WorkerPool(threads: 1)
    )
    _ = feed.next()
    let deviation = (3599.0 / 12).squareRoot()
    let expected: [Float] = (0..<60).map { Float((Double($0) - 29.5) / deviation) }
    for (found, expected) in zip(feed.input(0).array, expected) { #expect((found - expected).magnitude <= 1e-6) }
  }
}
