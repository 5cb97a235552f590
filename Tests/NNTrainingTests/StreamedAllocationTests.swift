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
      try StoredBytes(path.path), start: 0, count: 300 * 7, form: .floats, isBigEndian: true, window: 64)
    let set = try Dataset(
      inputs: [DataArray(name: "x", form: .values(Shape(7)), elements: .stored(numbers))], targets: [])
    let feed = BatchFeed<Float>(set, FeedSettings(batch: 32, shuffleSeed: 5), workers: WorkerPool(threads: 1))
    for _ in 0..<12 { _ = feed.next() }
    let allocations = AllocationCounter.count { for _ in 0..<40 { _ = feed.next() } }
    #expect(allocations == 0)
    #expect(feed.failure == nil)
  }
}
