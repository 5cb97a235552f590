/// Threads that share the chunks of one piece of work at a time.
///
/// The number of chunks is the caller's and never depends on the number of threads, and chunks write disjoint memory;
/// so results are the same on any number of threads. `run` may be called from one thread at a time.
public final class WorkerPool: @unchecked Sendable {
  /// Threads that take part, the calling one included.
  public let threads: Int

  /// A pool of `threads` threads, at least one.
  public init(threads: Int) { self.threads = max(1, threads) }

  /// Calls `body` once for every number in `0..<chunks`, and returns when all calls have.
  public func run(chunks: Int, _ body: (Int) -> Void) {
    for chunk in 0..<chunks { body(chunk) }
  }

  /// Calls `body` with consecutive ranges that cover `0..<count`, each of at least `grain` (but the last) and at most
  /// 64 of them.
  @inlinable
  public func run(count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let size = max(grain, (count + 63) / 64)
    let chunks = (count + size - 1) / size
    if chunks == 1 { return body(0..<count) }
    run(chunks: chunks) { chunk in body((chunk * size)..<min(count, (chunk + 1) * size)) }
  }
}
