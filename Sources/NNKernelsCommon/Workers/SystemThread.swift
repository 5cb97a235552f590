#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The entry function of an operating-system thread.
final class SystemThread: Sendable {
  private let body: @Sendable () -> Void

  private init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  /// Starts a thread that runs `body` and ends; nil if the system gives none. The caller joins it.
  static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    let thread = Unmanaged.passRetained(SystemThread(body))
    if let identifier = startThread(thread.toOpaque()) { return identifier }
    thread.release()
    return nil
  }

  fileprivate func run() { body() }
}

private func runThread(_ argument: UnsafeMutableRawPointer) {
  Unmanaged<SystemThread>.fromOpaque(argument).takeRetainedValue().run()
}

#if canImport(Darwin)
  private func startThread(_ argument: UnsafeMutableRawPointer) -> pthread_t? {
    var identifier: pthread_t?
    let status = pthread_create(
      &identifier, nil,
      {
        runThread($0)
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
        if let argument { runThread(argument) }
        return nil
      }, argument)
    return status == 0 ? identifier : nil
  }
#endif

/// The calling thread's identifier, unique among the threads that are alive.
@inline(__always)
func currentThreadNumber() -> UInt { threadNumber(pthread_self()) }

#if canImport(Darwin)
  func threadNumber(_ thread: pthread_t) -> UInt { UInt(bitPattern: thread) }
#else
  @inline(__always)
  func threadNumber(_ thread: pthread_t) -> UInt { UInt(thread) }
#endif
