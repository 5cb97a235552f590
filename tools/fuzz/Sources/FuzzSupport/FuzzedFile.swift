#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// A file of the process's own that holds the bytes at hand, for readers that take a path.
public struct FuzzedFile: Sendable {
  /// Where it is.
  public let path: String

  /// - Parameter ending: of the file's name.
  public init(ending: String) { path = "/tmp/nnrun-fuzz-\(getpid())\(ending)" }

  /// Puts the bytes into the file and lets `body` read it: errors are fine, crashes are findings.
  public func read(_ start: UnsafePointer<UInt8>, _ count: Int, _ body: (String) throws -> Void) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(descriptor >= 0 && write(descriptor, start, count) == count, "the file cannot be written")
    close(descriptor)
    report { try body(path) }
  }
}

/// Runs what may throw a message, and nothing else.
public func report(_ body: () throws -> Void) {
  do {
    try body()
  } catch let error as DiagnosticError {
    precondition(!error.description.isEmpty)
  } catch {
    preconditionFailure("an error that is no message: \(error)")
  }
}
