import NNCore

/// What a layer says of itself to people: the manual, the schema and messages are made of it.
enum PluginDocumentation {
  /// What is missing or wrong.
  static func problems(_ schema: ElementSchema) -> [String] {
    var problems: [String] = []
    if !schema.summary.hasSuffix(".") { problems.append("the summary is no sentence: it does not end with a point") }
    if schema.formula.isEmpty { problems.append("there is no formula") }
    if !schema.example.hasPrefix("<") || !schema.example.contains(":" + schema.name) {
      problems.append("the example '\(schema.example)' does not show <p:\(schema.name)> with a prefix")
    }
    for attribute in schema.attributes where !attribute.documentation.hasSuffix(".") {
      problems.append("the documentation of '\(attribute.name)' is no sentence")
    }
    for (name, text) in given(schema.example) where !["name", "from", "target", "weight"].contains(name) {
      guard let attribute = schema.attribute(name) else {
        problems.append("the example gives '\(name)', which the layer does not have")
        continue
      }
      if (try? attribute.kind.parse(text)) == nil { problems.append("the example's \(name)=\"\(text)\" does not fit") }
    }
    return problems
  }

  /// The layer's own attributes that its example gives.
  static func attributes(_ schema: ElementSchema) -> [String: AttributeValue] {
    var values: [String: AttributeValue] = [:]
    for (name, text) in given(schema.example) {
      guard let attribute = schema.attributes.first(where: { $0.name == name }) else { continue }
      values[name] = try? attribute.kind.parse(text)
    }
    return values
  }

  /// The attributes of an example such as `<p:swish beta="1.5"/>`, as they are written.
  private static func given(_ example: String) -> [(name: String, text: String)] {
    let parts = example.split(separator: "\"", omittingEmptySubsequences: false)
    var found: [(name: String, text: String)] = []
    for index in stride(from: 0, to: parts.count - 1, by: 2) {
      guard let name = parts[index].dropLast().split(separator: " ").last, parts[index].hasSuffix("=") else { continue }
      found.append((String(name), String(parts[index + 1])))
    }
    return found
  }
}
