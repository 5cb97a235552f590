#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore
import NNKernels

/// What surrounds a command: the elements it knows and where its output goes. Results go to standard output; progress
/// and messages to standard error.
struct Environment: Sendable {
  /// The layers, sources, optimizers … that models may use.
  let registry: Registry
  /// Whether standard error is a terminal, so that a progress bar can be redrawn.
  let isTerminal: Bool
  /// Whether colours are welcome on standard error.
  let usesColor: Bool

  init(registry: Registry) {
    self.registry = registry
    isTerminal = isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb"
    usesColor = isTerminal && (variable("NO_COLOR") ?? "").isEmpty
  }

  /// A worker pool with the threads that `--threads` asks for.
  func workers(_ arguments: Arguments) throws -> WorkerPool {
    let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    return WorkerPool(threads: try arguments.integer("threads", 1...256) ?? cores)
  }
}

/// The value of an environment variable.
func variable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}

/// Writes a result to standard output.
func printResult(_ text: String, terminator: String = "\n") {
  write(text + terminator, to: STDOUT_FILENO)
}

/// Writes a message to standard error.
func printMessage(_ text: String, terminator: String = "\n") {
  write(text + terminator, to: STDERR_FILENO)
}

/// Writes all bytes of `text`; a reader that went away is not worth a message.
private func write(_ text: String, to descriptor: Int32) {
  var text = text
  text.withUTF8 { bytes in
    var offset = 0
    while offset < bytes.count, let base = bytes.baseAddress {
      let count = unistdWrite(descriptor, base + offset, bytes.count - offset)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      offset += count
    }
  }
}

private func unistdWrite(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.write(descriptor, bytes, count)
  #else
    Darwin.write(descriptor, bytes, count)
  #endif
}
