import NNCore
import NNFormulas
import NNText

extension ModelWriter {
  /// A net that was built in code as a model file, which loads to the same net.
  ///
  /// A layer is written by the attributes that make it: they are found from its members, and make the very same value.
  ///
  /// - Parameter registry: must know the layers.
  /// - Throws: a `DiagnosticError` for a layer that is not registered, or that no attributes make.
  public static func text(of definition: NetworkDefinition, registry: Registry) throws(DiagnosticError) -> String {
    var writer = NetworkWriter(definition, registry)
    for input in definition.inputs { writer.write(input) }
    for node in definition.nodes { try writer.write(node) }
    return writer.whole
  }
}

/// The text of a model file around a net that was built in code.
private struct NetworkWriter {
  private let definition: NetworkDefinition
  private let registry: Registry
  private var prefixes: [String: String] = [:]
  private var definitions: [LayerDefinition] = []
  private var body = ""

  init(_ definition: NetworkDefinition, _ registry: Registry) {
    self.definition = definition
    self.registry = registry
  }

  var whole: String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<model xmlns=\"\(ElementSchema.standardNamespace)\""
    for (namespace, prefix) in prefixes.sorted(by: { $0.value < $1.value }) {
      text += Self.attribute("xmlns:\(prefix)", namespace)
    }
    if let name = definition.name.asElementName { text += Self.attribute("name", name) }
    text += ">\n"
    for definition in definitions { text += ModelWriter.text(of: definition) }
    return text + "  <network>\n" + body + "  </network>\n</model>\n"
  }

  mutating func write(_ input: NetworkDefinition.Input) {
    body += "    <input" + Self.attribute("name", input.name) + Self.attribute("shape", input.shape.description)
    if let value = input.value { body += Self.attribute("value", AttributeValue.numbers(value).written) }
    if input.hasLength { body += Self.attribute("length", "varying") }
    if let entries = input.entries {
      body += Self.attribute("kind", "index") + Self.attribute("entries", String(entries))
    }
    body += "/>\n"
  }

  mutating func write(_ node: NetworkDefinition.Node) throws(DiagnosticError) {
    let schema = node.layer.schema
    body += "    <" + prefix(of: schema.namespace) + schema.name + Self.attribute("name", node.name)
    if !node.inputs.isEmpty {
      body += Self.attribute("from", node.inputs.map(definition.name(of:)).joined(separator: " "))
    }
    let values = try attributes(of: node)
    for attribute in schema.attributes {
      if let value = values[attribute.name] { body += Self.attribute(attribute.name, attribute.kind.written(value)) }
    }
    if let target = node.target, target != "label" { body += Self.attribute("target", target) }
    if node.isLoss, node.lossWeight != 1 {
      body += Self.attribute("weight", AttributeValue.number(node.lossWeight).written)
    }
    if node.isFrozen { body += Self.attribute("freeze", "true") }
    if node.rateScale != 1 { body += Self.attribute("rateScale", AttributeValue.number(node.rateScale).written) }
    if let shared = node.sharedWith { body += Self.attribute("share", definition.nodes[shared].name) }
    body += "/>\n"
  }

  private mutating func attributes(
    of node: NetworkDefinition.Node
  ) throws(DiagnosticError) -> [String: AttributeValue] {
    let schema = node.layer.schema
    if let layer = node.layer as? DefinedLayer {
      let known = definitions.first { $0.name == schema.name }
      guard known == nil || known == layer.definition else {
        throw DiagnosticError(
          code: "unwritable-layer",
          "the layer '\(node.name)' cannot be written: another formula is called <\(schema.name)> too",
          remedy: "give the definitions different names")
      }
      if known == nil { definitions.append(layer.definition) }
      return layer.numbers.mapValues { .number($0) }
    }
    guard let known = registry.declaration(of: schema.name, namespace: schema.namespace, in: .network) else {
      throw DiagnosticError(
        code: "unwritable-layer", "the layer '\(node.name)' cannot be written: no <\(schema.name)> is registered",
        remedy: "register its type")
    }
    var entries: Int?
    for value in node.inputs {
      if case .input(let index) = value.origin, entries == nil { entries = definition.inputs[index].entries }
    }
    guard let values = AttributeSearch(node.layer, known, entries: entries).attributes() else {
      throw DiagnosticError(
        code: "unwritable-layer",
        "the layer '\(node.name)' cannot be written: no attributes of <\(schema.name)> make the same layer again",
        remedy: "make it of attributes, by its declaration, and let its members say what they are")
    }
    return values
  }

  private mutating func prefix(of namespace: String) -> String {
    guard namespace != ElementSchema.standardNamespace else { return "" }
    let prefix = prefixes[namespace] ?? "ns\(prefixes.count + 1)"
    prefixes[namespace] = prefix
    return prefix + ":"
  }

  private static func attribute(_ name: String, _ value: String) -> String { " \(name)=\"\(markupEscaped(value))\"" }
}
