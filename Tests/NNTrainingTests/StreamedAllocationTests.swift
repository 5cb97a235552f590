import Foundation
import NNCore
import NNFiles
import NNKernels
import NNTestSupport
import Testing

@testable import NNData

/// Batches whose numbers stay in their file.
@Suite struct StreamedAllocationTests {
  /// Rows of big-endian numbers in windows, several epochs long.
  @Test func batchesTakeNoMemory() throws {
    guard AllocationCounter.isAvailable else { return }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("stream-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: path) }
    let words = (0..<(300 * 7)).flatMap { withUnsafeBytes(of: Float($0).bitPattern.bigEndian, Array.init) }
    try Data(words).write(to: path)
    let numbers = StoredNumbers(
      StoredArrayRows(
        file: try StoredBytes(path.path), start: 0, width: 7, form: .floats, isBigEndian: true), count: 300 * 7,
      width: 7,
      form: .floats, window: 64)
    let set = try Dataset(
      inputs: [DataArray(name: "x", form: .values(Shape(7)), elements: .stored(numbers))], targets: [])
    let feed = BatchFeed<Float>(set, FeedSettings(batch: 32, shuffleSeed: 5), workers: WorkerPool(threads: 1))
    for _ in 0..<12 { _ = feed.next() }
    let allocations = AllocationCounter.count { for _ in 0..<40 { _ = feed.next() } }
    #expect(allocations == 0)
    #expect(feed.failure == nil)
  }

  /// Rows of a table, decoded for each batch.
  @Test func rowsOfTablesTakeNoMemory() throws {
    guard AllocationCounter.isAvailable else { return }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("stream-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: path) }
    let text = (0..<700).map { "\($0).25,\($0 % 9),1e-3,-4,red\n" }.joined()
    try Data(text.utf8).write(to: path)
    let values: [String: AttributeValue] = [
      "path": .text(path.path), "stream": .boolean(true), "window": .integer(64),
    ]
    let set = try CSVSource(attributes: Attributes(values, for: CSVSource.schema)).read(SourceContext(folder: "."))
    for threads in [1, 2] {
      let feed = BatchFeed<Float>(set, FeedSettings(batch: 32, shuffleSeed: 5), workers: WorkerPool(threads: threads))
      for _ in 0..<30 { _ = feed.next() }
      let allocations = AllocationCounter.count { for _ in 0..<40 { _ = feed.next() } }
      #expect(allocations == 0)
      #expect(feed.failure == nil)
    }
  }
}
