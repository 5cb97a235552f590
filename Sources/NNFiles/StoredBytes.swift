#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// The bytes of a file that stay in it and are read where they are wanted, by any number of threads; closed when the object goes.
package final class StoredBytes: Sendable {
  /// The file's name, for messages.
  package let path: String
  /// Bytes in the file when it was opened.
  package let count: Int
  private let descriptor: Int32

  /// Opens a file. Throws a `DiagnosticError`: it is missing, is no file on a disk, or cannot be opened.
  package init(_ path: String) throws(DiagnosticError) {
    self.path = path
    let status: stat
    do throws(SystemFailure) {
      descriptor = try openFile(path, O_RDONLY | O_NOCTTY | O_NONBLOCK)
      status = try fileStatus(descriptor)
    } catch { throw FileReading.openError(path, error) }
    count = Int(status.st_size)
    guard status.isKind(S_IFREG) else {
      throw DiagnosticError(
        .missing, code: "not-a-file", file: path, "this is no file whose places can be read in any order")
    }
  }

  /// Opens a file if it is a regular one; nil for standard input and for what has no places, such as a pipe, which is not opened.
  package static func regular(_ path: String) -> StoredBytes? {
    guard path != "-", let status = try? fileStatus(path), status.isKind(S_IFREG) else { return nil }
    return try? StoredBytes(path)
  }

  deinit { close(descriptor) }

  /// The first bytes, at most `count`. Throws a `DiagnosticError` if they cannot be read.
  package func head(_ count: Int) throws(DiagnosticError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(max(0, count), self.count))
    let failure = bytes.withUnsafeMutableBytes { bytes -> DiagnosticError? in
      do throws(DiagnosticError) { try read(into: bytes, from: 0) } catch { return error }
      return nil
    }
    if let failure { throw failure }
    return bytes
  }

  /// Fills `target` with the bytes from `start` on. Throws a `DiagnosticError` if they cannot be read, or are there no longer.
  package func read(into target: UnsafeMutableRawBufferPointer, from start: Int) throws(DiagnosticError) {
    var done = 0
    do throws(SystemFailure) {
      while done < target.count, let base = target.baseAddress {
        let got = try systemCall { pread(descriptor, base + done, target.count - done, off_t(start + done)) }
        if got == 0 { break }
        done += got
      }
    } catch {
      throw DiagnosticError(.inputOutput, code: "read-failed", file: path, "cannot be read: \(error.message)")
    }
    guard done == target.count else {
      throw DiagnosticError(
        .inputOutput, code: "read-failed", file: path, "the file has become shorter since it was opened",
        remedy: "put it back, and go on from the last checkpoint")
    }
  }

  /// Tells the system that a part will be read soon, so that it can begin.
  package func announce(_ range: Range<Int>) {
    #if canImport(Glibc)
      _ = posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_WILLNEED)
    #endif
  }
}
