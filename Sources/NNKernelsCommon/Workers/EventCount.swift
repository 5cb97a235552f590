import CProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An event count: a condition variable for state that is kept in atomics.
///
/// A waiter adds itself to the waiters and reads the state after that. A waker writes the state first and then reads
/// the number of waiters. All four accesses are sequentially consistent, so the waiter sees the new state or the waker
/// sees the waiter: no wake-up is lost. Waking costs one load where nobody waits. Nothing here allocates memory.
struct EventCount: ~Copyable, @unchecked Sendable {
  private let waiters = Atomic<Int>(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Returns when `isReady` is true: polls it up to `spins` times, then sleeps. `isReady` reads the state with
  /// sequentially consistent loads.
  @inline(__always)
  func wait(spins: Int, until isReady: () -> Bool) {
    if !poll(spins: spins, until: isReady) { sleep(until: isReady) }
  }

  /// Polls `isReady` up to `spins` times, and lets other threads of this processor run now and then; false if it was never
  /// true.
  @inline(__always)
  func poll(spins: Int, until isReady: () -> Bool) -> Bool {
    for spin in 0..<spins {
      if isReady() { return true }
      processor_pause()
      if spin & 0xFF == 0xFF { sched_yield() }
    }
    return false
  }

  /// Sleeps until `isReady` is true.
  @inline(__always)
  func sleep(until isReady: () -> Bool) {
    pthread_mutex_lock(mutex)
    waiters.add(1, ordering: .sequentiallyConsistent)
    while !isReady() { pthread_cond_wait(condition, mutex) }
    waiters.subtract(1, ordering: .relaxed)
    pthread_mutex_unlock(mutex)
  }

  /// Wakes up to `limit` waiters. The state was written with a sequentially consistent store.
  @inline(__always)
  func wake(_ limit: Int = 1) {
    let count = min(limit, waiters.load(ordering: .sequentiallyConsistent))
    if count > 0 { signal(count) }
  }

  private func signal(_ count: Int) {
    pthread_mutex_lock(mutex)
    for _ in 0..<count { pthread_cond_signal(condition) }
    pthread_mutex_unlock(mutex)
  }
}
