import NNCore
import NNKernels
import Testing

@testable import NNData

/// Samples that a program gives when a batch needs them.
@Suite struct SampleProviderTests {
  private struct Squares: SampleProvider {
    let count: Int
    var shape = Shape(7)
    /// A sample that cannot be given, and one that is no number.
    var missing: Int32?
    var broken: Int32?

    struct Missing: Error {}

    static func number(_ sample: Int32, _ element: Int) -> Double {
      Double(sample) * Double(sample) / 3 - Double(element)
    }

    func gather(_ samples: Span<Int32>, into numbers: inout MutableSpan<Double>) throws {
      for place in samples.indices {
        if samples[place] == missing { throw Missing() }
        for element in 0..<7 {
          numbers[place * 7 + element] = samples[place] == broken ? .nan : Self.number(samples[place], element)
        }
      }
    }
  }

  private let target = DataArray(
    name: "y", form: .values(Shape(1)), elements: .doubles((0..<301).map { Double($0) }))

  private func provided(_ provider: Squares) throws -> Dataset {
    try Dataset(inputs: [DataArray(name: "x", provider: provider)], targets: [target])
  }

  private func feed<S: Scalar>(_ type: S.Type, _ set: Dataset, threads: Int = 1) -> BatchFeed<S> {
    BatchFeed(
      set,
      FeedSettings(batch: 32, shuffleSeed: 5, preprocessing: [AffinePreprocessing(scales: [0.5], shifts: [1])]),
      workers: WorkerPool(threads: threads))
  }

  private func batches<S: Scalar>(_ type: S.Type, _ set: Dataset, threads: Int = 1) -> [S] {
    let feed = feed(type, set, threads: threads)
    return (0..<(2 * feed.batchesPerEpoch)).flatMap { _ in
      let count = feed.next()
      return (0..<(count * 7)).map { feed.input(0)[$0] }
    }
  }

  /// Batches, learned preprocessing and single numbers are those of the same samples in memory, bit for bit.
  @Test func samplesAreThoseInMemory() throws {
    let set = try provided(Squares(count: 301))
    let numbers = (0..<301).flatMap { sample in (0..<7).map { Squares.number(Int32(sample), $0) } }
    let memory = try Dataset(
      inputs: [DataArray(name: "x", form: .values(Shape(7)), elements: .doubles(numbers))], targets: [target])
    #expect(set.inputs[0].values == numbers)
    #expect(batches(Float.self, set) == batches(Float.self, memory))
    #expect(batches(Double.self, set, threads: 2) == batches(Double.self, memory))
    let standardize = try Standardize(attributes: Attributes([:], for: Standardize.schema))
    #expect(try standardize.fit(set, before: .identity) == standardize.fit(memory, before: .identity))
    #expect(DatasetFingerprint(set) == DatasetFingerprint(memory))
  }

  /// What a provider does not give ends the feed with its words.
  @Test func failuresAreToldOf() throws {
    for (provider, words) in [
      (Squares(count: 301, missing: 17), "samples could not be read: Missing()"),
      (Squares(count: 301, broken: 300), "a sample holds NaN or an infinite number"),
    ] {
      let feed = feed(Float.self, try provided(provider))
      for _ in 0..<feed.batchesPerEpoch { _ = feed.next() }
      #expect(feed.failure?.description.contains("x: error: \(words)") ?? false, "\(feed.failure as Any)")
    }
  }

  @Test(arguments: [-1, 0, 300, 1 << 31, Int.max])
  func countsThatDoNotFitAreRefused(_ count: Int) {
    let codes = Outcome { try provided(Squares(count: count)) }.codes
    #expect(codes == ["0:0 sample-count"])
    let alone = Outcome { try Dataset(inputs: [DataArray(name: "x", provider: Squares(count: count))], targets: []) }
      .codes
    #expect(alone == (count == 300 ? [] : count <= 0 ? ["0:0 no-samples"] : ["0:0 too-many-samples"]))
  }
}
