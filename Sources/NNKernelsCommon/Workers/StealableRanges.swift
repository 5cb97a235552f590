import Synchronization

/// The task indices of one parallel region, partitioned into one range per worker, with work stealing: the owner of a
/// range pops its front, thieves steal its back, both by compare-and-swap.
///
/// Regions of equal size are partitioned equally. A worker thus meets in one region the memory that it cached in the
/// previous one, apart from what is stolen.
///
/// A range is one 64-bit word: region number << 32 | end << 16 | start. The region number prevents ABA: once a new
/// region is posted, a compare-and-swap that expects a word of the previous one fails, and the worker reads the region's
/// data again. A worker acts on that data only after it has taken a task.
struct StealableRanges: @unchecked Sendable {
  private let workers: Int
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// Words from one worker's range to the next, 64 bytes: one cache line per range avoids false sharing.
  private static let pitch = 8
  /// The most tasks of a region: bounds are 16 bits wide.
  static let mostTasks = 0xFFFF

  init(workers: Int) {
    self.workers = workers
    words = .allocate(capacity: workers * Self.pitch)
    for index in 0..<(workers * Self.pitch) { (words + index).initialize(to: Atomic(0)) }
  }

  func deallocate() {
    words.deinitialize(count: workers * Self.pitch)
    words.deallocate()
  }

  /// Partitions the tasks `0..<count` of the next region. All tasks of the previous one have been taken.
  func post(_ count: Int) {
    // Worker 0 posts, so its own range is written last: the other workers start earlier.
    for worker in (0..<workers).reversed() {
      let word = words + worker * Self.pitch
      let region = (word.pointee.load(ordering: .relaxed) >> 32) &+ 1
      let (start, end) = (Self.start(worker, workers, count), Self.start(worker + 1, workers, count))
      word.pointee.store(
        region << 32 | UInt64(end) << 16 | UInt64(start), ordering: .sequentiallyConsistent)
    }
  }

  /// The first task of a worker's range, ceil(worker count / workers); with fewer tasks than workers, worker 0 has one.
  private static func start(_ worker: Int, _ workers: Int, _ count: Int) -> Int {
    (worker * count + workers - 1) / workers
  }

  /// Whether all ranges are empty.
  var isEmpty: Bool {
    for worker in 0..<workers where !Self.isEmpty(load(worker)) { return false }
    return true
  }

  /// The word of the range of `worker`, as `take` expects it.
  func load(_ worker: Int) -> UInt64 {
    (words + worker * Self.pitch).pointee.load(ordering: .sequentiallyConsistent)
  }

  static func isEmpty(_ word: UInt64) -> Bool { (word >> 16) & 0xFFFF <= word & 0xFFFF }

  /// Takes a task from the range of `owner`, a compare-and-swap that expects `word`: the owner pops the front, any other
  /// worker steals the back. Nil if the word has changed since it was loaded.
  func take(from owner: Int, by worker: Int, expecting word: UInt64) -> Int? {
    let taken = owner == worker ? word + 1 : word - (1 << 16)
    let exchanged = (words + owner * Self.pitch).pointee.compareExchange(
      expected: word, desired: taken, successOrdering: .acquiringAndReleasing, failureOrdering: .relaxed
    ).exchanged
    guard exchanged else { return nil }
    return Int(owner == worker ? word & 0xFFFF : ((word >> 16) & 0xFFFF) - 1)
  }
}
