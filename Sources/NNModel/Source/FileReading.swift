import NNCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of a file of at most `limit` bytes.
func readFile(_ path: String, limit: Int) throws(DiagnosticError) -> [UInt8] {
  func failure(_ kind: DiagnosticError.Kind, _ code: String, _ message: String) -> DiagnosticError {
    DiagnosticError(kind, code: code, file: path, message)
  }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    let reason = errno
    if reason == ENOENT || reason == ENOTDIR { throw failure(.missing, "no-such-file", "there is no such file") }
    throw failure(.missing, "cannot-open", "the file cannot be opened: \(String(cString: strerror(reason)))")
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw failure(.inputOutput, "cannot-read", "the file cannot be read") }
  guard status.st_mode & S_IFMT != S_IFDIR else {
    throw failure(.missing, "not-a-file", "this is a folder, not a model file")
  }
  let tooLarge = failure(.invalid, "file-too-large", "the file is larger than \(limit) bytes")
  guard status.st_mode & S_IFMT != S_IFREG || Int(status.st_size) <= limit else { throw tooLarge }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 64 << 10)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else {
      throw failure(.inputOutput, "cannot-read", "the file cannot be read: \(String(cString: strerror(errno)))")
    }
    if count == 0 { return bytes }
    guard bytes.count + count <= limit else { throw tooLarge }
    bytes.append(contentsOf: chunk[..<count])
  }
}
