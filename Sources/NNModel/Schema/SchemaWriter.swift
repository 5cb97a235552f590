import NNCore
import NNText

/// Writes XML Schemas (XSD 1.0) of model files from a registry, one for each namespace, so that editors complete and
/// explain while a model is typed.
///
/// A schema says everything about single elements: which there are and where they stand, their attributes with types,
/// ranges, choices and defaults, how many inputs a layer names. What relates elements to one another (names, shapes,
/// blocks and their parameters) only the loader knows.
public struct SchemaWriter: Sendable {
  /// One schema.
  public struct File: Sendable, Hashable {
    /// The namespace that it describes.
    public var namespace: String
    /// The name under which the other schemas refer to it.
    public var name: String
    /// The schema.
    public var text: String
  }

  let schemas: [ElementSchema]
  /// The namespaces that are not the project's own, each with its prefix.
  let others: [(namespace: String, prefix: String)]

  /// A writer for the elements of `registry`.
  public init(registry: Registry) {
    schemas = registry.all().map { $0.schema }
    let foreign = registry.namespaces.filter { $0 != ElementSchema.standardNamespace }.sorted()
    others = foreign.enumerated().map { ($1, "ns\($0 + 1)") }
  }

  /// The schemas: the project's own namespace first, then the others in alphabetical order.
  public func files() -> [File] {
    var files = [
      File(
        namespace: ElementSchema.standardNamespace, name: Self.fileName(ElementSchema.standardNamespace),
        text: standardSchema())
    ]
    for other in others {
      files.append(
        File(namespace: other.namespace, name: Self.fileName(other.namespace), text: foreignSchema(other.namespace)))
    }
    return files
  }

