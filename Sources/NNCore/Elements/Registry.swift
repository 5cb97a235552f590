/// Anything that a model file can name: it declares itself as data and is made from its attributes.
public protocol DeclaredElement: Sendable {
  /// The declaration.
  static var schema: ElementSchema { get }

  /// The element with the given attributes, which satisfy the declaration. Throws an `ElementError` for what a
  /// declaration cannot express, such as two attributes that exclude each other.
  init(attributes: Attributes) throws
}

/// The elements that a program knows: layers, losses, data sources, optimizers … A value that the program fills at
/// start and hands down; there is no global one.
public struct Registry: Sendable {
  private struct Key: Hashable, Sendable {
    var section: ModelSection
    var namespace: String
    var name: String
  }

  private var types: [Key: any DeclaredElement.Type] = [:]
  private var order: [Key] = []

  /// A registry that knows nothing.
  public init() {}

  /// Makes an element known. Registering two elements of one name, namespace and section is a mistake of the program;
  /// in different sections one name may mean different things, as `step` does among layers and among schedules.
  public mutating func register(_ type: any DeclaredElement.Type) {
    let schema = type.schema
    let key = Key(section: schema.kind.section, namespace: schema.namespace, name: schema.name)
    precondition(types[key] == nil, "element <\(key.name)> of \(key.namespace) is registered twice")
    types[key] = type
    order.append(key)
  }

  /// The element of that name that belongs in the given section.
  public func type(
    named name: String, namespace: String = ElementSchema.standardNamespace, in section: ModelSection
  ) -> (any DeclaredElement.Type)? {
    types[Key(section: section, namespace: namespace, name: name)]
  }

  /// All elements in the order of registration, or those of the given kinds.
  public func all(_ kinds: ElementKind...) -> [any DeclaredElement.Type] {
    order.compactMap { types[$0] }.filter { kinds.isEmpty || kinds.contains($0.schema.kind) }
  }

  /// The namespaces that have elements.
  public var namespaces: Set<String> { Set(order.map(\.namespace)) }
}
