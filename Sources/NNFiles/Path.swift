#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

/// Paths as text, with `/` between their parts.
public enum Path {
  /// The folder that a path lies in; `.` for a bare name.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  public static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// The last part without its extension.
  public static func stem(of path: String) -> String {
    let name = name(of: path)
    guard let point = name.lastIndex(of: "."), point != name.startIndex else { return name }
    return String(name[..<point])
  }

  /// `path`, seen from `folder` unless it is absolute.
  public static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }

  /// Whether there is a file or folder.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The absolute path without links, `.` and `..`; nil if there is nothing there.
  public static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Whether there is a folder.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder and those above it; no error if it is there already.
  public static func makeFolder(_ path: String) throws {
    if path.isEmpty || isFolder(path) { return }
    let parent = folder(of: path)
    if parent != path { try makeFolder(parent) }
    guard mkdir(path, 0o755) == 0 || isFolder(path) else {
      throw DiagnosticError(
        .cannotCreate, code: "cannot-create", file: path, "the folder cannot be created: \(systemMessage(errno))")
    }
  }

  /// Makes a folder that was not there; false if it was.
  public static func makeNewFolder(_ path: String) throws -> Bool {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    try makeFolder(folder(of: path))
    if mkdir(path, 0o755) == 0 { return true }
    if errno == EEXIST { return false }
    throw DiagnosticError(
      .cannotCreate, code: "cannot-create", file: path, "the folder cannot be created: \(systemMessage(errno))")
  }
}
