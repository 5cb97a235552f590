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
