import NNCore
import NNFiles
import NNKernels
import Testing

@testable import NNData

/// Samples mixed with one another.
@Suite struct MixupTests {
  private static let count = 23

  private static func mixup(_ alpha: Double) throws -> Mixup {
    try Mixup(attributes: Attributes(["alpha": .number(alpha)], for: Mixup.schema))
  }

  /// Samples of which each is a class of its own, as a label and as its distribution.
  private static func samples() throws -> Dataset {
    let identity = (0..<(count * count)).map { $0 / count == $0 % count ? 1.0 : 0 }
    return try Dataset(
      inputs: [DataArray(name: "x", form: .values(Shape(count)), elements: .doubles(identity))],
      targets: [
        DataArray(
          name: "label", form: .classes(count: count, shape: Shape(1)), elements: .labels((0..<Int32(count)).map { $0 })
        ),
        DataArray(name: "number", form: .values(Shape(1)), elements: .doubles((0..<count).map { Double($0) })),
      ])
  }

  private static func feed<S: Scalar>(
    _ type: S.Type, alpha: Double?, seed: UInt64 = 5, from first: Int = 0, batch: Int = 5, threads: Int = 2,
    prefetching: Prefetching = .never
  ) throws -> BatchFeed<S> {
    let augmentations = try alpha.flatMap { alpha in
      try Augmentations(AugmentationSteps([mixup(alpha)]), shapes: [Shape(count)], seed: seed)
    }
    var settings = FeedSettings(
      batch: batch, shuffleSeed: seed, augmentations: augmentations, targetForms: ["label": .values(Shape(count))])
    settings.prefetching = prefetching
    return BatchFeed<S>(
      try samples(), settings, epoch: first / 5, batchOfEpoch: first % 5, workers: WorkerPool(threads: threads))
  }

  /// Inputs, labels and numbers are mixed with the same partners and shares, every sample twice in its batch.
  @Test func inputsAndTargetsAreMixedAlike() throws {
    let feed = try Self.feed(Double.self, alpha: 0.4)
    var shares: [Double] = []
    for number in 0..<10 {
      let count = feed.next()
      #expect(count == (number % 5 == 4 ? 3 : 5))
      let inputs = feed.input(0).array.prefix(count * Self.count)
      #expect(inputs == feed.target(0).array.prefix(count * Self.count))
      var uses = [Int](repeating: 0, count: Self.count)
      for row in 0..<count {
        let sample = Array(inputs[(row * Self.count)..<((row + 1) * Self.count)])
        #expect(sample.reduce(0, +) == 1)
        let parts = sample.indices.filter { sample[$0] != 0 }
        #expect(parts.count <= 2)
        for part in parts { uses[part] += 1 }
        let mean = sample.indices.reduce(0) { $0 + Double($1) * sample[$1] }
        #expect((feed.target(1)[row] - mean).magnitude < 1e-12)
        shares.append(sample[parts[0]])
      }
      #expect(uses.allSatisfy { $0 <= 2 })
    }
    #expect(Set(shares).count > 30)
  }

  /// Without mixing, labels become distributions that are certain.
  @Test func labelsBecomeDistributions() throws {
    let feed = try Self.feed(Float.self, alpha: nil)
    for _ in 0..<5 {
      let count = feed.next() * Self.count
      #expect(feed.input(0).array.prefix(count) == feed.target(0).array.prefix(count))
    }
  }

  @Test func aSampleAloneStaysWhatItIs() throws {
    let feed = try Self.feed(Float.self, alpha: 1, batch: 1)
    for _ in 0..<5 {
      _ = feed.next()
      #expect(feed.input(0).array.sorted().suffix(2) == [0, 1])
    }
  }

  /// The same on any threads, ahead of time or not, from the middle as from the beginning; not with another seed.
  @Test func mixturesRepeat() throws {
    func batches(_ feed: BatchFeed<Float>, _ count: Int) -> [[Float]] {
      (0..<count).map { _ in
        let size = feed.next() * Self.count
        return Array(feed.input(0).array.prefix(size) + feed.target(0).array.prefix(size))
      }
    }
    let all = batches(try Self.feed(Float.self, alpha: 0.2, threads: 1), 12)
    for threads in 2...4 {
      #expect(batches(try Self.feed(Float.self, alpha: 0.2, threads: threads, prefetching: .always), 12) == all)
    }
    #expect(batches(try Self.feed(Float.self, alpha: 0.2, from: 7), 5) == Array(all[7...]))
    #expect(batches(try Self.feed(Float.self, alpha: 0.2, seed: 6), 12) != all)
  }

  /// Random shares against SciPy's quantiles, within four deviations.
  @Test func sharesHaveTheirDistribution() throws {
    let text = String(decoding: try FileReading.bytes(Folder.fixtures + "/beta.txt"), as: UTF8.self)
    let draws = 20_000
    for line in text.split(separator: "\n") {
      let numbers = line.split(separator: " ").compactMap { Double($0) }
      try #require(numbers.count == 9)
      let values = (0..<draws).map { RandomStream(key: UInt64($0), counter: 3).symmetricBeta(numbers[0]) }
      #expect(values.allSatisfy { $0 >= 0 && $0 <= 1 })
      for (quantile, probability) in zip(numbers.dropFirst(), [0.05, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9, 0.95]) {
        let share = Double(values.count { $0 < quantile }) / Double(draws)
        let deviation = (probability * (1 - probability) / Double(draws)).squareRoot()
        #expect((share - probability).magnitude < 4 * deviation, "alpha \(numbers[0]), \(quantile): \(share)")
      }
    }
  }
}
