import Foundation
import NNCore
import NNFiles
import NNKernels
import Testing

@testable import NNData

/// Large tables of numbers are read in blocks; reading field by field is the oracle.
@Suite struct BlockReadingTests {
  private let workers = WorkerPool(threads: 3)

  private func context(_ elements: [any ColumnElement] = []) throws -> SourceContext {
    var context = SourceContext(folder: ".", workers: workers)
    guard !elements.isEmpty else { return context }
    context.columns = try DeclaredColumns(elements, gaps: nil, inputs: ["x"]) { error, _ in
      DiagnosticError(code: error.code, file: "m.xml", error.message)
    }
    return context
  }

  /// Whether blocks accept a table; both ways give the same.
  private func isAccepted(
    _ text: String, _ options: CSVSource.Options = CSVSource.Options(), _ elements: [any ColumnElement] = []
  ) throws -> Bool {
    let context = try context(elements)
    _ = try? CSVSource.readBothWays("t.csv", Array(text.utf8), options, context)
    let sizes = [3, 64]
    let sets = sizes.map { CSVSource.inBlocks("t.csv", Array(text.utf8), options, context, size: $0) }
    #expect(sets.allSatisfy { ($0 == nil) == (sets[0] == nil) })
    return sets[0] != nil
  }

  /// The first 101 rows decide on dialect and header, and the others have to agree.
  private static let rows = (0..<150).map { "\($0 % 7),\(Double($0) / 8),-\($0)e-3" }

  @Test(arguments: [
    "", "a,b,c\n", "\"a\",\"b c\",\"d\"\n", "\u{FEFF}a,b,c\n", "\n\na,b,c\n", "ä,ö,ü\n", "1,2,3\n",
  ]) func accepted(_ first: String) throws {
    for end in ["\n", "\r\n"] {
      for last in ["", end, end + end, end + "\r\n\n"] {
        #expect(
          try isAccepted((first + Self.rows.joined(separator: "\n")).replacing("\n", with: end) + last), "\(first)")
      }
    }
  }

  /// What needs a second look, in a row that decides nothing.
  @Test(arguments: [
    "1,2", "1,2,3,4", "1,x,3", "1,,3", "", " ", "1,2,\"3\n\"", "1,\"2\"3,4", "1,\"2,3", "1,2\r,3", "1,nan,3",
    "1,2,\u{0}",
    "1,1e39,3",
  ]) func refused(_ row: String) throws {
    var rows = Self.rows
    rows[140] = row
    #expect(try !isAccepted("a,b,c\n" + rows.joined(separator: "\n") + "\n"))
  }

  /// What is unusual, but plain enough.
  @Test(arguments: [
    "1,\"2\",3", " 1 ,\t2,3", "+1,.5,7.", "1,1e-400,-0", "0.1234567890123456789,12345678901234567890,k", "1,2,\"x, y\"",
    "1,2,\"x \"\"y\"\"\"", "1,2,é", "1,2,5\" pipe", "0000000000000000001,0.30000000000000004,9007199254740993",
  ]) func unusual(_ row: String) throws {
    var rows = Self.rows.map { $0 + "k" }
    rows[140] = row
    #expect(try isAccepted("a,b,c\n" + rows.joined(separator: "\n") + "\n"))
  }

  @Test func decimalCommas() throws {
    let rows = (0..<150).map { "\($0),5;\($0 % 3)" }.joined(separator: "\n")
    #expect(try isAccepted(rows))
    #expect(try isAccepted("a;b\n" + rows + "\n"))
    // A number with a decimal point, or a first one with a comma, in a row that decides nothing.
    #expect(try !isAccepted(rows + "\n1.5;2"))
    #expect(try !isAccepted((0..<400).map { "\($0);\($0 % 3)" }.joined(separator: "\n") + "\n1,5;2"))
    #expect(try isAccepted(rows.replacing(",", with: ".").replacing(";", with: "\t")))
  }

  /// The name of a column that occurs again among the classes is none.
  @Test func headersThatAreNone() throws {
    let rows = (0..<150).map { "\($0),\($0 % 2 == 0 ? "red" : "blue")\n" }.joined()
    #expect(try isAccepted("a,kind\n" + rows))
    #expect(try isAccepted(rows))
    #expect(try !isAccepted("a,kind\n" + rows + "1,kind\n"))
  }

  @Test func declaredColumns() throws {
    func number(_ names: String, _ missing: String = "mean") throws -> NumberColumn {
      try NumberColumn(
        attributes: Attributes(["name": .text(names), "missing": .text(missing)], for: NumberColumn.schema))
    }
    let category = try CategoryColumn(attributes: Attributes(["name": .text("c")], for: CategoryColumn.schema))
    let gaps = ["1", "", "NA", " ? ", "-2.5"]
    let rows = (0..<150).map { "\(gaps[$0 % 5]),\($0),\(["u", "", "\"v, w\""][$0 % 3]),\($0 % 2)\n" }.joined()
    let options = CSVSource.Options(label: "y")
    #expect(try isAccepted("a,b,c,y\n" + rows, options, [number("a b"), category]))
    #expect(try isAccepted("a,b,c,y\n" + rows, options, [number("a", "drop"), number("b"), category]))
    #expect(try !isAccepted("a,b,c,y\n" + rows + "1,word,u,0\n", options, [number("a b"), category]))
    // A column may be called like a gap.
    #expect(try !isAccepted("NA,b,c,y\n" + rows, options, [number("NA b"), category]))
  }

  /// Random tables: whatever they hold, blocks give what fields give, or nothing.
  @Test func randomTables() throws {
    var lottery = Lottery(11)
    let fields = ["1", "-2.5", "0.1", "1e5", "12345678901234567", "x", "", "\"3\"", "NA", "\"a,b\"", "é", "3,5", " 4"]
    var accepted = 0
    for _ in 0..<60 {
      let columns = 1 + lottery.draw(4)
      let separator = [",", ";", "\t"][lottery.draw(3)]
      let most = [2, 5, fields.count][lottery.draw(3)]
      var lines = (0..<(102 + lottery.draw(60))).map { _ in
        (0..<columns).map { _ in fields[lottery.draw(most)] }.joined(separator: separator)
      }
      if lottery.draw(2) == 0 { lines[0] = (0..<columns).map { "n\($0)" }.joined(separator: separator) }
      if lottery.draw(8) == 0 { lines[lottery.draw(lines.count)] += separator }
      let label = ["last", "none", "1"][lottery.draw(3)]
      let text = lines.joined(separator: ["\n", "\r\n"][lottery.draw(2)])
      if try isAccepted(text, CSVSource.Options(label: label)) { accepted += 1 }
    }
    #expect(accepted > 8, "\(accepted)")
  }

  /// A file of several blocks is read by several threads.
  @Test func files() throws {
    let rows = (0..<90_000).map { "\($0),\($0 % 10),\(Double($0) * 0.37)\n" }.joined()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try AtomicFile.write(path, text: "n,d,y\n" + rows)
    let context = SourceContext(folder: ".", workers: workers)
    let reading = BlockReading(
      file: path, bytes: try .open(path), options: .init(), context: context, purpose: .model)
    let set = try #require(reading.set())
    #expect(set.rows.count == 90_000)
    for row in stride(from: 0, to: 90_000, by: 997) {
      #expect(set.inputs[0].value(2 * row) == Double(row) && set.inputs[0].value(2 * row + 1) == Double(row % 10))
      #expect(set.targets[0].value(row) == Double(Float(Double(row) * 0.37)))
    }
  }
}
