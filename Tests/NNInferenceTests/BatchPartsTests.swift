import NNCore
import NNKernels
import Testing

@testable import NNInference

@Suite struct BatchPartsTests {
  @Test(arguments: [1, 2, 3, 16], [1, 1000, 1_000_000]) func partsCoverTheBatch(_ threads: Int, _ operations: Int) {
    let parts = BatchParts(operationsPerSample: operations, threads: threads)
    for batch in [1, 31, 63, 64, 65, 1000, 7001] {
      let count = parts.count(batch)
      #expect(count == 1 || count == threads)
      var next = 0
      for index in 0..<count {
        let range = parts.range(index, of: batch)
        #expect(range.lowerBound == next && range.count <= parts.largest(batch))
        next = range.upperBound
      }
      #expect(next == batch)
      #expect(parts.count(parts.largestWhole(batch)) == 1 && parts.largestWhole(batch) <= batch)
    }
  }

  @Test func oneThreadCutsNothing() {
    let parts = BatchParts(operationsPerSample: 1_000_000, threads: 1)
    #expect(parts.count(1_000_000) == 1 && parts.largestWhole(1_000_000) == 1_000_000)
  }

  @Test func smallPartsAreNotWorthACut() {
    // At least 32 samples, and at least 200,000 operations, for each thread.
    #expect(BatchParts(operationsPerSample: 1_000_000, threads: 2).count(63) == 1)
    #expect(BatchParts(operationsPerSample: 1_000_000, threads: 2).count(64) == 2)
    #expect(BatchParts(operationsPerSample: 100, threads: 2).count(4001) == 1)
    #expect(BatchParts(operationsPerSample: 100, threads: 2).count(4002) == 2)
  }

  /// Whatever the number of threads, of samples in a batch, and of parts, a sample's prediction has the same bits.
  @Test func bitsDoNotDependOnTheParts() throws {
    let model = try SavedNet(
      """
      <input name="x" shape="2x8x8"/><conv2d channels="5" kernel="3" padding="same"/><batchNorm/><relu/>
      <maxPool2d kernel="2"/><flatten/><dense units="9"/><tanh/><dense units="3"/>
      """
    ).model()
    let samples = 211
    let random = RandomStream(key: 6)
    let input = (0..<(samples * 128)).map { Float(random.normal(UInt64($0))) }
    let expected = try model.predictor(Float.self, batch: 1, workers: WorkerPool(threads: 1)).predict(input)
    for threads in 1...4 {
      for batch in [7, 128, 211] {
        let found = try model.predictor(Float.self, batch: batch, workers: WorkerPool(threads: threads)).predict(input)
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "batch \(batch), \(threads) threads")
      }
    }
  }
}
