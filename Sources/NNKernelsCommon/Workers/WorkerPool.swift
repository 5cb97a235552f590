import CProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that share the chunks of one piece of work at a time.
///
/// Chunks write disjoint memory. Every thread, the calling one too, has a share of them and takes from the others' when
/// it has done its own, so a thread that is late costs at most one chunk. Results are the same on any number of threads
/// as long as what a chunk computes does not depend on how many chunks there are; `run(count:grain:)` cuts the same way
/// for any number of threads.
///
/// Any number of threads may call `run` at the same time, each with work of its own: the pool's threads help one of them,
/// and the others do theirs alone meanwhile. Nobody waits for anybody else's work. A `run` inside a chunk does all its
/// work on the thread it is called from. Between two runs the threads wait spinning for some ten microseconds, then
/// sleep; neither waking them nor running chunks allocates memory.
public final class WorkerPool: @unchecked Sendable {
  /// Threads that take part, the calling one included.
  public let threads: Int

  /// What all threads look at.
  private let board: ParallelRegion
  /// The threads besides the calling one, in the order of their worker numbers, which start at 1.
  private let identifiers: [pthread_t]
  /// Memory for kernels of the pool's threads, and of those that call it; it lasts as long as the pool.
  private let regions: UnsafeMutablePointer<ScratchMemory.Region>
  private let callers = CallerRegions()

  /// A pool of `threads` threads, at least one, and fewer than asked for if the system gives no more.
  public init(threads: Int) {
    let board = ParallelRegion(workers: max(1, threads), spins: threads <= WorkerPool.processors ? 4000 : 0)
    var identifiers: [pthread_t] = []
    while identifiers.count + 1 < threads {
      let worker = identifiers.count + 1
      guard let identifier = SystemThread.start({ board.serve(worker: worker) }) else { break }
      identifiers.append(identifier)
    }
    self.board = board
    self.identifiers = identifiers
    self.threads = identifiers.count + 1
    regions = ScratchMemory.Region.allocate(workers: identifiers.count)
  }

  deinit {
    board.close()
    for identifier in identifiers { pthread_join(identifier, nil) }
    ScratchMemory.Region.deallocate(regions, workers: identifiers.count)
  }

  /// Memory for kernels, per worker and purpose, as the calling thread may use it: its own as worker 0, and in a run that
  /// it makes that of the pool's threads.
  package var scratch: ScratchMemory {
    ScratchMemory(own: callers.regions(of: currentThreadNumber()), others: regions)
  }

  /// Processors that may run this process's threads.
  public static var processors: Int {
    let allowed = Int(processor_allowed_count())
    return allowed > 0 ? allowed : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Calls `body` once for every number in `0..<chunks`, and returns when all calls have.
  public func run(chunks: Int, _ body: (Int) -> Void) {
    run(chunks: chunks) { chunk, _ in body(chunk) }
  }

  /// Calls `body` with every number in `0..<chunks` and the number of the worker that makes the call, and returns
  /// when all calls have.
  public func run(chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
    guard chunks > 1, threads > 1, board.enter() else {
      let worker = chunks > 0 ? currentWorker : 0
      for chunk in 0..<max(0, chunks) { body(chunk, worker) }
      return
    }
    board.run(chunks: chunks, body)
    board.leave()
  }

  /// Calls `body` with consecutive ranges that cover `0..<count`, each of at least `grain` (but the last) and at most
  /// 64 of them.
  ///
  /// Its closure would otherwise be compiled in every module that calls it, with the instructions of each, and the
  /// linker would keep any one of them for all.
  @inline(never)
  public func run(count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let size = max(1, grain, (count + 63) / 64)
    let chunks = (count + size - 1) / size
    if chunks == 1 { return body(0..<count) }
    run(chunks: chunks) { chunk, _ in body((chunk * size)..<min(count, (chunk + 1) * size)) }
  }

  /// The number of the calling thread: its own for the pool's threads, 0 for any other.
  public var currentWorker: Int {
    let current = pthread_self()
    for index in identifiers.indices where pthread_equal(identifiers[index], current) != 0 { return index + 1 }
    return 0
  }

  /// Whether the calling thread runs a chunk of this pool, or would find the pool taken now: a `run` would be serial.
  package var isSerial: Bool { threads == 1 || board.isTaken }

  /// Threads that would take part in a `run` now.
  package var freeThreads: Int { isSerial ? 1 : threads }

  /// Takes the memory that `scratch` will be asked for in the chunks of the next run, for all workers, so that it does
  /// not depend on who takes which chunk whether a step takes memory. Does nothing inside a chunk.
  package func reserveScratch(purpose: ScratchPurpose, count: Int) {
    guard threads > 1, board.enter() else { return }
    let scratch = scratch
    for worker in 0..<threads { _ = scratch.memory(worker: worker, purpose: purpose, count: count) }
    board.leave()
  }

  /// Takes for every worker the memory that any of them has needed so far, so that it does not depend on who takes which
  /// chunk whether a later run takes memory. Does nothing inside a chunk.
  package func evenScratch() {
    guard threads > 1, board.enter() else { return }
    scratch.even(workers: threads)
    board.leave()
  }
}
