import NNCore
import NNKernels
import Testing

@testable import NNData

@Suite struct BatchFeedTests {
  private let workers = WorkerPool(threads: 2)

  private func batches(_ set: Dataset, _ count: Int, seed: UInt64 = 1, epoch: Int = 0, batch: Int = 0) -> [[Double]] {
    let feed = BatchFeed<Double>(
      set, batch: 4, preprocessing: .identity, seed: seed, shuffles: true, epoch: epoch, batchOfEpoch: batch,
      workers: workers)
    return (0..<count).map { _ in
      let size = feed.next()
      return Array(feed.input(0).array.prefix(size))
    }
  }

  @Test func order() throws {
    let values = DataArray(name: "x", form: .values(Shape(1)), elements: .doubles((0..<11).map { Double($0) / 3 }))
    let set = try Dataset(inputs: [values], targets: [])
    let all = batches(set, 9)
    let epochs = (0..<3).map { epoch in Array(all[(3 * epoch)..<(3 * epoch + 3)].joined()) }
    for epoch in epochs { #expect(epoch.sorted() == values.values) }
    #expect(Set(epochs).count == 3)
    #expect(batches(set, 9) == all && batches(set, 9, seed: 2) != all)
    for start in 0..<9 { #expect(batches(set, 9 - start, epoch: start / 3, batch: start % 3) == Array(all[start...])) }
    let part = set.subset([7, 2, 5])
    let expected: [Double] = [2.0 / 3, 5.0 / 3, 7.0 / 3]
    #expect(batches(part, 1)[0].sorted() == expected)
  }

  @Test func stratifiedCounts() throws {
    let labels = (0..<100).map { Int32($0 % 10 < 6 ? 0 : $0 % 10 < 9 ? 1 : 2) }
    let target = DataArray(name: "label", form: .classes(count: 3, shape: Shape(1)), elements: .labels(labels))
    let (part, rest) = Split.take(0.2, of: try Dataset(inputs: [], targets: [target]), stratified: nil, seed: 4)
    var counts = [0, 0, 0]
    for row in part.rows { counts[Int(labels[Int(row)])] += 1 }
    #expect(counts == [12, 6, 2])
    let together: [Int32] = (part.rows + rest.rows).sorted()
    #expect(together == Array(0..<100))
  }
}
