import NNCore
import NNFiles

/// Loads plug-ins: shared libraries that bring layers, losses and, those in Swift, anything else that a model may name.
public enum PluginLoader {
  /// Loads a library and makes its elements known.
  ///
  /// Loading a library runs its code with the rights of the process: load only what you would run.
  ///
  /// Throws a `DiagnosticError`: the file is missing (66), is no plug-in, describes itself wrongly, was built for another
  /// version, or brings an element that is known already (65).
  public static func load(_ path: String, into registry: inout Registry) throws {
    let library = try SharedLibrary(path)
    // A library of which a part is wrong brings nothing.
    var extended = registry
    do {
      if let symbol = library.symbol(CLibrary.entry) {
        try CLibrary.register(symbol, checksum: hexadecimal(library.checksum), into: &extended)
      } else if let symbol = library.symbol(SwiftLibrary.entry) {
        try SwiftLibrary.requireOneCore(library)
        try SwiftLibrary.register(symbol, checksum: hexadecimal(library.checksum), into: &extended)
      } else {
        throw library.error(
          "is a library, but not a plug-in: it has neither \(CLibrary.entry) nor \(SwiftLibrary.entry)",
          remedy: "see include/nnrun_layer.h, or begin with a new plug-in")
      }
    } catch let fault as LibraryFault {
      throw library.error("is a plug-in that is not right: \(fault.problem)", remedy: "tell its author")
    }
    registry = extended
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
