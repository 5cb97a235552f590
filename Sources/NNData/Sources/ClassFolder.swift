import NNCore
import NNFiles
import NNText

/// What files a folder of samples holds.
struct FileKind: Sendable {
  /// Whether a name is that of such a file.
  let includes: @Sendable (String) -> Bool
  /// One of them, and several.
  let noun: String
  let plural: String
  /// How their names end, in words.
  let endings: String

  /// Pictures.
  static let pictures = FileKind(
    includes: { ImagesSource.isImage($0) }, noun: "picture", plural: "pictures", endings: ".png, .jpg or .jpeg")
  /// Texts, whose names may have no ending.
  static let texts = FileKind(
    includes: { name in
      let name = name.lowercased()
      return [".txt", ".text", ".txt.gz"].contains(where: name.hasSuffix) || !name.contains(".")
    }, noun: "text", plural: "texts", endings: ".txt")

  /// Whether an entry of a folder is a file of the kind, and no folder.
  func isFile(_ name: String, in folder: String) -> Bool { includes(name) && !Path.isFolder(folder + "/" + name) }
}

/// The files of a folder with one folder for each class, or of a list.
struct ClassFolder {
  /// What files these are.
  private let kind: FileKind
  /// The files, in the order of their classes and names, or of the list.
  private(set) var files: [String] = []
  /// The class of each file, as an index of `classes`; empty if the files have none.
  private(set) var labels: [Int32] = []
  /// The names of the classes.
  private(set) var classes: [String] = []
  /// What was left out, and classes without a picture.
  private(set) var warnings: [Diagnostic] = []

  /// Reads the names in a folder: files in folders have the folder's name as their class; files that lie there
  /// directly have none, and then nothing else may.
  ///
  /// - Parameter known: the names of the classes, if the model gives them; unless given, all folders in order.
  init(folder: String, of kind: FileKind, classes known: [String]?) throws {
    self.kind = kind
    let entries = try FolderListing.visibleNames(in: folder)
    let folders = entries.filter { Path.isFolder(folder + "/" + $0) }
    let isFolder = Set(folders)
    let own = entries.filter { kind.includes($0) && !isFolder.contains($0) }
    let others = entries.filter { !kind.includes($0) || isFolder.contains($0) }
    if folders.isEmpty || !own.isEmpty {
      guard folders.isEmpty else {
        throw DiagnosticError(
          code: "mixed-folder", file: folder, "there are \(kind.plural) beside folders of \(kind.plural)",
          remedy: "put every \(kind.noun) into the folder of its class")
      }
      files = own.map { folder + "/" + $0 }
      leaveOut(others, in: folder)
    } else {
      classes = known ?? Self.inOrder(Set(folders))
      let isClass = Set(classes)
      let files = Set(others).subtracting(folders)
      leaveOut(others.filter(files.contains), in: folder)
      for (label, name) in classes.enumerated() where isFolder.contains(name) {
        try take(name, of: folder, label: Int32(label))
      }
      for name in folders where !isClass.contains(name) {
        let place = folder + "/" + name
        if try FolderListing.visibleNames(in: place).contains(where: { kind.isFile($0, in: place) }) {
          throw Self.unknownClass(name, folder + "/" + name, classes)
        }
      }
    }
    guard !files.isEmpty else {
      throw DiagnosticError(
        code: "no-samples", file: folder, "there are no \(kind.plural) here",
        remedy: "put \(kind.endings) files into one folder for each class")
    }
    warnAboutEmptyClasses(folder)
  }

  /// Whether a folder holds folders with files of a kind.
  static func holds(_ kind: FileKind, _ folder: String) throws -> Bool {
    try FolderListing.visibleNames(in: folder).contains { name in
      let place = folder + "/" + name
      guard Path.isFolder(place) else { return false }
      return try FolderListing.visibleNames(in: place).contains { kind.isFile($0, in: place) }
    }
  }

  /// Takes the files of one class.
  private mutating func take(_ name: String, of folder: String, label: Int32) throws {
    let place = folder + "/" + name
    let entries = try FolderListing.visibleNames(in: place)
    let own = entries.filter { kind.isFile($0, in: place) }
    files += own.map { "\(place)/\($0)" }
    labels += own.map { _ in label }
    let isOwn = Set(own)
    leaveOut(entries.filter { !isOwn.contains($0) }, in: place)
  }

