import NNCore
import NNFiles
import NNText

/// NumPy's archive of several arrays: a zip file with an npy file for each.
///
/// Format: numpy.savez.
struct NPZArchive {
  private static let ending = ".npy"
  private let entries: ZipArchive

  /// The file's name, for messages.
  var file: String { entries.file }
  /// The names of the arrays, sorted.
  var arrays: [String] { entries.names.filter { $0.hasSuffix(Self.ending) }.map(Self.name) }

  /// Opens an archive. Throws a `DiagnosticError`: it is no zip file, is damaged, or is an office program's workbook.
  init(_ bytes: [UInt8], file: String) throws {
    entries = try ZipArchive(bytes, file: file)
    if arrays.isEmpty { try ForeignFormat.checkZip(entries.names, file: file) }
  }

  /// The array of a name. Throws a `DiagnosticError`: there is none, or it cannot be read.
  func array(_ name: String, isDouble: Bool) throws -> BinaryArray {
    guard let bytes = try entries.contents(name + Self.ending) else { throw unknown(name) }
    return try NPYFile.parse(bytes[...], file: "\(file)(\(name))", isDouble: isDouble)
  }

  private static func name(_ entry: String) -> String {
    entry.hasSuffix(ending) ? String(entry.dropLast(ending.count)) : entry
  }

  private func unknown(_ name: String) -> DiagnosticError {
    let there = entries.names.map(Self.name)
    return DiagnosticError(
      code: "unknown-array", file: file,
      "the archive has no array '\(name.shortened)'; it has \(there.joined(separator: ", ").shortened)",
      remedy: nearestName(to: name, among: there).map { "did you mean '\($0)'?" })
  }
}
