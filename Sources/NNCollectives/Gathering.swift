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
      guard lengths.allSatisfy({ $0 <= Self.mostGathered }) else { throw Self.announcedTooMuch(peer) }
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
    try gather(own.withUnsafeBytes { Array($0) }).map(Self.words)
  }

  private static func words(_ bytes: [UInt8]) -> [UInt64] {
    bytes.withUnsafeBytes { raw in
      (0..<(raw.count / 8)).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    }
  }

  private static func announcedTooMuch(_ rank: Int) -> CollectiveFailure {
    .broken(rank: rank, reason: "it announced more bytes than are ever gathered")
  }

  /// Gives the first process the bytes of all, in the order of their ranks; nil in the others. They may differ in length.
  package func gatherAtFirst(_ own: [UInt8]) throws -> [[UInt8]]? {
    var found = [own]
    var distance = 1
    while distance < size {
      let peer = rank ^ distance
      if rank & distance != 0 {
        _ = try exchange(with: peer, send: found.map { UInt64($0.count) }, count: 0)
        _ = try exchange(with: peer, send: Array(found.joined()), count: 0)
        return nil
      }
      let lengths = try exchange(with: peer, send: [UInt64](), count: distance)
      guard lengths.allSatisfy({ $0 <= Self.mostGathered }) else { throw Self.announcedTooMuch(peer) }
      let bytes = try exchange(with: peer, send: [UInt8](), count: lengths.reduce(0) { $0 + Int(clamping: $1) })
      var rest = bytes[...]
      for length in lengths {
        found.append(Array(rest.prefix(Int(clamping: length))))
        rest = rest.dropFirst(Int(clamping: length))
      }
      distance *= 2
    }
    return found
  }

  /// Gives the first process the words of all, one process after the other; nil in the others.
  package func gatherAtFirst(_ own: [UInt64]) throws -> [UInt64]? {
    try gatherAtFirst(own.withUnsafeBytes { Array($0) })?.flatMap(Self.words)
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
