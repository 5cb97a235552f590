#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// Keeps others who ask for the same lock out of a folder, as long as it lives.
///
/// The system holds it for this process and gives it back at its end, whatever that is. Where a file system has no locks,
/// nobody is kept out.
public final class FolderLock: Sendable {
  private let descriptor: Int32

  /// Locks a folder; nil if somebody else has it locked. Throws a `DiagnosticError` (73): it cannot be opened.
  public init?(_ path: String) throws {
    do throws(SystemFailure) { descriptor = try openFile(path, O_RDONLY | O_DIRECTORY) } catch {
      throw DiagnosticError(
        .cannotCreate, code: "cannot-create", file: path, "the folder cannot be opened: \(error.message)")
    }
    let descriptor = descriptor
    do throws(SystemFailure) { _ = try systemCall { flock(descriptor, LOCK_EX | LOCK_NB) } } catch {
      if error.number == EWOULDBLOCK { return nil }
    }
  }

  deinit { close(descriptor) }
}
