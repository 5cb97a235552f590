/// How batches are cut into parts, each of which one thread takes through all layers.
///
/// What a layer makes of a sample does not depend on the others, so nobody has to wait for anybody between layers, and
/// a part's values stay in its thread's caches. Small parts would read the parameters too often, or be done before
/// another thread has noticed them.
struct BatchParts {
  private let threads: Int
  /// The fewest samples that are cut; none are if there is one thread.
  private let leastBatch: Int

  /// The fewest samples of a part.
  private static let leastSamples = 32
  /// The fewest operations of a part: some three microseconds.
  private static let leastOperations = 200_000

  init(operationsPerSample: Int, threads: Int) {
    self.threads = threads
    let enough = Self.leastOperations / max(1, operationsPerSample) + 1
    leastBatch = threads == 1 ? .max : threads * max(Self.leastSamples, enough)
  }

  /// The parts of a batch: one, or one for each thread.
  func count(_ batch: Int) -> Int { batch < leastBatch ? 1 : threads }

  /// The samples of part `index` of a batch.
  func range(_ index: Int, of batch: Int) -> Range<Int> {
    let count = count(batch)
    return (index * batch / count)..<((index + 1) * batch / count)
  }

  /// The most samples of a part of a batch of up to `batch` samples.
  func largest(_ batch: Int) -> Int { (batch + count(batch) - 1) / count(batch) }

  /// The most samples, up to `batch`, that are not cut.
  func largestWhole(_ batch: Int) -> Int { min(batch, leastBatch - 1) }
}
