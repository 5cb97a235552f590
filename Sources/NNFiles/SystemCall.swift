#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a call of the system failed.
package struct SystemFailure: Error, Hashable {
  /// The system's error number.
  package var number: Int32

  /// The failure with an error number of `errno.h`.
  package init(number: Int32) { self.number = number }

  /// The system's words for it.
  package var message: String { String(cString: strerror(number)).lowercased() }

  /// Whether there is no file of the name.
  package var isMissing: Bool { number == ENOENT || number == ENOTDIR }
}

/// Makes a call of the system, again while signals interrupt it, and takes the error number before anything else can
/// change it. The call itself must do nothing besides, not even turn a text into a C string.
package func systemCall<Value: SignedInteger>(_ body: () -> Value) throws(SystemFailure) -> Value {
  while true {
    let value = body()
    if value >= 0 { return value }
    let number = errno
    if number != EINTR { throw SystemFailure(number: number) }
  }
}

/// Opens a file. Files that are made have `mode` less what the user's mask takes away.
func openFile(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemFailure) -> Int32 {
  try withName(path) { name throws(SystemFailure) in try systemCall { open(name, flags | O_CLOEXEC, mode) } }
}

/// What there is at a path, behind links.
func fileStatus(_ path: String) throws(SystemFailure) -> stat {
  var status = stat()
  try withName(path) { name throws(SystemFailure) in _ = try systemCall { stat(name, &status) } }
  return status
}

/// What an open descriptor is.
func fileStatus(_ descriptor: Int32) throws(SystemFailure) -> stat {
  var status = stat()
  _ = try systemCall { fstat(descriptor, &status) }
  return status
}

/// Calls `body` with a path as a C string.
func withName<Value>(
  _ path: String, _ body: (UnsafePointer<CChar>) throws(SystemFailure) -> Value
) throws(SystemFailure) -> Value {
  let result: Result<Value, SystemFailure> = path.withCString { name in
    do throws(SystemFailure) { return .success(try body(name)) } catch { return .failure(error) }
  }
  return try result.get()
}

/// Writes all bytes, however many calls that takes. Throws a `SystemFailure` when one of them fails.
package func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemFailure) {
  var rest = bytes[...]
  while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
    // Some systems refuse to write more than two gigabytes at once.
    let count = min(rest.count, 1 << 30)
    let written = try systemCall { systemWrite(descriptor, base, count) }
    rest = rest.dropFirst(written)
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.write(descriptor, bytes, count)
  #else
    Darwin.write(descriptor, bytes, count)
  #endif
}

extension stat {
  /// Whether this is one of the kinds `S_IFREG`, `S_IFDIR`, `S_IFIFO` …
  func isKind(_ kind: mode_t) -> Bool { st_mode & S_IFMT == kind }

  /// Whether both are the same file.
  func isSame(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }
}
