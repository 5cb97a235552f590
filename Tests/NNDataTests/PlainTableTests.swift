import NNCore
import NNKernels
import Testing

@testable import NNData

/// The fast ways of reading a table give what the careful ones give.
@Suite struct PlainTableTests {
  private let workers = WorkerPool(threads: 3)

  private func texts(_ table: CSVTable) -> [[String]] {
    (0..<table.rows).map { row in (0..<table.columns).map { table.text(row, $0) } }
  }

  /// A table that needs a second look is read by the scanner alone: a column in quotes makes it so.
  @Test(arguments: ["\n", "\r\n"]) func scansAlike(_ end: String) throws {
    var numbers = SplitMix(seed: 7)
    for round in 0..<200 {
      let columns = 1 + Int(numbers.next() % 5)
      var rows: [String] = []
      for _ in 0..<(1 + numbers.next() % 40) {
        if numbers.next() % 8 == 0 { rows.append("") }
        let fields = (0..<columns).map { _ in String(repeating: "7", count: Int(numbers.next() % 4)) }
        // A row of one empty field would be none.
        rows.append(columns == 1 && fields[0].isEmpty ? "1" : fields.joined(separator: ";"))
      }
      let text = rows.joined(separator: end) + (round % 3 == 0 ? "" : end)
      let plain = try #require(PlainTableScan(Array(text.utf8), .semicolon, workers))
      let quoted = rows.map { $0.isEmpty ? "" : $0 + ";\"q\"" }.joined(separator: end)
      let careful = try CSVTable(file: "t.csv", text: Array(quoted.utf8), separator: .semicolon)
      let fast = try CSVTable(file: "t.csv", text: Array(text.utf8), separator: .semicolon)
      #expect(plain.columns == columns && plain.lines == careful.lines)
      #expect(texts(fast) == texts(careful).map { Array($0.dropLast()) })
    }
  }

  /// Parts of a large text are put together with the lines of the whole.
  @Test func partsBecomeOne() throws {
    let rows = (0..<90_000).map { "\($0),\($0 % 7),,x" }
    let text = Array((rows.joined(separator: "\n") + "\n").utf8)
    let table = try CSVTable(file: "t.csv", text: text, separator: .comma, workers: workers)
    #expect(table.rows == 90_000 && table.lines == Array(1...90_000))
    for row in stride(from: 0, to: 90_000, by: 977) {
      #expect(table.text(row, 0) == "\(row)" && table.text(row, 2).isEmpty && table.text(row, 3) == "x")
    }
    let numbers = table.numbers(Array(0..<90_000), [1, 0], isDouble: false, workers: workers)
    #expect(
      numbers?.count == 180_000 && numbers?[2 * 80_000 + 1] == 80_000 && numbers?[2 * 80_000] == Double(80_000 % 7))
    #expect(table.numbers(Array(0..<90_000), [2], isDouble: false, workers: workers) == nil)
  }

  @Test(arguments: ["a,\"b\"\n1,2\n", "a,b\n1\n", "a,b\r1,2\r", "", "\n\n", "1,2\n3,4,5\n"])
  func otherTextsNeedASecondLook(_ text: String) {
    #expect(PlainTableScan(Array(text.utf8), .comma, nil) == nil)
  }

  /// Rows are cut wherever the pieces of the table end, doubled quotes and line breaks within quotes included.
  @Test func piecesEndAnywhere() {
    let table = "a,b\n1,\"x \"\"y\"\"\nz\"\n2,\"\"\n3,\"\"\"\"\n\n4,5\" pipe\n5,q"
    let bytes = Array(table.utf8)
    for cut in 0...bytes.count {
      var rows = ArrivingRows(separator: .comma, hasHeader: true)
      var text: [UInt8] = []
      for piece in [bytes[..<cut], bytes[cut...]] {
        rows.append(Array(piece))
        while let part = rows.takeComplete() {
          #expect(part.text.starts(with: Array("a,b\n".utf8)) && part.headerLines == 1)
          #expect(part.linesBefore == 1 + text.count { $0 == UInt8(ascii: "\n") }, "\(cut)")
          let whole = part.text.dropFirst(4)
          #expect(
            whole.last == UInt8(ascii: "\n")
              && whole.count { $0 == UInt8(ascii: "\"") } % 2 == (whole.contains(UInt8(ascii: "p")) ? 1 : 0))
          text += whole
        }
      }
      if let part = rows.takeRest() { text += part.text.dropFirst(4) }
      #expect(text == Array(bytes.dropFirst(4)), "\(cut)")
    }
  }

  /// Empty lines between lines of text are samples wherever the pieces end; those at the end, and lines of blanks, wait.
  @Test func linesOfTextEndAnywhere() {
    let bytes = Array("one\n\n  \ntwo\n \t\n\nthree\n\n \n".utf8)
    for cut in 0...bytes.count {
      var rows = ArrivingRows(separator: .tab, hasHeader: false, hasQuotes: false)
      var lines = 0
      for piece in [bytes[..<cut], bytes[cut...]] {
        rows.append(Array(piece))
        while let part = rows.takeComplete() {
          #expect(part.text.suffix(2) != Array("\n\n".utf8) && part.text.suffix(2) != Array(" \n".utf8), "\(cut)")
          lines += part.text.count { $0 == UInt8(ascii: "\n") }
        }
      }
      #expect(lines == 7 && rows.takeRest() == nil, "\(cut)")
    }
  }

  /// Numbers of 16 to 19 digits are the nearest doubles, as the standard library has them.
  @Test func longNumbersAreRoundedCorrectly() {
    var numbers = SplitMix(seed: 3)
    func check(_ text: String) {
      let value = Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.parse($0) }
      #expect(value == Double(text), "\(text)")
    }
    for _ in 0..<200_000 {
      let digits = 16 + Int(numbers.next() % 4)
      var text = String((0..<digits).map { _ in Character(String(numbers.next() % 10)) })
      let place = Int(numbers.next() % UInt64(digits + 1))
      text.insert(".", at: text.index(text.startIndex, offsetBy: place))
      check(numbers.next() % 2 == 0 ? text : "-" + text)
    }
    // As Python's %.18e and %.6g write them.
    for _ in 0..<200_000 {
      let digits = 1 + Int(numbers.next() % 19)
      var text = String((0..<digits).map { _ in Character(String(numbers.next() % 10)) })
      text.insert(".", at: text.index(after: text.startIndex))
      let sign = ["", "+", "-"][Int(numbers.next() % 3)]
      check(
        text + ["e", "E"][Int(numbers.next() % 2)] + sign
          + String(numbers.next() % (numbers.next() % 4 == 0 ? 300 : 25)))
    }
    for text in ["1e", "1e+", "e5", "1e5x", "1e0005", "1e1.5", "-e1", ".e1", "0e9", "-0e-9", "1.e3", "1e400", "1e-400"]
    {
      let value = Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.parse($0) }
      let expected = Double(text).flatMap { $0.isFinite ? $0 : nil }
      #expect(value?.bitPattern == expected?.bitPattern, "\(text)")
    }
    // Halves between two doubles, and their neighbours.
    for exponent in 0..<10 {
      let half = (UInt64(1) << 53 + 1) << UInt64(exponent)
      for near in [half - 1, half, half + 1] { check(String(near)) }
    }
  }
}

/// A small generator of numbers.
private struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
