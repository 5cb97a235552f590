#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// Replacing a file so that whoever looks at any instant, even after a crash, sees the old contents or the new ones
/// whole: temporary file, flush to disk, rename, flush of the folder.
public enum AtomicFile {
  /// Replaces the file at `path` by the given pieces, one after the other.
  ///
  /// Throws a `DiagnosticError`: the file cannot be created (73), or writing failed (74), for instance because the disk
  /// is full; the old file is then still there.
  public static func write(_ path: String, _ pieces: [UnsafeRawBufferPointer]) throws {
    let temporary = "\(path).\(getpid()).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw DiagnosticError(
        .cannotCreate, code: "cannot-create", file: path, "cannot be created: \(systemMessage(errno))")
    }
    do {
      for piece in pieces { try writeAll(descriptor, piece, path) }
      guard fsync(descriptor) == 0 else { throw failure(path, errno) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    close(descriptor)
    guard rename(temporary, path) == 0 else {
      let number = errno
      unlink(temporary)
      throw DiagnosticError(
        .cannotCreate, code: "cannot-create", file: path, "cannot be replaced: \(systemMessage(number))")
    }
    flushFolder(of: path)
  }

  /// Replaces the file at `path` by `bytes`.
  public static func write(_ path: String, bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write(path, [$0]) }
  }

  /// Replaces the file at `path` by a text in UTF-8.
  public static func write(_ path: String, text: String) throws { try write(path, bytes: Array(text.utf8)) }

  private static func writeAll(_ descriptor: Int32, _ piece: UnsafeRawBufferPointer, _ path: String) throws {
    var offset = 0
    while offset < piece.count, let base = piece.baseAddress {
      let written = systemWrite(descriptor, base + offset, piece.count - offset)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw failure(path, errno) }
      offset += written
    }
  }

  private static func failure(_ path: String, _ number: Int32) -> DiagnosticError {
    DiagnosticError(
      .inputOutput, code: "write-failed", file: path, "writing failed: \(systemMessage(number))",
      remedy: number == ENOSPC ? "free some space; the old file is still there" : nil)
  }

  /// A rename is on disk once its folder is. A folder that cannot be opened for reading is not flushed.
  private static func flushFolder(of path: String) {
    let descriptor = open(Path.folder(of: path), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// Appends lines to a file, each in one write.
public struct LineWriter: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Opens the file for appending, creating it if need be.
  public init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw DiagnosticError(
        .cannotCreate, code: "cannot-create", file: path, "cannot be created: \(systemMessage(errno))")
    }
  }

  deinit { close(descriptor) }

  /// Appends a line.
  public borrowing func append(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    let written = bytes.withUnsafeBytes { buffer in
      buffer.baseAddress.map { systemWrite(descriptor, $0, buffer.count) } ?? 0
    }
    guard written == bytes.count else {
      throw DiagnosticError(.inputOutput, code: "write-failed", file: path, "writing failed: \(systemMessage(errno))")
    }
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.write(descriptor, bytes, count)
  #else
    Darwin.write(descriptor, bytes, count)
  #endif
}
