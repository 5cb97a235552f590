#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore
import NNFiles
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

  /// The surroundings of this process, with the elements of `registry`.
  package init(registry: Registry) {
    self.registry = registry
    isTerminal = isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb"
    usesColor = isTerminal && (variable("NO_COLOR") ?? "").isEmpty
  }

  /// A worker pool with the threads that `--threads` asks for, or one for each processor. Throws a usage error (64) unless
  /// they are from 1 to 256.
  package func workers(_ arguments: Arguments) throws -> WorkerPool {
    WorkerPool(threads: try arguments.integer("threads", 1...256) ?? WorkerPool.processors)
  }
}

/// The value of an environment variable; nil if it is not set.
package func variable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}

/// Writes a result to standard output. A reader that has read enough and went away is no failure; that the result cannot
/// be written, as to a full disk, throws a `DiagnosticError` (74).
package func printResult(_ text: String, terminator: String = "\n") throws {
  try printResult(Array((text + terminator).utf8))
}

/// Writes bytes to standard output, like a text. False if nobody reads them.
@discardableResult
package func printResult(_ bytes: [UInt8]) throws -> Bool {
  guard let failure = write(bytes, to: STDOUT_FILENO) else { return true }
  guard failure.number == EPIPE else { throw resultLost(failure) }
  return false
}

/// Says that a result did not reach where standard output goes.
func resultLost(_ failure: SystemFailure) -> DiagnosticError {
  DiagnosticError(
    .inputOutput, code: "write-failed", file: "standard output", "writing failed: \(failure.message)",
    remedy: failure.number == ENOSPC ? "free some space" : nil)
}

/// Writes a message to standard error. Where messages cannot be written there is nobody to tell so.
package func printMessage(_ text: String, terminator: String = "\n") {
  _ = write(Array((text + terminator).utf8), to: STDERR_FILENO)
}

private func write(_ bytes: [UInt8], to descriptor: Int32) -> SystemFailure? {
  bytes.withUnsafeBytes { bytes in
    do throws(SystemFailure) { try writeAll(descriptor, bytes) } catch { return error }
    return nil
  }
}
