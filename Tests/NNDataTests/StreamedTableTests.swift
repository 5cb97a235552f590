import Foundation
import NNCore
import NNKernels
import Testing

@testable import NNData

/// Tables whose numbers stay in their file.
@Suite struct StreamedTableTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("table-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func read(
    _ text: String, stream: Bool, _ more: [String: AttributeValue] = [:], isDouble: Bool = false,
    workers: WorkerPool? = nil, splitColumns: [String] = []
  ) throws -> Dataset {
    try Data(text.utf8).write(to: folder.appendingPathComponent("t.csv"))
    var values = more.merging(["path": .text("t.csv")]) { $1 }
    if stream { values["stream"] = .boolean(true) }
    var context = SourceContext(folder: folder.path, isDouble: isDouble, workers: workers)
    context.splitColumns = splitColumns
    return try CSVSource(attributes: Attributes(values, for: CSVSource.schema)).read(context)
  }

  /// 500 rows of 5 numbers in several notations, with words as answers.
  private func rows(_ separator: String = ",", point: String = ".", end: String = "\n", quote: Bool = false) -> String {
    let words = ["red", quote ? "\"dark\(separator) blue\"" : "blue", "grün"]
    return (0..<500).map { row in
      let numbers = (0..<5).map { column -> String in
        let value = Double((row * 37 + column * 91) % 1009) / 7 - 60
        switch (row + column) % 5 {
        case 0: return "\(Int(value))"
        case 1: return String(format: "%.3f", value)
        case 2: return String(format: "%.17g", value)
        case 3: return String(format: "%.5e", value)
        default: return quote ? String(format: "\"%.2f\"", value) : String(format: "%+.2f", value)
        }
      }
      let text = numbers.map { $0.replacingOccurrences(of: ".", with: point) } + [words[row * row % 3]]
      return text.joined(separator: separator) + end
    }.joined()
  }

  private func bits(_ set: Dataset) -> [UInt64] {
    (set.inputs + set.targets).flatMap { array in (0..<array.elements.count).map { array.value($0).bitPattern } }
  }

  private func expectSame(
    _ text: String, _ more: [String: AttributeValue] = [:], isDouble: Bool = false, splitColumns: [String] = []
  ) throws {
    let memory = try read(text, stream: false, more, isDouble: isDouble, splitColumns: splitColumns)
    let stored = try read(text, stream: true, more, isDouble: isDouble, splitColumns: splitColumns)
    guard case .stored = stored.inputs[0].elements else {
      Issue.record("in memory")
      return
    }
    #expect(bits(memory) == bits(stored))
    #expect(memory.classNames == stored.classNames && memory.record == stored.record)
    #expect(memory.rows == stored.rows && memory.splitColumns == stored.splitColumns)
    #expect(
      memory.weights.map { array in (0..<array.elements.count).map { array.value($0) } }
        == stored.weights.map { array in (0..<array.elements.count).map { array.value($0) } })
    try expectSameBatches(memory, stored)
    #expect(stored.storedNumbers[0].failure == nil)
  }

  /// A window of all samples gives the batches of samples in memory, whatever the number of threads.
  private func expectSameBatches(_ memory: Dataset, _ stored: Dataset) throws {
    for threads in [1, 3] {
      let feeds = [memory, stored].map { set in
        BatchFeed<Float>(set, FeedSettings(batch: 48, shuffleSeed: 7), workers: WorkerPool(threads: threads))
      }
      for _ in 0..<(2 * feeds[0].batchesPerEpoch) {
        let counts = feeds.map { $0.next() }
        #expect(counts[0] == counts[1])
        let numbers = feeds.map { feed in
          (0..<(counts[0] * memory.inputs[0].width)).map { feed.input(0)[$0].bitPattern }
        }
        #expect(numbers[0] == numbers[1])
      }
      #expect(feeds[1].failure == nil)
    }
  }

  @Test func numbersAreThoseOfMemory() throws {
    let header = "a,b,c,d,e,colour\n"
    try expectSame(header + rows())
    try expectSame(header + rows(), isDouble: true)
    try expectSame(rows())
    try expectSame("\u{FEFF}" + header + rows())
    try expectSame(header.replacingOccurrences(of: "\n", with: "\r\n") + rows(end: "\r\n"))
    try expectSame(String(rows().dropLast()))
    try expectSame(rows() + "\n\n")
    try expectSame("a;b;c;d;e;colour\n" + rows(";", point: ","))
    try expectSame("a\tb\tc\td\te\tcolour\n" + rows("\t"))
    try expectSame(header + rows(quote: true))
  }

  /// Rows that are not lines: line breaks in quotes, empty lines, carriage returns alone.
  @Test func rowsNeedNotBeLines() throws {
    let broken = rows().replacingOccurrences(of: "blue", with: "\"light\nblue\"")
    try expectSame("a,b,c,d,e,colour\n" + broken)
    try expectSame("\"a\n1\",b,c,d,e,colour\n" + broken)
    try expectSame(rows().replacingOccurrences(of: "red\n", with: "red\n\n"))
    try expectSame(rows().replacingOccurrences(of: "blue\n", with: "\"a \"\"blue\"\"\nhat\"\n\r\n"))
    let returns = try read(rows(end: "\n") + rows(end: "\r"), stream: true)
    #expect(returns.count == 1000)
    #expect(bits(returns) == bits(try read(rows() + rows(end: "\r"), stream: false)))
  }

  /// Answers, weights and columns of splits are in memory, by the same rules.
  @Test func answersAndWeightsAreInMemory() throws {
    let header = "a,b,c,d,w,y\n"
    let text = header + (0..<300).map { "\($0),\($0 % 7).5,1e-3,-\($0),\($0 % 3 + 1),\($0 % 4)\n" }.joined()
    try expectSame(text)
    try expectSame(text, ["weight": .text("w")])
    try expectSame(text, ["label": .text("a y")])
    try expectSame(text, ["label": .text("y"), "task": .text("values")])
    try expectSame(text, ["label": .text("none")])
    try expectSame(text, splitColumns: ["b"])
  }

  /// The index is small whatever the rows are like.
  @Test func theIndexIsSmall() throws {
    let text = (0..<5000).map { "\($0 % 10),2,1\n" }.joined()
    let set = try read(text, stream: true)
    let rows = try #require(set.storedNumbers[0].rows as? StoredTableRows)
    #expect(rows.index.groupRows == 64 && rows.index.starts.count == 80)
  }

  private func problem(_ text: String, stream: Bool, _ more: [String: AttributeValue] = [:]) -> String {
    do {
      _ = try read(text, stream: stream, more)
      return "nothing"
    } catch let error as DiagnosticError {
      return error.diagnostics.map { "\($0.place?.line ?? 0):\($0.place?.column ?? 0) \($0.code) \($0.message)" }
        .joined()
    } catch { return "\(error)" }
  }

  /// What is wrong with a row is told as of samples in memory, with its line.
  @Test func messagesAreThoseOfMemory() {
    let good = (0..<400).map { "\($0),2.5,3,\($0 % 2)\n" }
    for wrong in ["1,x,3,1\n", "1,,3,0\n", "1,2,0\n", "1,2,3,4,0\n", "1,1e300,2,0\n", "1,\"2\"3,4,0\n"] {
      for header in ["", "a,b,c,y\n"] {
        let text = header + good[..<300].joined() + wrong + good[300...].joined()
        #expect(problem(text, stream: true) == problem(text, stream: false), "\(wrong)")
      }
    }
  }

  /// Tables that cannot be streamed are refused in words.
  @Test func refusals() throws {
    let text = rows()
    for more: [String: AttributeValue] in [
      ["separator": .text("space")], ["encoding": .text("latin1")], ["thousands": .text("comma")],
    ] {
      #expect(problem(text, stream: true, more).contains("cannot-stream"), "\(more)")
    }
    #expect(throws: ElementError.self) { try read(text, stream: true, ["group": .text("1")]) }
    try Data([0x1F, 0x8B, 8, 0, 0, 0]).write(to: folder.appendingPathComponent("t.csv.gz"))
    let values: [String: AttributeValue] = ["path": .text("t.csv.gz"), "stream": .boolean(true)]
    let source = try CSVSource(attributes: Attributes(values, for: CSVSource.schema))
    #expect(throws: DiagnosticError.self) { try source.read(SourceContext(folder: folder.path)) }
  }

  /// A file that changes under way is noticed, and its numbers are not trusted.
  @Test func filesThatChangeAreNoticed() throws {
    let set = try read(rows(), stream: true)
    let file = try FileHandle(forWritingTo: folder.appendingPathComponent("t.csv"))
    try file.write(contentsOf: Data(String(repeating: "x", count: 4000).utf8))
    try file.close()
    let feed = BatchFeed<Float>(set, FeedSettings(batch: 100), workers: WorkerPool(threads: 1))
    _ = feed.next()
    #expect(feed.failure?.diagnostics.first?.code == "read-failed")
  }
}
