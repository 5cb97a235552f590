/// Why an element cannot become known to a registry: a mistake of its author.
public struct RegistrationError: Error, CustomStringConvertible {
  /// The declaration at fault.
  public let schema: ElementSchema
  /// What is wrong with it, as the rest of a sentence.
  public let problem: String

  init(_ schema: ElementSchema, _ problem: String) {
    self.schema = schema
    self.problem = problem
  }

  /// The error in a sentence.
  public var description: String { "element <\(schema.name)> of '\(schema.namespace)' \(problem)" }
}

extension ElementSchema {
  /// Throws a `RegistrationError` where a model file could not name the element or one of its attributes.
  func requireWritable() throws(RegistrationError) {
    guard name.isElementName, !name.contains(".") else {
      throw RegistrationError(self, "has no name that XML can have")
    }
    guard !namespace.isEmpty, !namespace.contains(where: { $0.isWhitespace || "<>&\"'".contains($0) }) else {
      throw RegistrationError(self, "has no namespace")
    }
    guard kind != .structure else { throw RegistrationError(self, "gives a file its structure and is not registered") }
    for (index, attribute) in attributes.enumerated() {
      guard attribute.name.isElementName else {
        throw RegistrationError(self, "has an attribute '\(attribute.name)', which is no name that XML can have")
      }
      guard !attributes[..<index].contains(where: { $0.name == attribute.name }) else {
        throw RegistrationError(self, "has the attribute '\(attribute.name)' twice")
      }
      if let value = attribute.defaultValue, !attribute.kind.accepts(value) {
        throw RegistrationError(self, "has a default of '\(attribute.name)' that the attribute does not accept")
      }
    }
  }
}
