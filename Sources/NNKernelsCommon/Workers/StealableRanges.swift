import Synchronization

/// Which pieces of a run nobody has taken yet: each worker has a share of consecutive ones, and who has done his own
/// takes from the ends of the others'.
///
/// Runs of equal size are shared equally, so a worker meets in one run the memory that it had in its cache in the run
/// before.
///
/// A share is one word: the number of its run in the upper half, below it the end and the next piece. Taking a piece is
/// one compare-and-exchange, which fails when a new run was posted since the worker looked: what it read of the run is
/// then stale and read again. While a share is empty, no worker acts on the rest.
struct StealableRanges: @unchecked Sendable {
  private let workers: Int
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// Words that lie 64 bytes apart, so that each is in a cache line of its own.
  private static let distance = 8
  /// The most pieces of a run.
  static let mostPieces = 0xFFFF

  init(workers: Int) {
    self.workers = workers
    words = .allocate(capacity: workers * Self.distance)
    for index in 0..<(workers * Self.distance) { (words + index).initialize(to: Atomic(0)) }
  }

  func deallocate() {
    words.deinitialize(count: workers * Self.distance)
    words.deallocate()
  }

  /// Shares out the pieces `0..<count` of the next run. All pieces of the last one have been taken.
  func post(_ count: Int) {
    // From the last on: the first share's worker posts, and the others should not wait for theirs.
    for worker in (0..<workers).reversed() {
      let word = words + worker * Self.distance
      let run = (word.pointee.load(ordering: .relaxed) >> 32) &+ 1
      let (start, end) = (Self.start(worker, workers, count), Self.start(worker + 1, workers, count))
      word.pointee.store(
        run << 32 | UInt64(end) << 16 | UInt64(start), ordering: .sequentiallyConsistent)
    }
  }

  /// The first piece of a share; with fewer pieces than workers, the first worker has one.
  private static func start(_ worker: Int, _ workers: Int, _ count: Int) -> Int {
    (worker * count + workers - 1) / workers
  }

  /// Whether there is nothing to take.
  var isEmpty: Bool {
    for worker in 0..<workers where !Self.isEmpty(load(worker)) { return false }
    return true
  }

  /// The state of the share of `worker`, for `take`.
  func load(_ worker: Int) -> UInt64 {
    (words + worker * Self.distance).pointee.load(ordering: .sequentiallyConsistent)
  }

  static func isEmpty(_ word: UInt64) -> Bool { (word >> 16) & 0xFFFF <= word & 0xFFFF }

  /// Takes a piece of the share of `owner`, which was `word` when it was looked at: its owner the next one, others the
  /// last one; nil if somebody else took a piece meanwhile.
  func take(from owner: Int, by worker: Int, seen word: UInt64) -> Int? {
    let taken = owner == worker ? word + 1 : word - (1 << 16)
    let exchanged = (words + owner * Self.distance).pointee.compareExchange(
      expected: word, desired: taken, successOrdering: .acquiringAndReleasing, failureOrdering: .relaxed
    ).exchanged
    guard exchanged else { return nil }
    return Int(owner == worker ? word & 0xFFFF : ((word >> 16) & 0xFFFF) - 1)
  }
}
