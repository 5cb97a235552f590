import NNCore

/// A library in Swift. It shares all types with the program that loads it, whose symbols it uses; which program it was
/// built for, a symbol of `swiftInterface` says.
enum SwiftLibrary {
  /// The function that `nnrun plugin build` adds to it.
  static let entry = "nnrun_swift_plugin"

  /// Throws a `DiagnosticError` if the library has the core linked in: its layers would conform to protocols of its own.
  static func requireOneCore(_ library: SharedLibrary) throws {
    guard library.symbol("$s6NNCore8RegistryVN") != nil else { return }
    throw library.error(
      "brings a second copy of the core, so this program would not know its layers",
      remedy: "link nothing of nnrun")
  }

  /// Lets it register its elements. Throws a `LibraryFault`: what it throws, or an identity that is none.
  static func register(
    _ symbol: UnsafeMutableRawPointer, checksum: String, into registry: inout Registry
  ) throws(LibraryFault) -> PluginIdentity {
    typealias Entry = @convention(c) (UnsafeMutableRawPointer) -> Void
    let entry = unsafeBitCast(symbol, to: Entry.self)
    var call = PluginRegistration(registry)
    withUnsafeMutablePointer(to: &call) { entry(UnsafeMutableRawPointer($0)) }
    if let failure = call.failure { throw LibraryFault("registering its elements failed: \(failure)") }
    guard let identity = call.identity, !identity.name.isEmpty, !identity.version.isEmpty, !identity.namespace.isEmpty
    else { throw LibraryFault("it does not say its name, version and namespace") }
    guard identity.namespace != ElementSchema.standardNamespace else {
      throw LibraryFault("its namespace is nnrun's own, \(identity.namespace)")
    }
    registry = call.registry
    return PluginIdentity(
      name: identity.name, version: identity.version, namespace: identity.namespace, checksum: checksum)
  }
}
