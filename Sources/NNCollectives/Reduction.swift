import NNKernels

extension Collectives {
  /// Adds the arrays of all processes, element by element, along the balanced binary tree over their ranks:
  /// ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)). Each gets the sum, with the same bits: addition commutes, so it does not matter
  /// which of two partners adds.
  ///
  /// Small arrays are exchanged whole with partners at the distances 1, 2, 4 … (recursive doubling). Of large ones each
  /// partner adds one half, which halves what goes over the wire (recursive halving), and the sums come back the same way
  /// (Thakur, Rabenseifner and Gropp 2005).
  ///
  /// - Parameter scratch: at least as long as `array`.
  package func sum<S: Scalar>(_ array: Buffer<S>, scratch: Buffer<S>, workers: WorkerPool) throws {
    guard size > 1, array.count > 0 else { return }
    let bytes = array.count * MemoryLayout<S>.stride
    if bytes <= mostBytesExchangedWhole || array.count < size {
      try sumWhole(array, scratch, workers)
    } else {
      try sumHalves(array, scratch, workers)
    }
  }

  private func sumWhole<S: Scalar>(_ array: Buffer<S>, _ scratch: Buffer<S>, _ workers: WorkerPool) throws {
    let received = scratch.slice(from: 0, count: array.count)
    var distance = 1
    while distance < size {
      try exchange(with: rank ^ distance, send: array, receive: received)
      S.scale(received, by: 1, into: array, accumulate: true, workers: workers)
      distance *= 2
    }
  }

  private func sumHalves<S: Scalar>(_ array: Buffer<S>, _ scratch: Buffer<S>, _ workers: WorkerPool) throws {
    var distance = 1
    while distance < size {
      let kept = part(array.count, rank, after: distance)
      let given = part(array.count, rank ^ distance, after: distance)
      let received = scratch.slice(from: 0, count: kept.count)
      try exchange(with: rank ^ distance, send: array.slice(given), receive: received)
      S.scale(received, by: 1, into: array.slice(kept), accumulate: true, workers: workers)
      distance *= 2
    }
    while distance > 1 {
      distance /= 2
      let own = part(array.count, rank, after: distance)
      let others = part(array.count, rank ^ distance, after: distance)
      try exchange(with: rank ^ distance, send: array.slice(own), receive: array.slice(others))
    }
  }

  /// The elements that a process has summed after the exchange at a distance: the lower half for a rank whose digit of
  /// that distance is 0, the upper one for 1, of those that it had before.
  func part(_ count: Int, _ rank: Int, after distance: Int) -> Range<Int> {
    var part = 0..<count
    var digit = 1
    while digit <= distance {
      let middle = part.lowerBound + part.count / 2
      part = rank & digit == 0 ? part.lowerBound..<middle : middle..<part.upperBound
      digit *= 2
    }
    return part
  }

  /// Makes each word the largest of those of all processes.
  package func maximum(_ words: Buffer<UInt64>, scratch: Buffer<UInt64>) throws {
    let received = scratch.slice(from: 0, count: words.count)
    var distance = 1
    while distance < size {
      try exchange(with: rank ^ distance, send: words, receive: received)
      for index in 0..<words.count { words[index] = max(words[index], received[index]) }
      distance *= 2
    }
  }

  func exchange<Element>(with peer: Int, send: Buffer<Element>, receive: Buffer<Element>) throws {
    let size = MemoryLayout<Element>.stride
    try exchange(
      with: peer, send: UnsafeRawBufferPointer(start: send.base, count: send.count * size),
      receive: UnsafeMutableRawBufferPointer(start: receive.base, count: receive.count * size))
  }
}

/// Up to here the time of an exchange is that of its start rather than of its bytes.
package let mostBytesExchangedWhole = 1 << 14
