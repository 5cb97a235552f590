#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// Replacing a file so that whoever looks at any instant, even after a crash, sees the old contents or the new ones
/// whole: a new file beside it, flush to disk, rename, flush of the folder.
///
/// Links are followed: what they lead to is replaced. Devices, pipes and what `/dev/stdout` stands for are written to. A
/// file that is replaced keeps its rights, and its owner if the process may give files away.
public enum AtomicFile {
  /// Replaces the file at `path` by the given pieces, one after the other.
  ///
  /// Throws a `DiagnosticError`: the file cannot be created (73), or writing failed (74), for instance because the disk
  /// is full; the old file is then still there.
  ///
  /// - Parameter replacing: whether a file may be there already; if not, that is an error (73).
  public static func write(
    _ path: String, _ pieces: [UnsafeRawBufferPointer], replacing: Bool = true
  ) throws {
    switch try OutputDestination(path) {
    case .descriptor(let descriptor):
      do throws(SystemFailure) {
        for piece in pieces { try writeAll(descriptor, piece) }
      } catch {
        // As with a pipe on standard output, a reader that has read enough is no failure.
        if error.number != EPIPE { throw writingError(path, error) }
      }
    case .stream: try stream(path, pieces)
    case .file(let target, let status):
      if !replacing { throw existsError(path) }
      try requireWritable(path)
      try place(path, pieces, at: target, over: status, replacing: true)
    case .nothing(let target): try place(path, pieces, at: target, over: nil, replacing: replacing)
    }
  }

  /// Replaces the file at `path` by `bytes`. Throws a `DiagnosticError` as `write(_:_:replacing:)` does.
  public static func write(_ path: String, bytes: [UInt8], replacing: Bool = true) throws {
    try bytes.withUnsafeBytes { try write(path, [$0], replacing: replacing) }
  }

  /// Replaces the file at `path` by the given pieces, one after the other. Throws a `DiagnosticError` as
  /// `write(_:_:replacing:)` does.
  package static func write(_ path: String, bytes pieces: [[UInt8]]) throws {
    func write(_ rest: ArraySlice<[UInt8]>, _ found: [UnsafeRawBufferPointer]) throws {
      guard let first = rest.first else { return try Self.write(path, found) }
      try first.withUnsafeBytes { try write(rest.dropFirst(), found + [$0]) }
    }
    try write(pieces[...], [])
  }

  /// Replaces the file at `path` by a text in UTF-8. Throws a `DiagnosticError` as `write(_:_:replacing:)` does.
  public static func write(_ path: String, text: String, replacing: Bool = true) throws {
    try write(path, bytes: Array(text.utf8), replacing: replacing)
  }

  /// Whether writing to `path` would replace a file. Throws a `DiagnosticError`: it is a folder, or cannot be looked at.
  public static func wouldReplace(_ path: String) throws -> Bool {
    if case .file = try OutputDestination(path) { true } else { false }
  }

  private static func place(
    _ path: String, _ pieces: [UnsafeRawBufferPointer], at target: String, over status: stat?, replacing: Bool
  ) throws {
    let partial: PartialFile
    do throws(SystemFailure) {
      partial = try PartialFile(beside: target, mode: status == nil ? 0o666 : 0o600)
    } catch { throw creationError(path, error) }
    do throws(SystemFailure) {
      try partial.write(pieces)
      if let status { try partial.adopt(status) }
    } catch { throw writingError(path, error, keepsOld: status != nil) }
    do throws(SystemFailure) { try partial.place(replacing: replacing) } catch {
      throw error.number == EEXIST ? existsError(path) : creationError(path, error)
    }
    do throws(SystemFailure) { try flushFolder(of: target) } catch { throw writingError(path, error) }
  }

  /// A rename would also replace files that nobody may write to.
  private static func requireWritable(_ path: String) throws {
    do throws(SystemFailure) {
      try withName(path) { name throws(SystemFailure) in
        _ = try systemCall { faccessat(AT_FDCWD, name, W_OK, AT_EACCESS) }
      }
    } catch { throw creationError(path, error) }
  }

  private static func stream(_ path: String, _ pieces: [UnsafeRawBufferPointer]) throws {
    let descriptor: Int32
    do throws(SystemFailure) { descriptor = try openFile(path, O_WRONLY | O_NOCTTY) } catch {
      throw creationError(path, error)
    }
    do throws(SystemFailure) {
      for piece in pieces { try writeAll(descriptor, piece) }
    } catch {
      close(descriptor)
      throw writingError(path, error)
    }
    // Whatever close says, the descriptor is gone: it is never closed again.
    if close(descriptor) != 0 {
      let number = errno
      if number != EINTR { throw writingError(path, SystemFailure(number: number)) }
    }
  }

  /// A rename is on disk once its folder is. A folder that cannot be opened for reading, or knows no flushing, is left
  /// to the system.
  private static func flushFolder(of path: String) throws(SystemFailure) {
    guard let descriptor = try? openFile(Path.folder(of: path), O_RDONLY) else { return }
    defer { close(descriptor) }
    do throws(SystemFailure) { _ = try systemCall { fsync(descriptor) } } catch {
      if [EIO, ENOSPC, EDQUOT].contains(error.number) { throw error }
    }
  }

  // MARK: Errors

  static func creationError(_ path: String, _ failure: SystemFailure) -> DiagnosticError {
    let remedy =
      switch failure.number {
      case ENOENT, ENOTDIR: "there is no folder \(Path.folder(of: path))"
      case EACCES, EPERM, EROFS: "name a file in a folder where you may write"
      default: String?.none
      }
    return DiagnosticError(
      .cannotCreate, code: "cannot-create", file: path, "cannot be created: \(failure.message)", remedy: remedy)
  }

  static func writingError(_ path: String, _ failure: SystemFailure, keepsOld: Bool = false) -> DiagnosticError {
    let kept = keepsOld ? "; the old file is still there" : ""
    let remedy =
      switch failure.number {
      case ENOSPC, EDQUOT: "free some space\(kept)"
      case EFBIG: "raise the limit on the size of files ('ulimit -f')\(kept)"
      default: String?.none
      }
    return DiagnosticError(
      .inputOutput, code: "write-failed", file: path, "writing failed: \(failure.message)", remedy: remedy)
  }

  static func existsError(_ path: String) -> DiagnosticError {
    DiagnosticError(
      .cannotCreate, code: "file-exists", file: path, "is there already", remedy: "name another file")
  }
}
