extension Scalar {
  /// y[i] = value. Bytes: 4 per element in single precision.
  public static func fill(_ y: Buffer<Self>, with value: Self, workers: WorkerPool) {
    fillElements(y, value, workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func fillElements<S: Scalar>(_ y: Buffer<S>, _ value: S, _ workers: WorkerPool) {
  workers.run(count: y.count, grain: 16_384) { y.slice($0).fill(value) }
}
