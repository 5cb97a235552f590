/// What an element of a model file stands for: a layer, a data source, an optimizer … It knows its declaration.
public protocol ElementValue: Sendable {
  /// The declaration that it was made by.
  var schema: ElementSchema { get }
}

/// An element whose type has one declaration: the usual way to write one in Swift.
public protocol DeclaredElement: ElementValue {
  /// The declaration.
  static var schema: ElementSchema { get }

  /// The element with the given attributes, which satisfy the declaration. Throws an `ElementError` for what a
  /// declaration cannot express, such as two attributes that exclude each other.
  init(attributes: Attributes) throws
}

extension DeclaredElement {
  /// The type's declaration.
  public var schema: ElementSchema { Self.schema }
}

/// A declaration and the function that makes the element from its attributes.
public struct ElementDeclaration: Sendable {
  /// The declaration.
  public let schema: ElementSchema
  /// The element with the given attributes, which satisfy the declaration. Throws an `ElementError` for what a
  /// declaration cannot express.
  public let make: @Sendable (_ attributes: Attributes) throws -> any ElementValue

  /// A declaration whose elements `make` makes; for elements that become known at run time, such as those of a library
  /// in C. What is made must know the same declaration.
  public init(_ schema: ElementSchema, make: @escaping @Sendable (_ attributes: Attributes) throws -> any ElementValue)
  {
    self.schema = schema
    self.make = make
  }

  /// The declaration of a type.
  public init(_ type: any DeclaredElement.Type) {
    self.init(type.schema) { try type.init(attributes: $0) }
  }

  /// The layer with the given attributes; the rest are filled in. Throws an `ElementError`: an attribute does not
  /// satisfy the declaration, or the element is not a layer.
  package func layer(_ attributes: [String: AttributeValue]) throws -> any Layer {
    guard let layer = try make(Attributes(attributes, for: schema)) as? any Layer else {
      throw ElementError(code: "not-a-layer", "<\(schema.name)> is registered but is not a layer")
    }
    return layer
  }
}

/// What tells elements apart. In different sections one name may mean different things, as `step` does among layers and
/// among schedules.
public struct ElementKey: Hashable, Sendable {
  /// The section of a model file where the element stands.
  public let section: ModelSection
  /// The XML namespace.
  public let namespace: String
  /// The element's name.
  public let name: String

  /// A key.
  public init(section: ModelSection, namespace: String = ElementSchema.standardNamespace, name: String) {
    self.section = section
    self.namespace = namespace
    self.name = name
  }
}

extension ElementSchema {
  /// What tells the element apart from others.
  public var key: ElementKey { ElementKey(section: kind.section, namespace: namespace, name: name) }
}

/// The elements that a program knows: layers, losses, data sources, optimizers … A value that the program fills at
/// start and hands down; there is no global one.
public struct Registry: Sendable {
  private var declarations: [ElementKey: ElementDeclaration] = [:]
  private var order: [ElementKey] = []

  /// A registry that knows nothing.
  public init() {}

  /// Makes the elements of a type known. Throws like `register(_:)` of a declaration.
  public mutating func register(_ type: any DeclaredElement.Type) throws(RegistrationError) {
    try register(ElementDeclaration(type))
  }

  /// Makes an element known.
  ///
  /// Throws a `RegistrationError`: an element of this name, namespace and section is known already, or the declaration
  /// could not be written in a model file.
  public mutating func register(_ declaration: ElementDeclaration) throws(RegistrationError) {
    let schema = declaration.schema
    try schema.requireWritable()
    guard declarations.updateValue(declaration, forKey: schema.key) == nil else {
      throw RegistrationError(schema, "is registered twice")
    }
    order.append(schema.key)
  }

  /// The declaration of the element of that name that belongs in the given section.
  public func declaration(
    of name: String, namespace: String = ElementSchema.standardNamespace, in section: ModelSection
  ) -> ElementDeclaration? {
    declarations[ElementKey(section: section, namespace: namespace, name: name)]
  }

  /// All declarations in the order of registration, or those of the given kinds.
  public func all(_ kinds: ElementKind...) -> [ElementDeclaration] {
    order.compactMap { declarations[$0] }.filter { kinds.isEmpty || kinds.contains($0.schema.kind) }
  }

  /// The namespaces that have elements.
  public var namespaces: Set<String> { Set(order.map(\.namespace)) }
}
