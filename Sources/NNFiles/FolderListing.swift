import NNCore
import NNText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The names in a folder.
public enum FolderListing {
  /// The names of all entries that do not begin with a point, sorted.
  ///
  /// Throws a `DiagnosticError`: the folder is missing or cannot be read (66), or a name is not UTF-8 and can therefore not
  /// be opened (65).
  public static func visibleNames(in folder: String) throws(DiagnosticError) -> [String] {
    guard let directory = opendir(folder) else {
      throw FileReading.openError(folder, SystemFailure(number: errno))
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes.first == UInt8(ascii: ".") { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw DiagnosticError(
          code: "not-utf8", file: folder,
          "the name '\(String(decoding: bytes, as: UTF8.self).shortened)' in this folder is not text in UTF-8",
          remedy: "rename the file")
      }
      names.append(name)
    }
    return names.sorted()
  }
}
