import NNKernels
import Testing

@testable import NNCollectives

@Suite struct CollectivesTests {
  /// Numbers whose sum depends on the order of additions.
  private func numbers(_ rank: Int, _ count: Int) -> [Float] {
    let random = RandomStream(key: UInt64(rank))
    return (0..<count).map { Float(random.normal(UInt64($0))) * (rank % 3 == 0 ? 1e6 : 1) }
  }

  private func tree(_ arrays: ArraySlice<[Float]>) -> [Float] {
    guard arrays.count > 1 else { return arrays[arrays.startIndex] }
    let middle = arrays.startIndex + arrays.count / 2
    return zip(tree(arrays[arrays.startIndex..<middle]), tree(arrays[middle...])).map { $0 + $1 }
  }

  /// Sums of small arrays and of large ones, which go over the wire in halves, follow the tree.
  @Test(arguments: [1, 2, 4, 8], [1, 3, 7, 4096, 4097, 20_003])
  func sumsFollowTheTree(_ size: Int, _ count: Int) throws {
    let expected = tree((0..<size).map { numbers($0, count) }[...]).map(\.bitPattern)
    let found = try ThreadCollectives.run(size) { collectives in
      let array = Storage<Float>(numbers(collectives.rank, count))
      let scratch = Storage<Float>(count: count)
      try withExtendedLifetime(scratch) {
        try collectives.sum(array.buffer, scratch: scratch.buffer, workers: WorkerPool(threads: 1))
      }
      return array.array.map(\.bitPattern)
    }
    #expect(found.count == size)
    for sum in found { #expect(sum == expected) }
  }

  private func rounded(_ value: Float) -> Float {
    guard value.isFinite else { return value }
    // Of the two neighbours of 8 significant bits the nearer one, or the even one.
    let low = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
    let high = Float(bitPattern: (value.bitPattern & 0xFFFF_0000) &+ 0x1_0000)
    let (below, above) = ((Double(value) - Double(low)).magnitude, (Double(high) - Double(value)).magnitude)
    if below != above { return below < above ? low : high }
    return low.bitPattern & 0x1_0000 == 0 ? low : high
  }

  private func roundedTree(_ arrays: ArraySlice<[Float]>) -> [Float] {
    guard arrays.count > 1 else { return arrays[arrays.startIndex] }
    let middle = arrays.startIndex + arrays.count / 2
    return zip(roundedTree(arrays[arrays.startIndex..<middle]), roundedTree(arrays[middle...])).map {
      rounded($0) + rounded($1)
    }
  }

  /// Sums in bfloat16 follow the tree as well, and what is left rounds to the same in all processes.
  @Test(arguments: [2, 4, 8], [1, 3, 8193, 20_003]) func roundedSumsFollowTheTree(_ size: Int, _ count: Int) throws {
    let expected = roundedTree((0..<size).map { numbers($0, count) }[...]).map { rounded($0).bitPattern }
    let found = try ThreadCollectives.run(size) { collectives in
      let array = Storage<Float>(numbers(collectives.rank, count))
      let words = Storage<UInt16>(count: 2 * count)
      let workers = WorkerPool(threads: 1)
      try withExtendedLifetime(words) {
        try collectives.sumRounded(array.buffer, words: words.buffer, workers: workers)
      }
      roundToBFloat16(array.buffer, workers: workers)
      return array.array.map(\.bitPattern)
    }
    for sum in found { #expect(sum == expected) }
  }

  @Test func whatIsNotFiniteStaysSo() {
    let array = Storage<Float>([.infinity, -.infinity, .nan, Float(bitPattern: 0x7F80_0001), 3.4e38, 0, -0.0])
    roundToBFloat16(array.buffer, workers: WorkerPool(threads: 1))
    let found = array.array
    #expect(found[0] == .infinity && found[1] == -.infinity && found[2].isNaN && found[3].isNaN)
    #expect(found[4] == .infinity && found[5].bitPattern == 0 && found[6].sign == .minus)
  }

  @Test(arguments: [1, 2, 8]) func bytesOfAllAreGathered(_ size: Int) throws {
    let expected = (0..<size).map { [UInt8](repeating: UInt8($0), count: $0 * $0) }
    let found = try ThreadCollectives.run(size) {
      try $0.gather([UInt8](repeating: UInt8($0.rank), count: $0.rank * $0.rank))
    }
    for all in found { #expect(all == expected) }
    let words = try ThreadCollectives.run(size) { try $0.gather([UInt64.max, UInt64($0.rank)]) }
    for all in words { #expect(all == (0..<size).map { [UInt64.max, UInt64($0)] }) }
    let told = try ThreadCollectives.run(size) { try $0.broadcast([UInt8($0.rank), 7], from: size - 1) }
    for bytes in told { #expect(bytes == [UInt8(size - 1), 7]) }
    let atFirst = try ThreadCollectives.run(size) {
      try $0.gatherAtFirst([UInt8](repeating: UInt8($0.rank), count: $0.rank * $0.rank))
    }
    #expect(atFirst[0] == expected && atFirst.dropFirst().allSatisfy { $0 == nil })
    let wordsAtFirst = try ThreadCollectives.run(size) { try $0.gatherAtFirst([UInt64.max, UInt64($0.rank)]) }
    #expect(wordsAtFirst[0] == (0..<size).flatMap { [UInt64.max, UInt64($0)] })
    _ = try ThreadCollectives.run(size) { try $0.barrier() }
  }

  @Test func theLargestWordWins() throws {
    let found = try ThreadCollectives.run(4) { collectives in
      let words = Storage<UInt64>([UInt64(collectives.rank), UInt64(9 - collectives.rank), 0])
      let scratch = Storage<UInt64>(count: 3)
      try withExtendedLifetime(scratch) { try collectives.maximum(words.buffer, scratch: scratch.buffer) }
      return words.array
    }
    for words in found { #expect(words == [3, 9, 0]) }
  }

  @Test func launchersAreTold() {
    #expect(MPILauncher { ["OMPI_COMM_WORLD_SIZE": "2"][$0] } == .openmpi)
    #expect(MPILauncher { ["PMI_RANK": "0"][$0] } == .mpich)
    #expect(MPILauncher { ["PMIX_RANK": "0"][$0] } == .openmpi)
    #expect(MPILauncher { _ in nil } == nil)
    #expect(MPILauncher.isFirst { _ in nil })
    #expect(MPILauncher.isFirst { ["PMI_RANK": "0"][$0] })
    #expect(MPILauncher.isFirstOfMachine { ["MPI_LOCALRANKID": "0", "PMI_RANK": "4"][$0] })
    #expect(!MPILauncher.isFirstOfMachine { ["OMPI_COMM_WORLD_LOCAL_RANK": "1"][$0] })
    #expect(MPILauncher.rank { ["PMI_RANK": "4"][$0] } == "4")
    #expect(!MPILauncher.isFirst { ["OMPI_COMM_WORLD_RANK": "3"][$0] })
  }

  @Test func aLibraryThatIsNoneIsRefused() {
    #expect(throws: MPICollectives.LoadError.self) { try MPICollectives(library: "/nonexistent.so") }
    #expect(throws: MPICollectives.LoadError.self) { try MPICollectives(library: "libm.so.6") }
  }
}
