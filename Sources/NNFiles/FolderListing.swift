import NNCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The names in a folder.
public enum FolderListing {
  /// The names of all entries besides `.` and `..`, in no order. Names that are not UTF-8 are left out.
  ///
  /// Throws a `DiagnosticError` (66): the folder is missing or cannot be read.
  public static func names(in folder: String) throws(DiagnosticError) -> [String] {
    guard let directory = opendir(folder) else {
      throw FileReading.openError(folder, SystemFailure(number: errno))
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
