import NNCore
import NNText

extension SchemaWriter {
  /// The start of a schema; `nn` stands for its own namespace.
  func header(_ namespace: String) -> String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:nn=\"\(markupEscaped(namespace))\""
    if namespace == ElementSchema.standardNamespace {
      for other in others { text += " xmlns:\(other.prefix)=\"\(markupEscaped(other.namespace))\"" }
    }
    return text + " targetNamespace=\"\(markupEscaped(namespace))\" elementFormDefault=\"qualified\">\n"
  }

  /// The name of an element's type. One name may mean different things in different sections.
  static func typeName(_ schema: ElementSchema, _ isTemplate: Bool) -> String {
    "\(schema.kind.section.rawValue).\(schema.name)" + (isTemplate ? ".template" : "")
  }

  /// The type of a registered element.
  func elementType(_ schema: ElementSchema, isTemplate: Bool, _ types: inout SchemaTypes) -> String {
    "  <xs:complexType name=\"\(Self.typeName(schema, isTemplate))\">\n" + Self.annotation(schema, indent: 4)
      + content(of: schema) + attributes(of: schema, isTemplate: isTemplate, indent: 4, &types)
      + "  </xs:complexType>\n"
  }

  /// What stands inside a registered element: the windows of a source that may have some.
  private func content(of schema: ElementSchema) -> String {
    let windows = ModelStructure.windows
    guard schema.kind == .source, schema.namespace == ElementSchema.standardNamespace,
      windows.parents.contains(schema.name)
    else { return "" }
    let type = Self.typeName(windows.schema, false)
    return
      "    <xs:sequence>\n      <xs:element name=\"windows\" type=\"nn:\(type)\" minOccurs=\"0\"/>\n    </xs:sequence>\n"
  }

  /// The declarations of an element's attributes.
  func attributes(of schema: ElementSchema, isTemplate: Bool, indent: Int, _ types: inout SchemaTypes) -> String {
    let space = String(repeating: " ", count: indent)
    var text = ""
    for attribute in schema.allAttributes {
      var type = types.name(attribute.kind, isTemplate: isTemplate)
      if attribute.name == "from", schema.kind == .layer || schema.kind == .loss {
        // What reads nothing has no `from`.
        if schema.inputs.upperBound == 0 { continue }
        if !isTemplate { type = types.names(schema.inputs) }
      }
      text += space + "<xs:attribute name=\"\(attribute.name)\" type=\"\(type)\""
      if attribute.isRequired { text += " use=\"required\"" }
      if let value = attribute.defaultValue {
        text += " default=\"\(markupEscaped(attribute.kind.written(value)))\""
      }
      text += ">\n\(space)  <xs:annotation><xs:documentation xml:lang=\"en\">"
      text += "\(markupEscaped(attribute.documentation))</xs:documentation></xs:annotation>\n\(space)</xs:attribute>\n"
    }
    // The parameters of a block are attributes of its uses; attributes of XML itself may stand anywhere.
    let isOpen = schema.kind == .structure && schema.name == "use"
    let namespaces = (isOpen ? "##local " : "") + "http://www.w3.org/XML/1998/namespace"
    return text + space + "<xs:anyAttribute namespace=\"\(namespaces)\" processContents=\"skip\"/>\n"
  }

  /// What an editor shows of an element.
  static func annotation(_ schema: ElementSchema, indent: Int) -> String {
    var parts = [schema.summary]
    if !schema.formula.isEmpty { parts.append("Formula: \(schema.formula)") }
    if !schema.example.isEmpty { parts.append("Example: \(schema.example)") }
    if !schema.reference.isEmpty { parts.append("Reference: \(schema.reference)") }
    let space = String(repeating: " ", count: indent)
    return "\(space)<xs:annotation><xs:documentation xml:lang=\"en\">"
      + parts.map(markupEscaped).joined(separator: "\n\(space)  ") + "</xs:documentation></xs:annotation>\n"
  }
}
