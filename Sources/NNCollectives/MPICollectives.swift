#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// MPI, called through the library that tools/distributed/provider.c becomes when it is compiled against an MPI's header. It is
/// loaded when it is asked for, and never unloaded.
package final class MPICollectives: Collectives {
  /// Why the library cannot be used.
  package struct LoadError: Error {
    /// What the system or the library says.
    package let reason: String
  }

  /// The version of the functions that the library exports.
  private static let interfaceVersion: Int32 = 2

  /// Seconds of polling before a process that waits sleeps between its looks: on one machine the other one is soon there. While
  /// a network carries the message, the processor has better things to do.
  private static let spinning = 3e-4

  private typealias Version = @convention(c) () -> Int32
  private typealias Begin = @convention(c) (UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>) -> Int32
  private typealias Exchange =
    @convention(c) (
      Int32, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int, Double, Double
    ) -> Int32
  private typealias Abort = @convention(c) (Int32) -> Void
  private typealias End = @convention(c) () -> Int32

  package let rank: Int
  package let size: Int
  /// Seconds after which a process that does not answer is given up, unless it waits for another one itself, whose partner then says
  /// so.
  package var timeout = 300.0
  package var isOverNetwork = false
  private let exchangeFunction: Exchange
  private let abortFunction: Abort
  private let endFunction: End

  /// Loads the library and joins the processes that were started together.
  ///
  /// Throws a `LoadError`.
  package init(library path: String) throws {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw LoadError(reason: dlerror().map { String(cString: $0) } ?? "it cannot be loaded")
    }
    func function<Function>(_ name: String, _ type: Function.Type) throws -> Function {
      guard let symbol = dlsym(handle, "nnrun_collectives_\(name)") else {
        throw LoadError(reason: "it has no function nnrun_collectives_\(name)")
      }
      return unsafeBitCast(symbol, to: type)
    }
    let version = try function("version", Version.self)()
    guard version == Self.interfaceVersion else {
      throw LoadError(reason: "it has the interface \(version), and this program \(Self.interfaceVersion)")
    }
    exchangeFunction = try function("exchange", Exchange.self)
    abortFunction = try function("abort", Abort.self)
    endFunction = try function("end", End.self)
    var (rank, size): (Int32, Int32) = (0, 1)
    let failure = try function("begin", Begin.self)(&rank, &size)
    guard failure == 0 else { throw LoadError(reason: "MPI cannot be started (error \(failure))") }
    (self.rank, self.size) = (Int(rank), Int(size))
  }

  package func exchange(
    with peer: Int, send: UnsafeRawBufferPointer, receive: UnsafeMutableRawBufferPointer
  ) throws {
    let outcome = exchangeFunction(
      Int32(peer), send.baseAddress, send.count, receive.baseAddress, receive.count, timeout,
      isOverNetwork ? 0 : Self.spinning)
    switch outcome {
    case 0: return
    case 1: throw CollectiveFailure.noAnswer(rank: peer, seconds: timeout)
    default: throw CollectiveFailure.broken(rank: peer, reason: "MPI error \(outcome - 2)")
    }
  }

  package func abort(code: Int32) { abortFunction(code) }

  /// Leaves the processes; all do. Nothing may be called afterwards.
  package func end() { _ = endFunction() }
}
