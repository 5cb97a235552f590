#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// A file, or standard input, that is read piece by piece; closed when the object goes.
final class FileInput {
  /// The file's name, for messages.
  let path: String
  /// Bytes in the file; nil for what has no size, such as a pipe.
  let size: Int?
  private let descriptor: Int32
  /// A byte that was read to learn whether there is somebody who writes.
  private var first: UInt8?

  /// How long a pipe may have nobody who writes to it.
  private static let patience: Duration = .seconds(5)

  /// Opens a file; `-` is standard input.
  ///
  /// Throws a `DiagnosticError`: the file is missing, is a folder, is larger than `limit`, is a pipe that nobody writes
  /// to, or cannot be opened.
  init(_ path: String, limit: Int) throws(DiagnosticError) {
    self.path = path
    let status: stat
    do throws(SystemFailure) {
      // Opening a pipe would otherwise wait for somebody to write, without a word.
      descriptor = path == "-" ? STDIN_FILENO : try openFile(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
      status = try fileStatus(descriptor)
    } catch { throw FileReading.openError(path, error) }
    size = status.isKind(S_IFREG) ? Int(status.st_size) : nil
    if status.isKind(S_IFDIR) {
      throw DiagnosticError(.missing, code: "not-a-file", file: path, "this is a folder, not a file")
    }
    guard (size ?? 0) <= limit else { throw FileReading.tooLarge(path, limit) }
    if size == nil, path != "-" { try waitForWriter(isPipe: status.isKind(S_IFIFO)) }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// Reading waits from here on. A pipe must have somebody who writes to it, however slowly, or who has written.
  private func waitForWriter(isPipe: Bool) throws(DiagnosticError) {
    let end = ContinuousClock.now + Self.patience
    while isPipe {
      var byte: UInt8 = 0
      var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      do throws(SystemFailure) {
        if try systemCall({ systemRead(descriptor, &byte, 1) }) == 1 {
          first = byte
          break
        }
        _ = try systemCall { poll(&waited, 1, 100) }
      } catch {
        if error.number == EAGAIN { break }
        throw readingError(error)
      }
      // Somebody was there, wrote nothing and went.
      if waited.revents & Int16(POLLHUP) != 0 { break }
      guard .now < end else {
        throw DiagnosticError(
          .missing, code: "no-writer", file: path, "nothing writes to this pipe",
          remedy: "start the program that writes to it first, or let it write to this one's standard input, which is -")
      }
    }
    do throws(SystemFailure) {
      let flags = try systemCall { fcntl(descriptor, F_GETFL) }
      _ = try systemCall { fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) }
    } catch { throw readingError(error) }
  }

  private func readingError(_ failure: SystemFailure) -> DiagnosticError {
    DiagnosticError(.inputOutput, code: "read-failed", file: path, "cannot be read: \(failure.message)")
  }

  /// Fills `target` with the next bytes; says how many there were, fewer than asked for only at the end of the file.
  func read(into target: UnsafeMutableBufferPointer<UInt8>) throws(DiagnosticError) -> Int {
    var count = 0
    if let byte = first, let base = target.baseAddress, !target.isEmpty {
      base.pointee = byte
      first = nil
      count = 1
    }
    do throws(SystemFailure) {
      while count < target.count, let base = target.baseAddress {
        let got = try systemCall { systemRead(descriptor, base + count, target.count - count) }
        if got == 0 { break }
        count += got
      }
    } catch { throw readingError(error) }
    return count
  }

  /// The bytes that have come, at most `count`; waits for the first one, and has none only at the end of the file.
  func arrived(_ count: Int) throws(DiagnosticError) -> [UInt8] {
    if let byte = first {
      first = nil
      return [byte]
    }
    var bytes = [UInt8](repeating: 0, count: count)
    do throws(SystemFailure) {
      let got = try bytes.withUnsafeMutableBufferPointer { (target) throws(SystemFailure) in
        guard let base = target.baseAddress else { return 0 }
        return try systemCall { systemRead(descriptor, base, count) }
      }
      bytes.removeLast(count - got)
    } catch { throw readingError(error) }
    return bytes
  }

  /// The next bytes, fewer than `count` only at the end of the file.
  func read(_ count: Int) throws(DiagnosticError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBufferPointer { (target) throws(DiagnosticError) in
      try read(into: target)
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  /// The last four bytes as a little-endian number, without moving; nil for what has no size, or is shorter.
  func lastWord() -> UInt32? {
    guard let size, size >= 4 else { return nil }
    var word: UInt32 = 0
    guard pread(descriptor, &word, 4, off_t(size - 4)) == 4 else { return nil }
    return UInt32(littleEndian: word)
  }
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.read(descriptor, bytes, count)
  #else
    Darwin.read(descriptor, bytes, count)
  #endif
}
