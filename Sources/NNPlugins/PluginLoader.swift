import NNCore
import NNFiles

/// Loads plug-ins: shared libraries that bring layers and losses.
public enum PluginLoader {
  /// Whether the very library in a file is loaded. Its code is not run.
  package static func isLoaded(_ path: String, in registry: Registry) -> Bool {
    guard !registry.plugins.isEmpty, let bytes = try? FileReading.bytes(path, limit: SharedLibrary.mostBytes) else {
      return false
    }
    let checksum = bytes.withUnsafeBytes { Compression.crc32Digits($0) }
    return registry.plugins.contains { $0.checksum == checksum }
  }

  /// Loads a library and makes its elements known. One that is loaded already stays as it is.
  ///
  /// Loading a library runs its code with the rights of the process: load only what you would run.
  ///
  /// Throws a `DiagnosticError`: the file is missing (66), is no plug-in, describes itself wrongly, was built for another
  /// version, or brings an element that is known already (65).
  ///
  /// - Returns: what tells the library apart.
  @discardableResult
  public static func load(_ path: String, into registry: inout Registry) throws -> PluginIdentity {
    let library = try SharedLibrary(path)
    if let known = registry.plugins.first(where: { $0.checksum == library.checksum }) { return known }
    // A library of which a part is wrong brings nothing.
    var extended = registry
    let identity: PluginIdentity
    do {
      if let symbol = library.symbol(CLibrary.entry) {
        identity = try CLibrary.register(symbol, checksum: library.checksum, into: &extended)
      } else if let symbol = library.symbol(SwiftLibrary.entry) {
        try SwiftLibrary.requireOneCore(library)
        identity = try SwiftLibrary.register(symbol, checksum: library.checksum, into: &extended)
      } else {
        throw library.error(
          "is a library, but not a plug-in: it has neither \(CLibrary.entry) nor \(SwiftLibrary.entry)",
          remedy: "see include/nnrun_layer.h, or begin with a new plug-in")
      }
    } catch let fault as LibraryFault {
      throw library.error("is a plug-in that is not right: \(fault.problem)", remedy: "tell its author")
    }
    extended.note(identity)
    registry = extended
    return identity
  }
}