  /// Warns of what is in a folder and is no file that can be read.
  private mutating func leaveOut(_ names: [String], in folder: String) {
    guard !names.isEmpty else { return }
    let shown = names.prefix(3).map { "'\($0.shortened)'" }.joined(separator: ", ")
    warnings.append(
      Diagnostic(
        .warning, code: "left-out",
        "\(grouped(names.count)) \(names.count == 1 ? "entry is" : "entries are") no \(kind.endings) file and left out: "
          + shown + (names.count > 3 ? " and others" : ""),
        remedy: "convert what is meant as a \(kind.noun); folders within the folder of a class are not read",
        place: SourcePlace(file: folder, line: 0, column: 0)))
  }

  private mutating func warnAboutEmptyClasses(_ place: String) {
    var isEmpty = [Bool](repeating: true, count: classes.count)
    for label in labels { isEmpty[Int(label)] = false }
    let empty = classes.indices.filter { isEmpty[$0] }.map { "'\(classes[$0].shortened)'" }
    guard !empty.isEmpty else { return }
    warnings.append(
      Diagnostic(
        .warning, code: "empty-class",
        "no \(kind.noun) is of class \(empty.prefix(3).joined(separator: ", "))"
          + (empty.count > 3 ? " and \(grouped(empty.count - 3)) others" : ""),
        remedy: "add some, or remove the class", place: SourcePlace(file: place, line: 0, column: 0)))
  }

  private static func unknownClass(_ name: String, _ file: String, _ classes: [String]) -> DiagnosticError {
    DiagnosticError(
      code: "unknown-class", file: file, "the model has no class '\(name.shortened)'",
      remedy: nearestName(to: name, among: classes).map { "did you mean '\($0)'?" }
        ?? "it has \(classes.prefix(12).joined(separator: ", "))")
  }

  /// A single file, of no class.
  init(file: String, of kind: FileKind) {
    self.kind = kind
    files = [file]
  }

  /// Reads a list: a path and, after a tab or else after the last space, a class in each line; paths are seen from the
  /// list. Blanks around both, and a byte order mark before all, do not count.
  init(list: String, of kind: FileKind, classes known: [String]?) throws {
    self.kind = kind
    let bytes = try FileReading.expandedBytes(list)
    let folder = Path.folder(of: list)
    var names: [String] = []
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    for (number, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let line = String(decoding: line, as: UTF8.self).trimmingWhitespace
      if line.isEmpty || line.hasPrefix("#") { continue }
      let cut = line.firstIndex(of: "\t") ?? line.lastIndex(of: " ")
      let path = cut.map { String(line[..<$0]).trimmingWhitespace } ?? ""
      let name = cut.map { String(line[line.index(after: $0)...]).trimmingWhitespace } ?? ""
      guard !path.isEmpty, !name.isEmpty, !name.contains("\t") else {
        throw DiagnosticError([
          Diagnostic(
            code: "bad-list", "'\(line.shortened)' is not a path and a class",
            remedy: "write them with a tab between", place: SourcePlace(file: list, line: number + 1, column: 1))
        ])
      }
      files.append(Path.join(folder, path))
      names.append(name)
    }
    guard !files.isEmpty else {
      throw DiagnosticError(code: "no-samples", file: list, "the list names no \(kind.plural)")
    }
    classes = known ?? Self.inOrder(Set(names))
    let numbers = Dictionary(classes.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    for (index, name) in names.enumerated() {
      guard let label = numbers[name] else {
        throw DiagnosticError(
          code: "unknown-class", file: list, "the model has no class '\(name.shortened)', which \(files[index]) has",
          remedy: nearestName(to: name, among: classes).map { "did you mean '\($0)'?" })
      }
      labels.append(label)
    }
    warnAboutEmptyClasses(list)
  }

  /// Names in order: as numbers if all of them are, otherwise as text.
  static func inOrder(_ names: Set<String>) -> [String] {
    let numbers = names.compactMap { name in Int(name).map { (number: $0, name: name) } }
    guard numbers.count == names.count else { return names.sorted() }
    return numbers.sorted { ($0.number, $0.name) < ($1.number, $1.name) }.map(\.name)
  }
}
