/// A library in Swift that brings layers and losses. It defines one type of this protocol, called `NNRunPlugin`.
public protocol Plugin {
  /// The library's name.
  static var name: String { get }
  /// Its version, which weights remember.
  static var version: String { get }
  /// The XML namespace of its elements.
  static var namespace: String { get }

  /// Makes its elements known. What it throws is told to the user.
  static func register(into registry: inout Registry) throws
}

/// The call in which a library in Swift registers its elements: made by the program that loads it, carried out by the code
/// that is built into the library.
public struct PluginRegistration {
  /// The elements that are known, those of the library among them afterwards.
  public private(set) var registry: Registry
  /// Who the library is, once it has registered its elements.
  public private(set) var identity: (name: String, version: String, namespace: String)?
  /// What the library threw.
  public private(set) var failure: (any Error)?

  /// A call with the elements that are known.
  public init(_ registry: Registry) { self.registry = registry }

  /// Lets the library register its elements.
  public mutating func run(_ plugin: any Plugin.Type) {
    do {
      try plugin.register(into: &registry)
      identity = (plugin.name, plugin.version, plugin.namespace)
    } catch {
      failure = error
    }
  }
}
