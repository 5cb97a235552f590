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

  /// Opens a file; `-` is standard input.
  ///
  /// Throws a `DiagnosticError`: the file is missing, is a folder, is larger than `limit`, or cannot be opened.
  init(_ path: String, limit: Int) throws(DiagnosticError) {
    self.path = path
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileReading.openError(path, errno) }
    self.descriptor = descriptor
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileReading.openError(path, errno) }
    size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    if status.st_mode & S_IFMT == S_IFDIR {
      throw DiagnosticError(.missing, code: "not-a-file", file: path, "this is a folder, not a file")
    }
    guard (size ?? 0) <= limit else { throw FileReading.tooLarge(path, limit) }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// Fills `target` with the next bytes; says how many there were, fewer than asked for only at the end of the file.
  func read(into target: UnsafeMutableBufferPointer<UInt8>) throws(DiagnosticError) -> Int {
    var count = 0
    while count < target.count, let base = target.baseAddress {
      let got = systemRead(descriptor, base + count, target.count - count)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw DiagnosticError(
          .inputOutput, code: "read-failed", file: path, "cannot be read: \(systemMessage(errno))")
      }
      if got == 0 { break }
      count += got
    }
    return count
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
