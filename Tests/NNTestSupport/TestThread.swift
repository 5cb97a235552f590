#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread of the system, for tests of what several threads do at the same time. Whoever starts it joins it.
public struct TestThread: @unchecked Sendable {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let identifier: pthread_t

  /// Starts a thread that runs `body`; nil if the system gives none.
  public init?(_ body: @escaping @Sendable () -> Void) {
    let work = Unmanaged.passRetained(Work(body))
    guard let identifier = Self.start(work.toOpaque()) else {
      work.release()
      return nil
    }
    self.identifier = identifier
  }

  /// Returns when the thread has ended.
  public func join() { pthread_join(identifier, nil) }

  #if canImport(Darwin)
    private static func start(_ work: UnsafeMutableRawPointer) -> pthread_t? {
      var identifier: pthread_t?
      let status = pthread_create(
        &identifier, nil,
        {
          Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body()
          return nil
        }, work)
      return status == 0 ? identifier : nil
    }
  #else
    private static func start(_ work: UnsafeMutableRawPointer) -> pthread_t? {
      var identifier = pthread_t()
      let status = pthread_create(
        &identifier, nil,
        { work in
          if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
          return nil
        }, work)
      return status == 0 ? identifier : nil
    }
  #endif
}
