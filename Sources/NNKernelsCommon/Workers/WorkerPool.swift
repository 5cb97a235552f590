import CProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fork-join thread pool with work stealing.
///
/// A run consists of chunks that write disjoint memory. Each worker, the calling thread included, owns a range of chunks
/// and steals from other ranges when its own is empty. A thread that is late therefore delays a run by at most one chunk.
/// Results do not depend on the number of threads if no chunk's result depends on the number of chunks.
/// `run(count:grain:)` cuts the same chunks for any number of threads.
///
/// Any number of threads may call `run` concurrently. The first one gets the pool's threads; the others run all their
/// chunks themselves. No caller waits for another caller's chunks. A nested `run`, inside of a chunk, is serial. Between
/// two runs the threads spin for some ten microseconds, then sleep. Neither waking them nor running chunks allocates
/// memory.
public final class WorkerPool: @unchecked Sendable {
  /// Workers: the pool's threads and the calling one.
  public let threads: Int

  private let region: ParallelRegion
  /// The pool's threads: workers 1, 2, ...
  private let identifiers: [pthread_t]
  /// Scratch memory of the pool's threads, and of the threads that call it. It lives as long as the pool.
  private let regions: UnsafeMutablePointer<ScratchMemory.Region>
  private let callers = CallerRegions()

  /// A pool of `threads` workers, at least one, and fewer than requested if the system gives no more threads.
  public init(threads: Int) {
    let region = ParallelRegion(workers: max(1, threads), spins: threads <= WorkerPool.processors ? 4000 : 0)
    var identifiers: [pthread_t] = []
    while identifiers.count + 1 < threads {
      let worker = identifiers.count + 1
      guard let identifier = SystemThread.start({ region.serve(worker: worker) }) else { break }
      identifiers.append(identifier)
    }
    self.region = region
    self.identifiers = identifiers
    self.threads = identifiers.count + 1
    regions = ScratchMemory.Region.allocate(workers: identifiers.count)
  }

  deinit {
    region.close()
    for identifier in identifiers { pthread_join(identifier, nil) }
    ScratchMemory.Region.deallocate(regions, workers: identifiers.count)
  }

  /// The scratch memory that the calling thread may use: its own as worker 0, and in a run that it forks that of the
  /// pool's threads. One of these has the same memory as worker 0 of a nested run.
  package var scratch: ScratchMemory {
    let worker = currentWorker
    return ScratchMemory(
      own: worker > 0
        ? regions + (worker - 1) * ScratchPurpose.count : callers.regions(of: currentThreadNumber()), others: regions)
  }

  /// Processors in this process's affinity mask.
  public static var processors: Int {
    let allowed = Int(processor_allowed_count())
    return allowed > 0 ? allowed : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Calls `body` once for every number in `0..<chunks`, and returns when all calls have.
  public func run(chunks: Int, _ body: (Int) -> Void) {
    run(chunks: chunks) { chunk, _ in body(chunk) }
  }

  /// Calls `body` once for every number in `0..<chunks`, with the number of the worker that makes the call, and returns
  /// when all calls have.
  public func run(chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
    guard chunks > 1, threads > 1, region.enter() else {
      let worker = chunks > 0 ? currentWorker : 0
      for chunk in 0..<max(0, chunks) { body(chunk, worker) }
      return
    }
    region.run(chunks: chunks, body)
    region.leave()
  }

  /// Calls `body` with at most 64 consecutive ranges that cover `0..<count`, each of at least `grain` but the last.
  ///
  /// Not inlined: the closure would be compiled in each instruction-set level, and the linker would keep one copy for
  /// all levels.
  @inline(never)
  public func run(count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let size = max(1, grain, (count + 63) / 64)
    let chunks = (count + size - 1) / size
    if chunks == 1 { return body(0..<count) }
    run(chunks: chunks) { chunk, _ in body((chunk * size)..<min(count, (chunk + 1) * size)) }
  }

  /// The calling thread's worker number: 1, 2, ... for the pool's threads, 0 for any other.
  public var currentWorker: Int {
    let current = pthread_self()
    for index in identifiers.indices where pthread_equal(identifiers[index], current) != 0 { return index + 1 }
    return 0
  }

  /// Whether a `run` would be serial now: in a chunk, while another thread has the pool, or with a single worker.
  package var isSerial: Bool { threads == 1 || region.isTaken }

  /// Workers that a `run` would have now.
  package var freeThreads: Int { isSerial ? 1 : threads }

  /// Allocates, for all workers, the scratch memory that chunks of the next run ask for. Work stealing then does not
  /// decide whether a step allocates. Does nothing inside of a chunk.
  package func reserveScratch(purpose: ScratchPurpose, count: Int) {
    guard threads > 1, region.enter() else { return }
    let scratch = scratch
    for worker in 0..<threads { _ = scratch.memory(worker: worker, purpose: purpose, count: count) }
    region.leave()
  }

  /// Runs `body` as a chunk would, and gives every worker as much scratch memory as that took. Work stealing then does not
  /// decide whether chunks that run the same kernels allocate. Inside of a chunk, or while another thread has the pool, only
  /// runs it.
  package func reserveScratch(for body: () -> Void) {
    guard threads > 1, region.enter() else { return body() }
    let scratch = scratch
    scratch.forgetRequests()
    body()
    scratch.evenRequests(workers: threads)
    region.leave()
  }

  /// Gives every worker as much scratch memory as any of them has needed so far. Work stealing then does not decide
  /// whether a later run allocates. Does nothing inside of a chunk.
  package func evenScratch() {
    guard threads > 1, region.enter() else { return }
    scratch.even(workers: threads)
    region.leave()
  }
}
