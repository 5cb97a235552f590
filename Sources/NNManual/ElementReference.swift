import NNCore
import NNModel

/// The reference of everything that a model file may hold, made from the declarations.
public struct ElementReference: Sendable {
  /// The kinds of elements with their headings, in the order in which the manual shows them.
  public static let headings: [(kind: ElementKind, title: String)] = [
    (.layer, "Layers"), (.loss, "Losses"), (.source, "Data sources"), (.column, "Columns of tables"),
    (.preprocessing, "Preprocessing"),
    (.augmentation, "Augmentation"), (.optimizer, "Optimizers"), (.schedule, "Schedules of the learning rate"),
    (.stopping, "Stopping rules"),
  ]

  private let schemas: [ElementSchema]

  /// The reference of the elements of `registry`.
  public init(registry: Registry) { schemas = registry.all().map { $0.schema } }

  /// The reference as Markdown.
  public var markdown: String {
    var text = """
      # Reference

      Everything that a model file may hold. This page is written by `nnrun layers --markdown`; a test fails when it is
      not what the program says.

      ## Structure

      """
    for structure in ModelStructure.all { text += "\n" + Self.section(structure.schema, structure.parents) }
    for heading in Self.headings {
      let chosen = schemas.filter { $0.kind == heading.kind }
      if chosen.isEmpty { continue }
      text += "\n## \(heading.title)\n"
      switch heading.kind {
      case .layer:
        text += "\nEvery layer may also carry:\n\n" + Self.table(ElementSchema.layerAttributes)
      case .loss:
        text += "\nEvery loss may also carry:\n\n" + Self.table(ElementSchema.lossAttributes)
      case .source:
        text +=
          "\nEvery source may also carry, unless it says otherwise:\n\n" + Self.table(ElementSchema.sourceAttributes)
      default: break
      }
      for schema in chosen { text += "\n" + Self.section(schema, []) }
    }
    return text
  }

  private static func section(_ schema: ElementSchema, _ parents: [String]) -> String {
    var text = "### `<\(schema.name)>`\n\n\(escaped(schema.summary))\n"
    if schema.namespace != ElementSchema.standardNamespace { text += "\nNamespace: `\(schema.namespace)`\n" }
    if !parents.isEmpty { text += "\nStands in " + parents.map { "`<\($0)>`" }.joined(separator: ", ") + ".\n" }
    if !schema.formula.isEmpty { text += "\nFormula: `\(schema.formula.replacing("`", with: "'"))`\n" }
    if schema.kind == .layer || schema.kind == .loss, schema.inputs != 1...1 {
      text += "\nInputs: \(inputs(schema))\n"
    }
    if !schema.attributes.isEmpty { text += "\n" + table(schema.attributes) }
    text += "\n```xml\n\(schema.example)\n```\n"
    if !schema.reference.isEmpty { text += "\nReference: \(escaped(schema.reference))\n" }
    return text
  }

  private static func table(_ attributes: [AttributeSchema]) -> String {
    var text = "| attribute | value | default | meaning |\n|---|---|---|---|\n"
    for attribute in attributes {
      let value =
        attribute.isRequired ? "required" : attribute.defaultValue.map { "`\(attribute.kind.written($0))`" } ?? ""
      text += "| `\(attribute.name)` | \(cell(attribute.kind.inWords)) | \(cell(value)) | "
      text += "\(cell(attribute.documentation)) |\n"
    }
    return text
  }

  /// How many values a layer reads, in words.
  public static func inputs(_ schema: ElementSchema) -> String {
    let (least, most) = (schema.inputs.lowerBound, schema.inputs.upperBound)
    return least == most ? "\(least)" : most == .max ? "\(least) or more" : "\(least) to \(most)"
  }

  private static func cell(_ text: String) -> String { escaped(text).replacing("|", with: "\\|") }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("*", with: "\\*").replacing(
      "_", with: "\\_")
  }
}

extension AttributeKind {
  /// What an attribute of this kind holds, for the manual.
  public var inWords: String {
    switch self {
    case .boolean: "true or false"
    case .integer(let range): "whole number, \(Self.words(range))"
    case .number(let range): range.description.isEmpty ? "number" : "number, \(range)"
    case .text: "text"
    case .name: "name"
    case .names: "names"
    case .choice(let words): words.joined(separator: " | ")
    case .shape: "shape such as 3x32x32"
    case .shapeOrWord(let words): "shape such as 3x32x32, or \(words.joined(separator: " | "))"
    case .pair(let range): "one whole number or two joined by x, \(Self.words(range))"
    case .integerOrWord(let range, let choices):
      "whole number, \(Self.words(range)), or \(choices.joined(separator: " | "))"
    case .pairOrWord(let range, let choices):
      "one whole number or two joined by x, \(Self.words(range)), or \(choices.joined(separator: " | "))"
    case .integers(let range): "whole numbers, \(Self.words(range))"
    case .numbers: "numbers"
    case .words: "words"
    case .path: "path, relative to the model file"
    }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }
}
