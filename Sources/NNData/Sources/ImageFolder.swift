import NNCore
import NNFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The picture files of a folder with one folder for each class, or of a list.
struct ImageFolder {
  /// The files, in the order of their classes and names, or of the list.
  private(set) var files: [String] = []
  /// The class of each file, as an index of `classes`; empty if the files have none.
  private(set) var labels: [Int32] = []
  /// The names of the classes.
  private(set) var classes: [String] = []

  /// Reads the names in a folder: pictures in folders have the folder's name as their class; pictures that lie there
  /// directly have none, and then nothing else may.
  ///
  /// - Parameter known: the names of the classes, if the model gives them; unless given, all folders in order.
  init(folder: String, classes known: [String]?) throws {
    let entries = try Self.entries(folder)
    let pictures = entries.filter { ImagesSource.isImage($0) }
    let folders = entries.filter { !ImagesSource.isImage($0) && Path.isFolder(folder + "/" + $0) }
    if folders.isEmpty || !pictures.isEmpty {
      guard folders.isEmpty else {
        throw DiagnosticError(
          code: "mixed-folder", file: folder, "there are pictures beside folders of pictures",
          remedy: "put every picture into the folder of its class")
      }
      files = pictures.map { folder + "/" + $0 }
    } else {
      classes = known ?? Self.inOrder(Set(folders))
      for name in classes.filter(folders.contains) + folders.filter({ !classes.contains($0) }) {
        let inside = try Self.entries(folder + "/" + name).filter { ImagesSource.isImage($0) }
        if inside.isEmpty { continue }
        guard let label = classes.firstIndex(of: name) else {
          throw DiagnosticError(
            code: "unknown-class", file: folder + "/" + name, "the model has no class '\(name)'",
            remedy: nearestName(to: name, among: classes).map { "did you mean '\($0)'?" }
              ?? "it has \(classes.prefix(12).joined(separator: ", "))")
        }
        for picture in inside {
          files.append("\(folder)/\(name)/\(picture)")
          labels.append(Int32(label))
        }
      }
    }
    guard !files.isEmpty else {
      throw DiagnosticError(
        code: "no-samples", file: folder, "there are no pictures here",
        remedy: "put .png, .jpg or .jpeg files into one folder for each class")
    }
  }

  /// A single file, of no class.
  init(file: String) { files = [file] }

  /// Reads a list: a path and, after a tab or the last space, a class in each line; paths are seen from the list.
  init(list: String, classes known: [String]?) throws {
    let bytes = try FileReading.expandedBytes(list)
    let folder = Path.folder(of: list)
    var names: [String] = []
    let lines = String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() {
      let line = line.filter { $0 != "\r" }
      if line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { continue }
      guard let cut = line.lastIndex(where: { $0 == "\t" || $0 == " " }), cut != line.startIndex,
        line.index(after: cut) != line.endIndex
      else {
        throw DiagnosticError([
          Diagnostic(
            code: "bad-list", "'\(String(line).shortened)' is not a path and a class",
            remedy: "write them with a tab between", place: SourcePlace(file: list, line: number + 1, column: 1))
        ])
      }
      files.append(Path.join(folder, String(line[..<cut])))
      names.append(String(line[line.index(after: cut)...]))
    }
    guard !files.isEmpty else { throw DiagnosticError(code: "no-samples", file: list, "the list names no pictures") }
    classes = known ?? Self.inOrder(Set(names))
    for (index, name) in names.enumerated() {
      guard let label = classes.firstIndex(of: name) else {
        throw DiagnosticError(
          code: "unknown-class", file: list, "the model has no class '\(name.shortened)', which \(files[index]) has")
      }
      labels.append(Int32(label))
    }
  }

  /// Names in order: as numbers if all of them are, otherwise as text.
  private static func inOrder(_ names: Set<String>) -> [String] {
    let numbers = names.compactMap { name in Int(name).map { (number: $0, name: name) } }
    guard numbers.count == names.count else { return names.sorted() }
    return numbers.sorted { ($0.number, $0.name) < ($1.number, $1.name) }.map(\.name)
  }

  /// The names in a folder, sorted; hidden ones are left out.
  private static func entries(_ folder: String) throws -> [String] {
    guard let directory = opendir(folder) else {
      throw FileReading.openError(folder, SystemFailure(number: errno))
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
