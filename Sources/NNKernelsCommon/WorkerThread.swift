#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread that serves a board.
final class WorkerThread: Sendable {
  private let board: WorkBoard
  private let worker: Int

  private init(board: WorkBoard, worker: Int) {
    self.board = board
    self.worker = worker
  }

  /// Starts a thread that serves `board` as number `worker` until the board is closed; nil if the system gives none.
  static func start(board: WorkBoard, worker: Int) -> pthread_t? {
    let thread = Unmanaged.passRetained(WorkerThread(board: board, worker: worker))
    if let identifier = startThread(thread.toOpaque()) { return identifier }
    thread.release()
    return nil
  }

  fileprivate func serve() { board.serve(worker: worker) }
}

private func serveBoard(_ argument: UnsafeMutableRawPointer) {
  Unmanaged<WorkerThread>.fromOpaque(argument).takeRetainedValue().serve()
}

#if canImport(Darwin)
  private func startThread(_ argument: UnsafeMutableRawPointer) -> pthread_t? {
    var identifier: pthread_t?
    let status = pthread_create(
      &identifier, nil,
      {
        serveBoard($0)
        return nil
      }, argument)
    return status == 0 ? identifier : nil
  }
#else
  private func startThread(_ argument: UnsafeMutableRawPointer) -> pthread_t? {
    var identifier = pthread_t()
    let status = pthread_create(
      &identifier, nil,
      { argument in
        if let argument { serveBoard(argument) }
        return nil
      }, argument)
    return status == 0 ? identifier : nil
  }
#endif
