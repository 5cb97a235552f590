#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// Reading whole files, with errors that name the file.
public enum FileReading {
  /// The bytes of a file; `-` is standard input.
  ///
  /// Throws a `DiagnosticError`: the file is missing, is a folder, is larger than `limit`, or cannot be read.
  public static func bytes(_ path: String, limit: Int = 1 << 32) throws(DiagnosticError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw openError(path, errno) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw openError(path, errno) }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw DiagnosticError(.missing, code: "not-a-file", file: path, "this is a folder, not a file")
    }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    guard !isRegular || Int(status.st_size) <= limit else { throw tooLarge(path, limit) }
    return try read(descriptor, path, expected: isRegular ? Int(status.st_size) : 0, limit: limit)
  }

  private static func read(
    _ descriptor: Int32, _ path: String, expected: Int, limit: Int
  ) throws(DiagnosticError) -> [UInt8] {
    var result: [UInt8] = []
    var capacity = max(expected + 1, 1 << 16)
    while true {
      var failure: Int32 = 0
      var isAtEnd = false
      let start = result.count
      result.append(
        contentsOf: [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
          count = 0
          while count < buffer.count, let base = buffer.baseAddress {
            let got = systemRead(descriptor, base + count, buffer.count - count)
            if got < 0, errno == EINTR { continue }
            if got < 0 { failure = errno }
            if got <= 0 {
              isAtEnd = true
              return
            }
            count += got
          }
        })
      if failure != 0 {
        throw DiagnosticError(
          .inputOutput, code: "read-failed", file: path, "cannot be read: \(systemMessage(failure))")
      }
      guard result.count <= limit else { throw tooLarge(path, limit) }
      if isAtEnd { return result }
      capacity = max(1 << 16, result.count - start, result.count)
    }
  }

  private static func tooLarge(_ path: String, _ limit: Int) -> DiagnosticError {
    DiagnosticError(code: "file-too-large", file: path, "is larger than the \(limit) bytes that are accepted here")
  }

  /// What to say when a file cannot be opened.
  static func openError(_ path: String, _ number: Int32) -> DiagnosticError {
    if number == ENOENT || number == ENOTDIR {
      return DiagnosticError(.missing, code: "missing-file", file: path, "there is no such file")
    }
    return DiagnosticError(.missing, code: "unreadable-file", file: path, "cannot be opened: \(systemMessage(number))")
  }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.read(descriptor, bytes, count)
  #else
    Darwin.read(descriptor, bytes, count)
  #endif
}
