import NNCollectives
import NNCore
import NNKernels
import Synchronization

/// Adds the gradients of all processes while the backward pass still computes those of earlier layers.
///
/// The flat buffer of gradients becomes final from its end to its beginning. Buckets of it are handed to a thread of its own
/// as soon as they are final, in the same order on all processes, and are summed in place. Only that thread exchanges messages
/// between `begin` and `finish`.
final class GradientExchange<S: Scalar> {
  private let sums: ProcessSums<S>
  private let gradients: Buffer<S>
  /// For each node, where the gradients begin that are final when its backward pass is done.
  private let finalFrom: [Int]
  private let queue: BucketQueue<S>
  private let thread: BackgroundThread?
  /// Where the gradients begin that are handed over.
  private var handedOver = 0
  /// Whether the thread is at work, or asked to be.
  private var isRequested = false

  /// Elements of a bucket.
  static var bucket: Int { bytesOfGradientBucket / MemoryLayout<S>.stride }

  /// - Parameter overlaps: whether a thread exchanges while the backward pass goes on. It pays where messages wait for a
  ///   network rather than for a processor.
  init(_ sums: ProcessSums<S>, _ network: Network<S>, overlaps: Bool) {
    self.sums = sums
    gradients = network.gradients
    finalFrom = Self.finalFrom(network.plan)
    let queue = BucketQueue(sums, gradients, most: gradients.count / Self.bucket + 2)
    self.queue = queue
    thread = overlaps ? BackgroundThread { queue.work() } : nil
  }

  /// For each node, where the gradients begin of parameters that no earlier node reads.
  private static func finalFrom(_ plan: NetworkPlan) -> [Int] {
    var firstReader = [Int](repeating: .max, count: plan.parameters.count)
    for (node, parameters) in plan.parametersOfNode.enumerated() {
      for parameter in parameters { firstReader[parameter] = min(firstReader[parameter], node) }
    }
    var finalFrom = [Int](repeating: plan.parameterSpan, count: plan.parametersOfNode.count)
    var first = plan.parameters.count
    for node in finalFrom.indices.reversed() {
      while first > 0, firstReader[first - 1] >= node { first -= 1 }
      finalFrom[node] = first < plan.parameters.count ? plan.parameters[first].range.lowerBound : plan.parameterSpan
    }
    return finalFrom
  }

  /// Begins a step.
  func begin() {
    handedOver = gradients.count
    isRequested = false
    queue.restart()
  }

  /// Hands over what is final when a node's backward pass is done, once it is enough for a bucket.
  ///
  /// - Parameter complete: makes a part of the gradients final.
  func done(_ node: Int, complete: (Range<Int>) -> Void) {
    guard thread != nil, handedOver - finalFrom[node] >= Self.bucket else { return }
    handOver(from: finalFrom[node], complete)
  }

  /// Hands over the rest and waits for the sums of all.
  ///
  /// Throws a `CollectiveFailure`.
  func finish(complete: (Range<Int>) -> Void) throws {
    if handedOver > 0 { handOver(from: 0, complete) }
    settle()
    queue.work()
    try queue.check()
  }

  /// Seconds that the exchanges of the step have taken.
  var seconds: Double { queue.seconds }

  private func handOver(from first: Int, _ complete: (Range<Int>) -> Void) {
    let part = first..<handedOver
    complete(part)
    handedOver = first
    // A thread that has found nothing more to do is asked again.
    if isRequested, queue.isServed { settle() }
    queue.append(part)
    if let thread, !isRequested {
      isRequested = true
      thread.begin()
    }
  }

  /// Waits for the thread, or withdraws a request that it has not begun with.
  private func settle() {
    guard isRequested, let thread else { return }
    _ = thread.fetch()
    isRequested = false
  }
}

/// Buckets that wait for their sums. One thread appends, and one at a time works; appending takes no memory.
private final class BucketQueue<S: Scalar>: @unchecked Sendable {
  private let sums: ProcessSums<S>
  private let gradients: Buffer<S>
  /// Beginning and end of each bucket of the step; those before `appended` are there.
  private let bounds: Storage<Int>
  private let appended = Atomic<Int>(0)
  private let served = Atomic<Int>(0)
  /// Written by the thread at work, read when it rests.
  private var failure: (any Error)?
  private(set) var seconds = 0.0

  init(_ sums: ProcessSums<S>, _ gradients: Buffer<S>, most: Int) {
    self.sums = sums
    self.gradients = gradients
    bounds = Storage(count: 2 * most)
  }

  /// Forgets all buckets; nobody is at work.
  func restart() {
    appended.store(0, ordering: .releasing)
    served.store(0, ordering: .releasing)
    seconds = 0
  }

  func append(_ bucket: Range<Int>) {
    let count = appended.load(ordering: .relaxed)
    bounds.buffer[2 * count] = bucket.lowerBound
    bounds.buffer[2 * count + 1] = bucket.upperBound
    appended.store(count + 1, ordering: .releasing)
  }

  /// Whether nothing is left to do.
  var isServed: Bool { served.load(ordering: .acquiring) == appended.load(ordering: .relaxed) }

  /// Sums the buckets that are there, in their order.
  func work() {
    var index = served.load(ordering: .acquiring)
    while index < appended.load(ordering: .acquiring), failure == nil {
      let start = monotonicSeconds()
      let bucket = bounds.buffer[2 * index]..<bounds.buffer[2 * index + 1]
      do { try sums.sum(gradients: gradients.slice(bucket)) } catch { failure = error }
      seconds += monotonicSeconds() - start
      index += 1
      served.store(index, ordering: .releasing)
    }
  }

  /// Throws what has failed; nobody is at work.
  func check() throws {
    guard let failure else { return }
    throw failure
  }
}

/// Bytes of a bucket of gradients: on a link of 1 Gbit/s two milliseconds, a hundred times the time that a message takes to start.
package let bytesOfGradientBucket = 1 << 18
