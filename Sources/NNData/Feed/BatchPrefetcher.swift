import NNCore
import NNKernels

/// When batches are prefetched. It affects speed alone.
package enum Prefetching: Sendable {
  /// Where it is faster.
  case whenItPays
  case always
  case never

  /// Scalars of a batch from which prefetching saves more than the handshake between threads costs: with an idle
  /// processor, a batch of 50,000 image scalars saves 17 of 170 microseconds, one of 8,000 costs 5.
  private static let leastWork = 32768

  /// Prefetching threads: as many as there are processors that the step leaves idle; 0 for none.
  ///
  /// Without idle processors, gathering between the steps on the whole pool is fastest: a prefetching thread would
  /// compete with the step and do alone what the pool does in parallel. Measured on two processors with two threads:
  /// with a prefetching thread a step of 126 microseconds takes 131, and one with rotated images 1025 instead of 611.
  ///
  /// - Parameter work: scalars of a batch times the operations on each.
  func threads(work: Int, workers: WorkerPool) -> Int {
    switch self {
    case .never: return 0
    case .always: return 1
    case .whenItPays:
      guard work >= Self.leastWork else { return 0 }
      return max(0, min(workers.threads, WorkerPool.processors - workers.threads))
    }
  }
}

/// Gathers the next batch on a background thread while the current one is in use (double buffering): the owner reads
/// one slot while the thread fills the other.
final class BatchPrefetcher<S: Scalar> {
  /// The request to the thread; the owner writes it while the thread is idle.
  private final class Request: @unchecked Sendable {
    var place = BatchAssembler<S>.Place(epoch: 0, batch: 0)
    var slot = 0
  }

  /// The background thread.
  let thread: BackgroundThread
  private let gatherer: BatchAssembler<S>
  private let request = Request()
  /// Whether a batch has been requested and not yet taken.
  private(set) var hasBegun = false

  /// A prefetcher that gathers on a pool of the given number of threads, its own included; nil if no thread can be
  /// created.
  init?(_ gatherer: BatchAssembler<S>, threads: Int) {
    let workers = WorkerPool(threads: threads)
    let request = request
    guard
      let thread = BackgroundThread({ gatherer.gather(request.place, slot: request.slot, workers: workers) })
    else { return nil }
    self.thread = thread
    self.gatherer = gatherer
  }

  /// Requests a batch into the slot that is not being read.
  func begin(_ place: BatchAssembler<S>.Place, slot: Int) {
    request.place = place
    request.slot = slot
    hasBegun = true
    thread.begin()
  }

  /// Waits for the batch. If the thread has not started on it, the caller's pool gathers it.
  func fetch(workers: WorkerPool) {
    hasBegun = false
    if !thread.fetch() { gatherer.gather(request.place, slot: request.slot, workers: workers) }
  }
}
