/// What tells a plug-in's library apart from another one. It is stored with the weights of nets that use its elements.
public struct PluginIdentity: Sendable, Hashable {
  /// The library's name.
  public let name: String
  /// Its version, as it says itself.
  public let version: String
  /// The XML namespace of its elements.
  public let namespace: String
  /// A checksum of the library's file.
  public let checksum: String

  /// An identity.
  public init(name: String, version: String, namespace: String, checksum: String) {
    self.name = name
    self.version = version
    self.namespace = namespace
    self.checksum = checksum
  }
}

extension Registry {
  /// Throws a `DiagnosticError` unless all plug-ins that a file was made with are loaded, the very same ones: another
  /// library may compute something else under the same names.
  ///
  /// - Parameter file: the file that was made with them.
  package func requirePlugins(_ needed: [PluginIdentity], file: String) throws(DiagnosticError) {
    for plugin in needed where !plugins.contains(plugin) {
      let what = "plug-in '\(plugin.name)' \(plugin.version) (checksum \(plugin.checksum))"
      guard let other = plugins.first(where: { $0.namespace == plugin.namespace }) else {
        throw DiagnosticError(
          code: "plugin-missing", file: file, "was made with the \(what), which is not loaded")
      }
      throw DiagnosticError(
        code: "plugin-other", file: file,
        "was made with the \(what), but version \(other.version) (checksum \(other.checksum)) is loaded")
    }
  }
}
