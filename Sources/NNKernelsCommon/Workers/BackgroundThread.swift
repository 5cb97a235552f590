import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread that repeats one task, once per request, concurrently with its owner.
///
/// The thread sleeps between requests. A request that the thread has not started when the owner asks for the result is
/// withdrawn, and the owner does the task itself. A thread that the scheduler does not run therefore costs its owner a
/// few microseconds. Neither requests nor waiting allocate memory.
package final class BackgroundThread {
  private let request: TaskRequest
  private let identifier: pthread_t

  /// Starts the thread; nil if the system gives none. `work` must not keep the thread itself alive.
  package init?(_ work: @escaping @Sendable () -> Void) {
    let request = TaskRequest()
    guard let identifier = SystemThread.start({ request.serve(work) }) else { return nil }
    self.request = request
    self.identifier = identifier
  }

  /// Ends the thread after a task in progress; a request that has not started is dropped.
  deinit {
    request.close()
    pthread_join(identifier, nil)
  }

  /// Requests the task once. The previous request has been fetched.
  package func begin() { request.begin() }

  /// Waits for a started task and returns true; withdraws a request that has not started and returns false.
  package func fetch() -> Bool { request.fetch() }

  /// The system's identifier of the thread.
  package var systemIdentifier: UInt { threadNumber(identifier) }
}

/// The state machine that a background thread and its owner share: idle, requested, running, done, idle.
private final class TaskRequest: Sendable {
  private enum State {
    static let idle: UInt8 = 0
    static let requested: UInt8 = 1
    static let running: UInt8 = 2
    static let done: UInt8 = 3
  }

  private let state = Atomic<UInt8>(State.idle)
  private let isClosed = Atomic<Bool>(false)
  /// The thread waits here for a request, the owner for the end of the task.
  private let requested = EventCount()
  private let finished = EventCount()

  /// Polls of the owner before it sleeps: some microseconds, less than sleeping and waking take.
  private static let spins = 1000

  // MARK: The owner's side

  func begin() {
    state.store(State.requested, ordering: .sequentiallyConsistent)
    requested.wake()
  }

  func fetch() -> Bool {
    let (isWithdrawn, _) = state.compareExchange(
      expected: State.requested, desired: State.idle, ordering: .acquiringAndReleasing)
    if isWithdrawn { return false }
    finished.wait(spins: Self.spins) { state.load(ordering: .sequentiallyConsistent) == State.done }
    state.store(State.idle, ordering: .relaxed)
    return true
  }

  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    requested.wake()
  }

  // MARK: The thread's side

  /// Runs `work` once per request until `close`.
  func serve(_ work: () -> Void) {
    while !isClosed.load(ordering: .acquiring) {
      let (isTaken, _) = state.compareExchange(
        expected: State.requested, desired: State.running, ordering: .acquiringAndReleasing)
      guard isTaken else {
        requested.wait(spins: 0) {
          state.load(ordering: .sequentiallyConsistent) == State.requested
            || isClosed.load(ordering: .sequentiallyConsistent)
        }
        continue
      }
      work()
      state.store(State.done, ordering: .sequentiallyConsistent)
      finished.wake()
    }
  }
}
