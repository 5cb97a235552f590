import NNCore
import NNKernels
import Testing

@testable import NNData

@Suite struct BatchFeedTests {
  private let workers = WorkerPool(threads: 2)

  private func batches(_ set: Dataset, _ count: Int, seed: UInt64 = 1, epoch: Int = 0, batch: Int = 0) -> [[Double]] {
    let feed = BatchFeed<Double>(
      set, FeedSettings(batch: 4, shuffleSeed: seed), epoch: epoch, batchOfEpoch: batch, workers: workers)
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

  /// Numbers that nothing is done to keep their bits.
  @Test func numbersAsTheyAre() throws {
    let numbers = [-0.0, 0, 1e-300, -1e300, 1.0 / 3]
    let values = DataArray(name: "x", form: .values(Shape(5)), elements: .doubles(numbers))
    let set = try Dataset(inputs: [values], targets: [])
    let feed = BatchFeed<Double>(set, FeedSettings(batch: 1), workers: workers)
    _ = feed.next()
    #expect(feed.input(0).array.map(\.bitPattern) == numbers.map(\.bitPattern))
  }

  /// Gathering ahead changes no bit, wherever a feed begins, whatever the threads.
  @Test(arguments: 1...3)
  func batchesGatheredAhead(threads: Int) throws {
    let shape = Shape(2, 6, 6)
    let pictures = DataArray(
      name: "x", form: .values(shape), elements: .bytes((0..<(23 * 72)).map { UInt8(truncatingIfNeeded: $0 * 11) }))
    let labels = DataArray(
      name: "label", form: .classes(count: 23, shape: Shape(1)), elements: .labels((0..<23).map { Int32($0) }))
    let set = try Dataset(inputs: [pictures], targets: [labels])
    let steps: [any Augmentation] = [
      try Flip(attributes: Attributes([:], for: Flip.schema)),
      try Rotate(attributes: Attributes(["degrees": .number(15)], for: Rotate.schema)),
    ]
    var settings = FeedSettings(
      batch: 5, shuffleSeed: 4, preprocessing: [AffinePreprocessing(scales: [0.1], shifts: [-3])],
      augmentations: try Augmentations(AugmentationSteps(steps), shapes: [shape], seed: 9))
    func batches(_ prefetching: Prefetching, from first: Int, to last: Int) -> [[Float]] {
      settings.prefetching = prefetching
      let feed = BatchFeed<Float>(
        set, settings, epoch: first / 5, batchOfEpoch: first % 5, batches: last - first,
        workers: WorkerPool(threads: threads))
      #expect((feed.prefetcher != nil) == (prefetching == .always && last - first > 1))
      return (first..<last).map { number in
        let count = feed.next()
        #expect(count == (number % 5 == 4 ? 3 : 5))
        #expect(feed.epoch == number / 5 && feed.batchOfEpoch == number % 5 + 1)
        return Array(feed.input(0).array.prefix(count * 72) + feed.target(0).array.prefix(count))
      }
    }
    let all = batches(.never, from: 0, to: 17)
    #expect(batches(.always, from: 0, to: 17) == all)
    for first in [1, 4, 5, 9, 16] { #expect(batches(.always, from: first, to: 17) == Array(all[first...])) }
    // One that ends before its time, with batches gathered that nobody asks for.
    for last in 1...6 { #expect(batches(.always, from: 0, to: last) == Array(all[..<last])) }
  }

  /// Small batches are not worth a thread, and a thread needs a processor that the step leaves free.
  @Test func whenAThreadPays() {
    let free = WorkerPool.processors - 1
    #expect(Prefetching.whenItPays.threads(work: 100, workers: WorkerPool(threads: 1)) == 0)
    #expect(Prefetching.whenItPays.threads(work: 1 << 20, workers: WorkerPool(threads: 1)) == min(1, free))
    #expect(
      Prefetching.whenItPays.threads(work: 1 << 20, workers: WorkerPool(threads: WorkerPool.processors)) == 0)
    #expect(Prefetching.whenItPays.threads(work: 1 << 20, workers: WorkerPool(threads: free + 3)) == 0)
  }
}
