import CProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the caller of a pool posts its work, and where the pool's threads look for it.
final class ParallelRegion: @unchecked Sendable {
  /// What is left to take: pieces of one chunk, or of several if there are very many.
  private let shares: StealableRanges
  private let workers: Int
  private let chunks = Atomic<Int>(0)
  private let code = Atomic<Int>(0)
  private let context = Atomic<Int>(0)
  /// Pieces of the current run that are not finished.
  private let unfinished = Atomic<Int>(0)
  private let taken = Atomic<Bool>(false)
  private let closed = Atomic<Bool>(false)
  /// Threads that sleep or are about to.
  private let sleepers = Atomic<Int>(0)
  /// Whether the caller sleeps until the last chunk is finished, or is about to.
  private let callerSleeps = Atomic<Bool>(false)

  private let transport = ClosureTransport.shared
  private let spins: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let work = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A board for as many workers, the caller included, whose threads look `spins` times before they sleep.
  init(workers: Int, spins: Int) {
    self.workers = workers
    self.spins = spins
    shares = StealableRanges(workers: workers)
    mutex.initialize(to: pthread_mutex_t())
    work.initialize(to: pthread_cond_t())
    done.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(work, nil)
    pthread_cond_init(done, nil)
  }

  deinit {
    pthread_cond_destroy(done)
    pthread_cond_destroy(work)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    work.deallocate()
    done.deallocate()
    shares.deallocate()
  }

  // MARK: The caller's side

  var isTaken: Bool { taken.load(ordering: .relaxed) }

  /// Takes the board for one run; false when a run is under way.
  func enter() -> Bool { !taken.exchange(true, ordering: .acquiring) }

  func leave() { taken.store(false, ordering: .releasing) }

  /// Runs `body` for all chunks. The board is taken.
  func run(chunks: Int, _ body: ClosureTransport.Body) { transport.send(self, chunks, body) }

  /// Runs the closure that `words` are for all chunks.
  func run(chunks count: Int, words: ClosureWords) {
    chunks.store(count, ordering: .relaxed)
    code.store(words.code, ordering: .relaxed)
    context.store(words.context, ordering: .relaxed)
    let pieces = min(count, StealableRanges.mostPieces)
    unfinished.store(pieces, ordering: .relaxed)
    shares.post(pieces)
    let asleep = sleepers.load(ordering: .sequentiallyConsistent)
    if asleep > 0 { wake(min(asleep, pieces - 1)) }
    takeChunks(worker: 0)
    waitForOthers()
  }

  private func wake(_ count: Int) {
    pthread_mutex_lock(mutex)
    for _ in 0..<count { pthread_cond_signal(work) }
    pthread_mutex_unlock(mutex)
  }

  private func waitForOthers() {
    var left = max(spins, 100)
    while unfinished.load(ordering: .acquiring) != 0 {
      left -= 1
      if left > 0 {
        processor_pause()
        continue
      }
      pthread_mutex_lock(mutex)
      callerSleeps.store(true, ordering: .sequentiallyConsistent)
      while unfinished.load(ordering: .sequentiallyConsistent) != 0 { pthread_cond_wait(done, mutex) }
      callerSleeps.store(false, ordering: .relaxed)
      pthread_mutex_unlock(mutex)
    }
  }

  // MARK: Both sides

  /// Runs chunks until none is left to take.
  private func takeChunks(worker: Int) {
    var distance = 0
    while distance < workers {
      let owner = worker + distance < workers ? worker + distance : worker + distance - workers
      let share = shares.load(owner)
      if StealableRanges.isEmpty(share) {
        distance += 1
        continue
      }
      let words = ClosureWords(code: code.load(ordering: .relaxed), context: context.load(ordering: .relaxed))
      let count = chunks.load(ordering: .relaxed)
      guard let piece = shares.take(from: owner, by: worker, seen: share) else { continue }
      let pieces = min(count, StealableRanges.mostPieces)
      for chunk in (piece * count / pieces)..<((piece + 1) * count / pieces) {
        transport.call(words, chunk, worker)
      }
      if unfinished.subtract(1, ordering: .sequentiallyConsistent).newValue == 0, worker != 0 { finish() }
      // A new run may have been posted meanwhile, with a share of its own.
      distance = 0
    }
  }

  /// Wakes the caller if it sleeps.
  private func finish() {
    guard callerSleeps.load(ordering: .sequentiallyConsistent) else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_signal(done)
    pthread_mutex_unlock(mutex)
  }

  // MARK: The threads' side

  /// Waits for work and does it, until the board is closed.
  func serve(worker: Int) {
    while true {
      takeChunks(worker: worker)
      var left = spins
      while !hasNews, left > 0 {
        left -= 1
        processor_pause()
      }
      if left == 0 { sleep() }
      if closed.load(ordering: .acquiring) { return }
    }
  }

  private var hasNews: Bool {
    !shares.isEmpty || closed.load(ordering: .relaxed)
  }

  private func sleep() {
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while shares.isEmpty, !closed.load(ordering: .relaxed) {
      pthread_cond_wait(work, mutex)
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  /// Tells the threads to end.
  func close() {
    pthread_mutex_lock(mutex)
    closed.store(true, ordering: .releasing)
    pthread_cond_broadcast(work)
    pthread_mutex_unlock(mutex)
  }
}
