#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// What a path to write to stands for.
enum OutputDestination {
  /// An open descriptor of this process, such as `/dev/stdout`. It is written to, whatever is behind it: opening that
  /// again would begin it anew, or would not be allowed.
  case descriptor(Int32)
  /// A device, a pipe or a socket, which is written to as it is.
  case stream
  /// A file that is there; its path behind all links.
  case file(String, stat)
  /// Nothing yet; the path of the file to be made, behind all links.
  case nothing(String)

  /// Looks at a path. Throws a `DiagnosticError`: it is a folder, or cannot be looked at.
  init(_ path: String) throws {
    if let number = Self.descriptor(path) {
      self = .descriptor(number)
      return
    }
    if path.isEmpty || path.hasSuffix("/") { throw Self.isFolder(path) }
    do throws(SystemFailure) {
      let status = try fileStatus(path)
      if status.isKind(S_IFDIR) {
        throw SystemFailure(number: EISDIR)
      } else if status.isKind(S_IFREG) {
        self = .file(Path.resolved(path) ?? path, status)
      } else {
        self = .stream
      }
    } catch {
      if error.number == EISDIR { throw Self.isFolder(path) }
      guard error.number == ENOENT else { throw AtomicFile.creationError(path, error) }
      self = .nothing(Self.endOfLinks(path))
    }
  }

  private static func isFolder(_ path: String) -> DiagnosticError {
    DiagnosticError(
      .cannotCreate, code: "cannot-create", file: path, "this is a folder, not a file",
      remedy: "name a file in it")
  }

  /// The number of the open descriptor that a path stands for.
  private static func descriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
        return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
      }
      return nil
    }
  }

  /// Where links lead that end at nothing.
  private static func endOfLinks(_ path: String) -> String {
    var path = path
    for _ in 0..<40 {
      guard let target = Path.linkTarget(path) else { break }
      path = Path.join(Path.folder(of: path), target)
    }
    return path
  }
}
