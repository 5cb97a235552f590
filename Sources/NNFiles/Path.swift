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
  public static func exists(_ path: String) -> Bool { (try? fileStatus(path)) != nil }

  /// The absolute path without links, `.` and `..`; nil if there is nothing there.
  public static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// The way from one folder to another, both absolute and without links.
  public static func relative(_ target: String, from folder: String) -> String {
    let (to, from) = (target.split(separator: "/"), folder.split(separator: "/"))
    let common = zip(to, from).prefix { $0 == $1 }.count
    let steps = Array(repeating: "..", count: from.count - common) + to.dropFirst(common).map(String.init)
    return steps.isEmpty ? "." : steps.joined(separator: "/")
  }

  /// When the file was last written, in seconds since 1970; nil if it is not there.
  public static func modificationTime(_ path: String) -> Int? {
    guard let status = try? fileStatus(path) else { return nil }
    #if canImport(Glibc)
      return Int(status.st_mtim.tv_sec)
    #else
      return Int(status.st_mtimespec.tv_sec)
    #endif
  }

  /// What a symbolic link says; nil if this is none.
  static func linkTarget(_ path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &target, target.count)
    return count > 0 ? String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  /// Whether there is a folder.
  public static func isFolder(_ path: String) -> Bool { (try? fileStatus(path))?.isKind(S_IFDIR) ?? false }

  /// Whether there is a file of bytes: no folder, pipe or device.
  public static func isRegularFile(_ path: String) -> Bool { (try? fileStatus(path))?.isKind(S_IFREG) ?? false }

  /// Throws a `DiagnosticError` (66) that says why, unless there is a folder.
  public static func requireFolder(_ path: String) throws(DiagnosticError) {
    let isFolder: Bool
    do throws(SystemFailure) { isFolder = try fileStatus(path).isKind(S_IFDIR) } catch {
      throw error.isMissing
        ? DiagnosticError(.missing, code: "missing-folder", file: path, "there is no such folder")
        : FileReading.openError(path, error)
    }
    guard isFolder else {
      throw DiagnosticError(.missing, code: "missing-folder", file: path, "this is a file, not a folder")
    }
  }

  /// Makes a folder and those above it; no error if it is there already. Throws a `DiagnosticError` (73) if it cannot be
  /// made.
  public static func makeFolder(_ path: String) throws {
    if path.isEmpty || isFolder(path) { return }
    let parent = folder(of: path)
    if parent != path { try makeFolder(parent) }
    if let failure = make(path), !isFolder(path) { throw creationError(path, failure) }
  }

  /// Makes a folder that was not there; false if it was. Throws a `DiagnosticError` (73) if it cannot be made.
  public static func makeNewFolder(_ path: String) throws -> Bool {
    var path = path
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    try makeFolder(folder(of: path))
    guard let failure = make(path) else { return true }
    if failure.number == EEXIST { return false }
    throw creationError(path, failure)
  }

  private static func make(_ path: String) -> SystemFailure? {
    do throws(SystemFailure) {
      try withName(path) { name throws(SystemFailure) in _ = try systemCall { mkdir(name, 0o777) } }
    } catch { return error }
    return nil
  }

  private static func creationError(_ path: String, _ failure: SystemFailure) -> DiagnosticError {
    DiagnosticError(
      .cannotCreate, code: "cannot-create", file: path, "the folder cannot be created: \(failure.message)")
  }
}
