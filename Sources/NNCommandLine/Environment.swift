#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore
import NNKernels

/// What surrounds a command: the elements it knows and where its output goes. Results go to standard output; progress
/// and messages to standard error.
package struct Environment: Sendable {
  /// The layers, sources, optimizers … that models may use.
  package let registry: Registry
  /// Whether standard error is a terminal, so that a progress bar can be redrawn.
  package let isTerminal: Bool
  /// Whether colours are welcome on standard error.
  package let usesColor: Bool

  package init(registry: Registry) {
    self.registry = registry
    isTerminal = isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb"
    usesColor = isTerminal && (variable("NO_COLOR") ?? "").isEmpty
  }

  /// A worker pool with the threads that `--threads` asks for.
  package func workers(_ arguments: Arguments) throws -> WorkerPool {
    WorkerPool(threads: try arguments.integer("threads", 1...256) ?? WorkerPool.processors)
  }
}

/// The value of an environment variable.
package func variable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}

/// Writes a result to standard output.
package func printResult(_ text: String, terminator: String = "\n") {
  write(text + terminator, to: STDOUT_FILENO)
}

/// Writes a message to standard error.
package func printMessage(_ text: String, terminator: String = "\n") {
  write(text + terminator, to: STDERR_FILENO)
}

/// Writes bytes to standard output.
package func printResult(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

private func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

/// Writes all bytes; a reader that went away is not worth a message.
private func write(_ bytes: [UInt8], to descriptor: Int32) {
  bytes.withUnsafeBufferPointer { bytes in
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
