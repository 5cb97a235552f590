import NNKernels

/// Where the padding of a batch lies: the steps of a dimension beyond each sample's length. A sample is seen as
/// outer x steps x inner.
struct Padding: Sendable {
  private let outer: Int
  private let steps: Int
  private let inner: Int

  /// The padding of samples of the given shape; nil if their length does not vary.
  init?(_ shape: Shape, _ length: SequenceLength?) {
    guard let axis = length?.axis else { return nil }
    var (outer, inner) = (1, 1)
    for before in 0..<axis { outer *= shape[before] }
    for after in (axis + 1)..<max(axis + 1, shape.rank) { inner *= shape[after] }
    (self.outer, self.inner) = (outer, inner)
    steps = shape[axis]
  }

  /// Fills the padding of a batch with 0.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func clear<S: Scalar>(_ batch: Buffer<S>, lengths: Buffer<Int32>) {
    for sample in 0..<lengths.count where Int(lengths[sample]) < steps {
      let valid = Int(lengths[sample]) * inner
      let row = steps * inner
      for block in 0..<outer {
        batch.slice(from: (sample * outer + block) * row + valid, count: row - valid).fill(0)
      }
    }
  }

  /// Copies the valid steps of a batch and fills the padding with 0, whatever it holds in `batch`.
  func copy<S: Scalar>(_ batch: Buffer<S>, lengths: Buffer<Int32>, into target: Buffer<S>, workers: WorkerPool) {
    let row = steps * inner
    let width = outer * row
    workers.run(count: lengths.count, grain: max(1, 32768 / max(1, width))) { samples in
      for sample in samples {
        let valid = Int(lengths[sample]) * inner
        for block in 0..<outer {
          let start = sample * width + block * row
          target.slice(from: start, count: valid).copy(from: batch.slice(from: start, count: valid))
          target.slice(from: start + valid, count: row - valid).fill(0)
        }
      }
    }
  }
}
