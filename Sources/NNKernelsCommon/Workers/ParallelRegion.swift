import CProcessor
import Synchronization

/// The parallel region of a pool: the calling thread, worker 0, forks its chunks to the pool's threads and joins them.
/// One region is open at a time.
final class ParallelRegion: Sendable {
  /// Tasks that no worker has taken. A task is one chunk, or several consecutive ones of a very large number.
  private let ranges: StealableRanges
  private let workers: Int
  private let chunks = Atomic<Int>(0)
  /// The two words of the closure, see `ClosureWords`.
  private let code = Atomic<Int>(0)
  private let context = Atomic<Int>(0)
  /// Tasks of the open region that have not finished.
  private let unfinished = Atomic<Int>(0)
  private let isOpen = Atomic<Bool>(false)
  private let isClosed = Atomic<Bool>(false)
  /// The pool's threads wait here for tasks, the caller for the last task to finish.
  private let posted = EventCount()
  private let joined = EventCount()
  private let contention = Contention()

  private let transport = ClosureTransport.shared
  private let spins: Int

  /// A region of `workers` workers, the caller included; the pool's threads poll `spins` times before they sleep.
  init(workers: Int, spins: Int) {
    self.workers = workers
    self.spins = spins
    ranges = StealableRanges(workers: workers)
  }

  deinit { ranges.deallocate() }

  // MARK: The caller's side

  /// Whether some thread has the region.
  var isTaken: Bool { isOpen.load(ordering: .relaxed) }

  /// Claims the region for the calling thread; false if another thread has it.
  func enter() -> Bool { !isOpen.exchange(true, ordering: .acquiring) }

  func leave() { isOpen.store(false, ordering: .releasing) }

  /// Runs `body` for all chunks. The caller has entered the region.
  func run(chunks: Int, _ body: ClosureTransport.Body) { transport.send(self, chunks, body) }

  /// Runs the closure of `words` for all chunks: fork, work, join. Without the threads if they have been late.
  func run(chunks count: Int, words: ClosureWords) {
    let start = processor_ticks()
    if contention.isPresent(start) {
      for chunk in 0..<count { transport.call(words, chunk, 0) }
      return
    }
    chunks.store(count, ordering: .relaxed)
    code.store(words.code, ordering: .relaxed)
    context.store(words.context, ordering: .relaxed)
    let tasks = min(count, StealableRanges.mostTasks)
    unfinished.store(tasks, ordering: .relaxed)
    ranges.post(tasks)
    posted.wake(tasks - 1)
    runTasks(worker: 0)
    if isJoined { return }
    let finished = processor_ticks()
    if joined.poll(spins: max(spins, 100), until: { isJoined }) { return }
    let polled = processor_ticks()
    joined.sleep { isJoined }
    let end = processor_ticks()
    contention.note(own: finished &- start, polled: polled &- finished, slept: end &- polled, now: end)
  }

  /// Whether all tasks of the open region have finished.
  private var isJoined: Bool { unfinished.load(ordering: .sequentiallyConsistent) == 0 }

  // MARK: Both sides

  /// Takes and runs tasks until all ranges are empty: its own range first, then those of the workers after it.
  private func runTasks(worker: Int) {
    var distance = 0
    while distance < workers {
      let owner = worker + distance < workers ? worker + distance : worker + distance - workers
      let word = ranges.load(owner)
      if StealableRanges.isEmpty(word) {
        distance += 1
        continue
      }
      let words = ClosureWords(code: code.load(ordering: .relaxed), context: context.load(ordering: .relaxed))
      let count = chunks.load(ordering: .relaxed)
      guard let task = ranges.take(from: owner, by: worker, expecting: word) else { continue }
      let tasks = min(count, StealableRanges.mostTasks)
      for chunk in (task * count / tasks)..<((task + 1) * count / tasks) {
        transport.call(words, chunk, worker)
      }
      if unfinished.subtract(1, ordering: .sequentiallyConsistent).newValue == 0, worker != 0 { joined.wake() }
      // The next region may be posted already, with a range for this worker.
      distance = 0
    }
  }

  // MARK: The threads' side

  /// Runs the tasks of one region after another as `worker`, until `close`.
  func serve(worker: Int) {
    while !isClosed.load(ordering: .acquiring) {
      runTasks(worker: worker)
      posted.wait(spins: spins) { !ranges.isEmpty || isClosed.load(ordering: .sequentiallyConsistent) }
    }
  }

  /// Ends the threads that serve the region.
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    posted.wake(workers)
  }
}
