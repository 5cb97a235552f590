extension Scalar {
  public static func drop(
    _ x: Buffer<Self>, into y: Buffer<Self>, rate: Double, _ random: RandomStream, accumulate: Bool,
    workers: WorkerPool
  ) {
    referenceDrop(x, into: y, random.dropping(rate), accumulate: accumulate, workers)
  }
}

extension Float {
  public static func drop(
    _ x: Buffer<Float>, into y: Buffer<Float>, rate: Double, _ random: RandomStream, accumulate: Bool,
    workers: WorkerPool
  ) {
    KernelTable.current.drop(x, y, random.dropping(rate), accumulate, workers)
  }
}

extension RandomStream {
  fileprivate func dropping(_ rate: Double) -> Dropping { Dropping(rate: rate, key: key, counter: counter) }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceDrop<S: Scalar>(
  _ x: Buffer<S>, into y: Buffer<S>, _ dropping: Dropping, accumulate: Bool, _ workers: WorkerPool
) {
  let random = RandomStream(key: dropping.key, counter: dropping.counter)
  let scale = S(dropping.scale)
  let size = Dropping.groupSize
  workers.run(count: (x.count + size - 1) / size, grain: 32) { groups in
    for group in groups {
      for lane in 0..<Dropping.blocks {
        let words = random.block(UInt64(group * Dropping.blocks + lane))
        for half in 0..<8 {
          let i = group * size + half * Dropping.blocks + lane
          guard i < x.count else { break }
          let number = words[half >> 1] >> UInt32(16 * (half & 1)) & 0xFFFF
          let value = number < dropping.limit ? 0 : x[i] * scale
          y[i] = accumulate ? y[i] + value : value
        }
      }
    }
  }
}
