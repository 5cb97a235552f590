/// How a batch is cut into parts, each of which one thread takes through all layers.
///
/// What a layer makes of a sample does not depend on the others, so nobody has to wait for anybody between layers, and
/// a part's values stay in its thread's caches. Small parts would read the parameters too often, or be done before
/// another thread has noticed them.
struct BatchParts {
  private let batch: Int
  /// How many parts there are: one, or one for each thread.
  let count: Int

  /// The fewest samples of a part.
  private static let leastSamples = 32
  /// The fewest operations of a part: some three microseconds.
  private static let leastOperations = 200_000

  init(_ batch: Int, operations operationsPerSample: Int, threads: Int) {
    self.batch = batch
    let samples = batch / threads
    count = samples >= Self.leastSamples && samples * operationsPerSample >= Self.leastOperations ? threads : 1
  }

  /// The samples of part `index`.
  func range(_ index: Int) -> Range<Int> { (index * batch / count)..<((index + 1) * batch / count) }

  /// The samples of the largest part.
  var largest: Int { (batch + count - 1) / count }
}
