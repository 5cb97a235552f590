import Synchronization

/// Whether a pool's threads are given processors in time. Where others use the machine, a thread may be preempted in the
/// middle of a chunk, and the caller waits for it longer than it would have taken alone. It then works alone for a while, and
/// longer each time that it is kept waiting soon after.
///
/// Only the thread that has the parallel region uses this; the atomics are for the memory model. Times are in ticks of
/// `processor_ticks`, whose unit is unknown, so durations are multiples of the one that the caller just polled for.
struct Contention: ~Copyable, Sendable {
  private let aloneUntil = Atomic<UInt64>(0)
  private let lastDelay = Atomic<UInt64>(0)
  private let pause = Atomic<UInt64>(0)

  /// Pauses in units of the polling time, of some 100 microseconds.
  private static let shortest: UInt64 = 16
  private static let longest: UInt64 = 512

  /// Whether the caller is to work alone in a run that begins now.
  @inline(__always)
  func isPresent(_ now: UInt64) -> Bool { now < aloneUntil.load(ordering: .relaxed) }

  /// Takes note of a run in which the caller polled in vain after its own chunks and then slept.
  ///
  /// - Parameters:
  ///   - own: what the caller's own chunks took.
  ///   - polled: how long it polled.
  ///   - slept: how long it slept after that.
  ///   - now: the time at the end of the run.
  func note(own: UInt64, polled: UInt64, slept: UInt64, now: UInt64) {
    // Chunks may differ in size: a wait of up to twice the caller's own work is no sign of anything.
    guard polled > 0, polled &+ slept > 2 &* own, slept > polled else { return }
    let before = pause.load(ordering: .relaxed)
    let isAgain = now &- lastDelay.load(ordering: .relaxed) < before &+ Self.longest &* polled
    let next = isAgain ? max(2 &* before, Self.shortest &* polled) : Self.shortest &* polled
    pause.store(min(next, Self.longest &* polled), ordering: .relaxed)
    lastDelay.store(now, ordering: .relaxed)
    aloneUntil.store(now &+ min(next, Self.longest &* polled), ordering: .relaxed)
  }
}
