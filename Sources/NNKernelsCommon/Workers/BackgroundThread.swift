import CProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread that does the same work again and again, once each time it is asked, while its owner does something else.
///
/// It sleeps until it is asked. Work that it has not begun when the owner needs the result is given back, so a thread
/// that finds no processor to run on costs the owner no more than asking did, some microseconds. Neither asking nor
/// waiting allocates memory.
package final class BackgroundThread {
  private let handOver: HandOver
  private let identifier: pthread_t

  /// Starts the thread; nil if the system gives none. `work` must not keep the thread itself alive.
  package init?(_ work: @escaping @Sendable () -> Void) {
    let handOver = HandOver()
    guard let identifier = SystemThread.start({ handOver.serve(work) }) else { return nil }
    self.handOver = handOver
    self.identifier = identifier
  }

  /// Ends the thread after the work at hand; work not yet begun is dropped.
  deinit {
    handOver.close()
    pthread_join(identifier, nil)
  }

  /// Asks for the work to be done once. The one before it was fetched.
  package func begin() { handOver.begin() }

  /// Returns true when the work that was asked for is done; false if it was not begun and will not be.
  package func fetch() -> Bool { handOver.fetch() }

  /// The thread, as the system calls it.
  package var systemIdentifier: UInt { threadNumber(identifier) }
}

/// Where a background thread and its owner meet.
private final class HandOver: @unchecked Sendable {
  private enum State {
    static let idle: UInt8 = 0
    static let asked: UInt8 = 1
    static let begun: UInt8 = 2
    static let done: UInt8 = 3
  }

  private let state = Atomic<UInt8>(State.idle)
  private let closed = Atomic<Bool>(false)
  /// Whether the thread, or its owner, sleeps or is about to.
  private let threadSleeps = Atomic<Bool>(false)
  private let ownerSleeps = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let news = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let end = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    mutex.initialize(to: pthread_mutex_t())
    news.initialize(to: pthread_cond_t())
    end.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(news, nil)
    pthread_cond_init(end, nil)
  }

  deinit {
    pthread_cond_destroy(end)
    pthread_cond_destroy(news)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    news.deallocate()
    end.deallocate()
  }

  // MARK: The owner's side

  func begin() {
    state.store(State.asked, ordering: .sequentiallyConsistent)
    guard threadSleeps.load(ordering: .sequentiallyConsistent) else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_signal(news)
    pthread_mutex_unlock(mutex)
  }

  func fetch() -> Bool {
    let (isWithdrawn, _) = state.compareExchange(
      expected: State.asked, desired: State.idle, ordering: .acquiringAndReleasing)
    if isWithdrawn { return false }
    // The thread is at it. Some microseconds of waiting are cheaper than sleep.
    var left = 1000
    while state.load(ordering: .acquiring) != State.done {
      left -= 1
      if left > 0 {
        processor_pause()
        continue
      }
      pthread_mutex_lock(mutex)
      ownerSleeps.store(true, ordering: .sequentiallyConsistent)
      while state.load(ordering: .sequentiallyConsistent) != State.done { pthread_cond_wait(end, mutex) }
      ownerSleeps.store(false, ordering: .relaxed)
      pthread_mutex_unlock(mutex)
    }
    state.store(State.idle, ordering: .relaxed)
    return true
  }

  func close() {
    pthread_mutex_lock(mutex)
    closed.store(true, ordering: .sequentiallyConsistent)
    pthread_cond_signal(news)
    pthread_mutex_unlock(mutex)
  }

  // MARK: The thread's side

  /// Does the work whenever it is asked for, until the end is told.
  func serve(_ work: () -> Void) {
    while !closed.load(ordering: .acquiring) {
      let (isTaken, _) = state.compareExchange(
        expected: State.asked, desired: State.begun, ordering: .acquiringAndReleasing)
      guard isTaken else {
        sleep()
        continue
      }
      work()
      state.store(State.done, ordering: .sequentiallyConsistent)
      guard ownerSleeps.load(ordering: .sequentiallyConsistent) else { continue }
      pthread_mutex_lock(mutex)
      pthread_cond_signal(end)
      pthread_mutex_unlock(mutex)
    }
  }

  private func sleep() {
    pthread_mutex_lock(mutex)
    threadSleeps.store(true, ordering: .sequentiallyConsistent)
    while state.load(ordering: .sequentiallyConsistent) != State.asked, !closed.load(ordering: .relaxed) {
      pthread_cond_wait(news, mutex)
    }
    threadSleeps.store(false, ordering: .relaxed)
    pthread_mutex_unlock(mutex)
  }
}