  /// A file name made from a namespace: `urn:acme:layers` becomes `acme-layers.xsd`.
  static func fileName(_ namespace: String) -> String {
    if namespace == ElementSchema.standardNamespace { return "nnrun.xsd" }
    let words = namespace.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init)
    let kept = words.first == "urn" && words.count > 1 ? words.dropFirst() : words[...]
    return (kept.isEmpty ? "other" : kept.joined(separator: "-")) + ".xsd"
  }

  /// The elements that stand in a section, by kind.
  func elements(_ kinds: [ElementKind], namespace: String) -> [ElementSchema] {
    schemas.filter { $0.namespace == namespace && kinds.contains($0.kind) }
  }

  // MARK: The project's own namespace

  private func standardSchema() -> String {
    var text = header(ElementSchema.standardNamespace)
    for other in others {
      text += "  <xs:import namespace=\"\(markupEscaped(other.namespace))\" "
      text += "schemaLocation=\"\(Self.fileName(other.namespace))\"/>\n"
    }
    var types = SchemaTypes()
    var body = """
        <xs:element name="model" type="nn:model.model">
          <xs:unique name="blockNames"><xs:selector xpath="nn:block"/><xs:field xpath="@name"/></xs:unique>
        </xs:element>

      """
    for structure in ModelStructure.all {
      body += structureType(structure, isTemplate: false, &types)
      if Self.hasTemplate(structure) { body += structureType(structure, isTemplate: true, &types) }
    }
    for kind in ElementKind.allCases where kind != .structure {
      body += group(kind, isTemplate: false)
      if kind.section == .network { body += group(kind, isTemplate: true) }
    }
    for schema in schemas where schema.namespace == ElementSchema.standardNamespace {
      body += elementType(schema, isTemplate: false, &types)
      if schema.kind.section == .network { body += elementType(schema, isTemplate: true, &types) }
    }
    return text + body + types.text + "</xs:schema>\n"
  }

  /// Whether a structural element also stands where values may be parameters of a block or the index of a repetition.
  private static func hasTemplate(_ structure: ModelStructure) -> Bool {
    structure.parents.contains { $0 == "block" || $0 == "repeat" }
  }

  private func structureType(_ structure: ModelStructure, isTemplate: Bool, _ types: inout SchemaTypes) -> String {
    let schema = structure.schema
    var text = "  <xs:complexType name=\"\(Self.typeName(schema, isTemplate))\">\n"
    text += Self.annotation(schema, indent: 4)
    if structure.holdsText {
      text += "    <xs:simpleContent>\n      <xs:extension base=\"xs:string\">\n"
      text += attributes(of: schema, isTemplate: isTemplate, indent: 8, &types)
      return text + "      </xs:extension>\n    </xs:simpleContent>\n  </xs:complexType>\n"
    }
    text += content(of: structure)
    text += attributes(of: schema, isTemplate: isTemplate, indent: 4, &types)
    return text + "  </xs:complexType>\n"
  }

  /// What stands inside a structural element.
  private func content(of structure: ModelStructure) -> String {
    let name = structure.schema.name
    // In a block or a repetition, values may be written with parameters.
    let inner = ["block", "repeat", "recurrent"].contains(name)
    let suffix = inner ? ".template" : ""
    if name == "model" {
      let other = structure.children.filter { $0 != "network" }.map { element($0, false) }
      let choice = "    <xs:choice minOccurs=\"0\" maxOccurs=\"unbounded\">\n" + other.joined() + "    </xs:choice>\n"
      return "    <xs:sequence>\n" + choice
        + "      <xs:sequence minOccurs=\"0\">\n" + element("network", false) + choice + "      </xs:sequence>\n"
        + "    </xs:sequence>\n"
    }
    if name == "training" { return trainingContent() }
    guard !structure.children.isEmpty || !structure.kinds.isEmpty else { return "" }
    var text = "    <xs:choice minOccurs=\"0\" maxOccurs=\"unbounded\">\n"
    for child in structure.children { text += element(child, inner) }
    for kind in structure.kinds where !isEmpty(kind) {
      text += "      <xs:group ref=\"nn:\(kind.rawValue)s\(suffix)\"/>\n"
    }
    return text + "    </xs:choice>\n"
  }

  private func isEmpty(_ kind: ElementKind) -> Bool { !schemas.contains { $0.kind == kind } }

  /// At most one optimizer, one schedule and one stopping rule, in any order.
  private func trainingContent() -> String {
    "    <xs:sequence>\n" + inAnyOrder([.optimizer, .schedule, .stopping].filter { !isEmpty($0) }, indent: "      ")
      + "    </xs:sequence>\n"
  }

  /// At most one of each kind, written as a choice of the first with the others behind it: whoever reads the elements
  /// one after the other always knows where it is.
  private func inAnyOrder(_ kinds: [ElementKind], indent: String) -> String {
    guard !kinds.isEmpty else { return "" }
    let choices = kinds.map { kind in
      "\(indent)  <xs:sequence>\n\(indent)    <xs:group ref=\"nn:\(kind.rawValue)s\"/>\n"
        + inAnyOrder(kinds.filter { $0 != kind }, indent: indent + "    ") + "\(indent)  </xs:sequence>\n"
    }
    return "\(indent)<xs:choice minOccurs=\"0\">\n" + choices.joined() + "\(indent)</xs:choice>\n"
  }

  private func element(_ structureName: String, _ isTemplate: Bool) -> String {
    guard let structure = ModelStructure.named(structureName) else { return "" }
    let type = Self.typeName(structure.schema, isTemplate && Self.hasTemplate(structure))
    return "      <xs:element name=\"\(structureName)\" type=\"nn:\(type)\"/>\n"
  }

  /// All elements of a kind, those of other namespaces by reference.
  private func group(_ kind: ElementKind, isTemplate: Bool) -> String {
    guard !isEmpty(kind) else { return "" }
    var text = "  <xs:group name=\"\(kind.rawValue)s\(isTemplate ? ".template" : "")\">\n    <xs:choice>\n"
    for schema in schemas where schema.kind == kind {
      if schema.namespace == ElementSchema.standardNamespace {
        text += "      <xs:element name=\"\(schema.name)\" type=\"nn:\(Self.typeName(schema, isTemplate))\"/>\n"
      } else if let other = others.first(where: { $0.namespace == schema.namespace }) {
        text += "      <xs:element ref=\"\(other.prefix):\(schema.name)\"/>\n"
      }
    }
    return text + "    </xs:choice>\n  </xs:group>\n"
  }

  // MARK: Other namespaces

  /// The elements of another namespace, whose values may everywhere be written with parameters: a schema of its own
  /// cannot tell whether an element stands inside a block.
  private func foreignSchema(_ namespace: String) -> String {
    var types = SchemaTypes()
    var body = ""
    for schema in schemas where schema.namespace == namespace {
      let isTemplate = schema.kind.section == .network
      body += "  <xs:element name=\"\(schema.name)\" type=\"nn:\(Self.typeName(schema, isTemplate))\"/>\n"
      body += elementType(schema, isTemplate: isTemplate, &types)
    }
    return header(namespace) + body + types.text + "</xs:schema>\n"
  }
}
