extension Collectives {
  /// Gives every process the bytes of all, in the order of their ranks. They may differ in length.
  package func gather(_ own: [UInt8]) throws -> [[UInt8]] {
    var found = [[UInt8]](repeating: [], count: size)
    found[rank] = own
    var distance = 1
    while distance < size {
      let peer = rank ^ distance
      let (ours, theirs) = (block(rank, of: distance), block(peer, of: distance))
      let lengths = try exchange(with: peer, send: ours.map { UInt64(found[$0].count) }, count: theirs.count)
      // A process of another version may send anything.
      guard lengths.allSatisfy({ $0 <= Self.mostGathered }) else {
        throw CollectiveFailure.broken(rank: peer, reason: "it announced more bytes than are ever gathered")
      }
      let bytes = try exchange(
        with: peer, send: ours.flatMap { found[$0] }, count: lengths.reduce(0) { $0 + Int(clamping: $1) })
      var start = 0
      for (rank, length) in zip(theirs, lengths) {
        found[rank] = Array(bytes[start..<(start + Int(clamping: length))])
        start += Int(clamping: length)
      }
      distance *= 2
    }
    return found
  }

  /// Gives every process the words of all, in the order of their ranks.
  package func gather(_ own: [UInt64]) throws -> [[UInt64]] {
    try gather(own.withUnsafeBytes { Array($0) }).map { bytes in
      bytes.withUnsafeBytes { raw in
        (0..<(raw.count / 8)).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
      }
    }
  }

  /// Gives every process the bytes of one of them.
  package func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    try gather(rank == root ? bytes : [])[root]
  }

  /// Returns when all processes have called it.
  package func barrier() throws { _ = try gather([UInt8]()) }

  /// The most bytes that a process may have: 64 GiB.
  private static var mostGathered: UInt64 { 1 << 36 }

  /// The ranks whose bytes a process has before the exchange at a distance.
  private func block(_ rank: Int, of distance: Int) -> Range<Int> {
    let first = rank & ~(distance - 1)
    return first..<(first + distance)
  }

  private func exchange<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    with peer: Int, send: [Element], count: Int
  ) throws -> [Element] {
    var received = [Element](repeating: 0, count: count)
    try received.withUnsafeMutableBytes { receive in
      try send.withUnsafeBytes { send in try exchange(with: peer, send: send, receive: receive) }
    }
    return received
  }
}
