extension Scalar {
  /// Inverted dropout: y[i] (+)= x[i] / (1 - rate) with probability 1 - rate, else 0. `y` may be `x` when not accumulating.
  ///
  /// The mask is a function of the stream and an element's index (a counter-based generator): the backward pass
  /// recomputes it instead of saving it, and every thread computes the same.
  public static func drop(
    _ x: Buffer<Self>, into y: Buffer<Self>, rate: Double, _ random: RandomStream, accumulate: Bool,
    workers: WorkerPool
  ) {
    dropElements(x, into: y, rate, random, accumulate: accumulate, workers)
  }
}

/// Elements whose mask one random block holds.
private let blockSize = 4

@specialized(where S == Float)
@specialized(where S == Double)
private func dropElements<S: Scalar>(
  _ x: Buffer<S>, into y: Buffer<S>, _ rate: Double, _ random: RandomStream, accumulate: Bool, _ workers: WorkerPool
) {
  let limit = UInt32(rate * 0x1p32)
  let scale = S(1 / (1 - rate))
  let blocks = (x.count + blockSize - 1) / blockSize
  workers.run(count: blocks, grain: 1024) { range in
    for block in range {
      let words = random.block(UInt64(block))
      let start = block * blockSize
      for i in start..<min(x.count, start + blockSize) {
        let value = words[i - start] < limit ? 0 : x[i] * scale
        y[i] = accumulate ? y[i] + value : value
      }
    }
  }
}
