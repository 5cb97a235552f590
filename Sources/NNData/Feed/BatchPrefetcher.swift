import NNCore
import NNKernels

/// When batches are gathered ahead of their use. It decides nothing but speed.
package enum Prefetching: Sendable {
  /// When it is faster.
  case whenItPays
  case always
  case never

  /// Numbers in a batch from which on gathering them takes longer than handing over: with a processor to spare a batch
  /// of 50,000 pictures' numbers saves 17 of 170 microseconds, one of 8,000 costs 5.
  private static let leastWork = 32768

  /// Threads that gather ahead: as many as find a processor that the step leaves free; 0 for none.
  ///
  /// On processors that the step keeps busy, gathering between the steps on all of them is the best there is: a thread
  /// of its own could only take a share of one of them, in the middle of a step, and would do alone what all can do
  /// together. Measured on two processors with two threads: a step of 126 microseconds takes 131 so, and one with
  /// turned pictures 1025 instead of 611.
  ///
  /// - Parameter work: numbers in a batch, each counted as often as something is done to it.
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

/// Gathers the next batch on a thread of its own while the current one is in use.
///
/// There are two slots: the owner reads one while the thread fills the other.
final class BatchPrefetcher<S: Scalar> {
  /// What is asked of the thread; written by the owner while the thread rests.
  private final class Request: @unchecked Sendable {
    var place = BatchAssembler<S>.Place(epoch: 0, batch: 0)
    var slot = 0
  }

  /// The thread at work.
  let thread: BackgroundThread
  private let assembler: BatchAssembler<S>
  private let request = Request()
  /// Whether there is a batch to fetch.
  private(set) var hasBegun = false

  /// A prefetcher whose thread shares its work with so many others less one; nil if the system gives no thread.
  init?(_ assembler: BatchAssembler<S>, threads: Int) {
    let workers = WorkerPool(threads: threads)
    let request = request
    guard
      let thread = BackgroundThread({ assembler.gather(request.place, slot: request.slot, workers: workers) })
    else { return nil }
    self.thread = thread
    self.assembler = assembler
  }

  /// Has the thread gather a batch into a slot that nobody reads.
  func begin(_ place: BatchAssembler<S>.Place, slot: Int) {
    request.place = place
    request.slot = slot
    hasBegun = true
    thread.begin()
  }

  /// Returns when the batch is there. If the thread has not got to it, the caller's pool gathers it.
  func fetch(workers: WorkerPool) {
    hasBegun = false
    if !thread.fetch() { assembler.gather(request.place, slot: request.slot, workers: workers) }
  }
}
