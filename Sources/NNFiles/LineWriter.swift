#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// Appends lines to a file.
public struct LineWriter: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Opens the file for appending, creating it if need be. Throws a `DiagnosticError` (73) if that is not possible.
  public init(_ path: String) throws {
    self.path = path
    do throws(SystemFailure) { descriptor = try openFile(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o666) } catch {
      throw AtomicFile.creationError(path, error)
    }
  }

  deinit { close(descriptor) }

  /// Appends a line and its line feed. Throws a `DiagnosticError` (74) if it cannot be written.
  public borrowing func append(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    let descriptor = descriptor
    let failure: SystemFailure? = bytes.withUnsafeBytes { bytes in
      do throws(SystemFailure) { try writeAll(descriptor, bytes) } catch { return error }
      return nil
    }
    if let failure { throw AtomicFile.writingError(path, failure) }
  }
}
