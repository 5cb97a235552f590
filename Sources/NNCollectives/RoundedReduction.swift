import NNKernels

extension Collectives {
  /// Adds the arrays of all processes like `sum`, with messages of half the bytes: every number goes over the wire as bfloat16.
  ///
  /// Both operands of every addition are rounded, also the one that stays at home: sum(a, b) = round(a) + round(b). So it does not
  /// matter which of two partners adds, and whoever adds other arrays before along the same tree in this way gets the same bits for any
  /// number of processes. What is left in the array is, once rounded, the same in all processes.
  ///
  /// - Parameter words: at least as many as twice `array`.
  package func sumRounded<S: Scalar>(_ array: Buffer<S>, words: Buffer<UInt16>, workers: WorkerPool) throws {
    guard size > 1, array.count > 0 else { return }
    let bytes = array.count * MemoryLayout<UInt16>.stride
    if bytes <= mostBytesExchangedWhole || array.count < size {
      try sumRoundedWhole(array, words, workers)
    } else {
      try sumRoundedHalves(array, words, workers)
    }
  }

  private func sumRoundedWhole<S: Scalar>(_ array: Buffer<S>, _ words: Buffer<UInt16>, _ workers: WorkerPool) throws {
    let sent = words.slice(from: 0, count: array.count)
    let received = words.slice(from: array.count, count: array.count)
    var distance = 1
    while distance < size {
      BFloat16.pack(array, into: sent, workers: workers)
      try exchange(with: rank ^ distance, send: sent, receive: received)
      BFloat16.add(received, to: array, workers: workers)
      distance *= 2
    }
  }

  private func sumRoundedHalves<S: Scalar>(_ array: Buffer<S>, _ words: Buffer<UInt16>, _ workers: WorkerPool) throws {
    var distance = 1
    while distance < size {
      let kept = part(array.count, rank, after: distance)
      let given = part(array.count, rank ^ distance, after: distance)
      let sent = words.slice(from: 0, count: given.count)
      let received = words.slice(from: given.count, count: kept.count)
      BFloat16.pack(array.slice(given), into: sent, workers: workers)
      try exchange(with: rank ^ distance, send: sent, receive: received)
      BFloat16.add(received, to: array.slice(kept), workers: workers)
      distance *= 2
    }
    while distance > 1 {
      distance /= 2
      let own = part(array.count, rank, after: distance)
      let others = part(array.count, rank ^ distance, after: distance)
      let sent = words.slice(from: 0, count: own.count)
      let received = words.slice(from: own.count, count: others.count)
      BFloat16.pack(array.slice(own), into: sent, workers: workers)
      try exchange(with: rank ^ distance, send: sent, receive: received)
      BFloat16.unpack(received, into: array.slice(others), workers: workers)
    }
  }
}
