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
    #expect(!MPILauncher.isFirst { ["OMPI_COMM_WORLD_RANK": "3"][$0] })
  }

  @Test func aLibraryThatIsNoneIsRefused() {
    #expect(throws: MPICollectives.LoadError.self) { try MPICollectives(library: "/nonexistent.so") }
    #expect(throws: MPICollectives.LoadError.self) { try MPICollectives(library: "libm.so.6") }
  }
}
