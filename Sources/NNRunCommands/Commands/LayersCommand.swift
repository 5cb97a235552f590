import NNCommandLine
import NNCore
import NNManual
import NNText

/// `nnrun layers`
enum LayersCommand: Command {
  static let name = "layers"
  static let summary = "list what a model file may contain, or explain one element"
  static let positionals = [
    Positional(name: "ELEMENT", help: "The element to explain.", isOptional: true),
    Positional(
      name: "ATTRIBUTE=VALUE", help: "For --plot: what the layer's attributes are.", isOptional: true, repeats: true),
  ]
  static let options = [
    Option("plot", "Draw the curve of an activation or function and that of its derivative."),
    Option("range", .text("FROM:TO"), "What --plot draws; -5:5 unless given."),
    Option("svg", .path("FILE"), "Write the plot as a picture instead."), CommonOptions.json, CommonOptions.threads,
    Option("markdown", "Print the whole reference as Markdown."),
    Option("model", .path("MODEL.xml"), "Also the layers that this model defines."),
  ]
  static let examples = [
    (line: "nnrun layers", meaning: "List every layer, loss, data source, optimizer, schedule … with one line each."),
    (line: "nnrun layers dense", meaning: "Show one element's attributes, formula and an example."),
    (line: "nnrun layers elu --plot alpha=0.5", meaning: "Draw an activation and its derivative in the terminal."),
    (line: "nnrun layers gelu --plot --svg gelu.svg", meaning: "The same as a picture."),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    if arguments.has("markdown") {
      try printResult(ElementReference(registry: environment.registry).markdown, terminator: "")
      return .done
    }
    let registry = try environment.registry(with: arguments.text("model"))
    let schemas = registry.all().map { $0.schema }
    guard let name = arguments.positionals.first else {
      try printResult(
        arguments.has("json") ? "[" + schemas.map(jsonText).joined(separator: ",\n") + "]" : list(schemas))
      return .done
    }
    let found = schemas.filter { $0.name == name }
    guard !found.isEmpty else {
      let here = namesHere(of: name, among: schemas).map { "'\($0)'" }.joined(separator: " or ")
      let near = nearestName(to: name, among: schemas.map(\.name))
      throw DiagnosticError(
        .usage, code: "unknown-element", "there is no element '\(name)'",
        remedy: !here.isEmpty
          ? "it is called \(here) here" : near.map { "did you mean '\($0)'?" } ?? "'nnrun layers' lists them")
    }
    if arguments.has("plot") || arguments.has("svg") {
      let settings = Array(arguments.positionals.dropFirst())
      try LayerPlot(
        name, settings, range: arguments.text("range"), arguments, Environment(registry: registry)
      ).show(arguments)
      return .done
    }
    guard arguments.positionals.count == 1 else {
      throw usageError("there is an argument too many", "attributes go with --plot alone")
    }
    if arguments.has("json") {
      try printResult("[" + found.map(jsonText).joined(separator: ",\n") + "]")
    } else {
      try printResult(found.map(page).joined(separator: "\n\n"))
    }
    return .done
  }

  private static func list(_ schemas: [ElementSchema]) -> String {
    var sections: [String] = []
    for heading in ElementReference.headings {
      let rows = schemas.filter { $0.kind == heading.kind }
      if rows.isEmpty { continue }
      sections.append("\(heading.title):\n" + definitionList(rows.map { ($0.name, $0.summary) }))
    }
    return sections.joined(separator: "\n") + "\n'nnrun layers NAME' explains one of them."
  }

  /// The manual page of an element.
  private static func page(_ schema: ElementSchema) -> String {
    var text = "<\(schema.name)> (\(schema.kind.rawValue))\n\n  \(schema.summary)\n"
    if !schema.formula.isEmpty { text += "\nFormula:\n" + wrapped(schema.formula) }
    if schema.kind == .layer || schema.kind == .loss {
      text += "\nInputs: \(ElementReference.inputs(schema))\n"
    }
    if !schema.allAttributes.isEmpty {
      text += "\nAttributes:\n"
      for attribute in schema.allAttributes {
        let note =
          attribute.isRequired
          ? "required"
          : attribute.defaultValue.map { value in
            let written = attribute.kind.written(value)
            return "default \(written.isEmpty ? "\"\"" : written)"
          } ?? "optional"
        text += "  \(attribute.name): \(attribute.kind.inWords); \(note)\n"
        text += wrap(attribute.documentation, width: 90).map { "      \($0)\n" }.joined()
      }
    }
    text += "\nExample:\n  \(schema.example)\n"
    if !schema.reference.isEmpty { text += "\nReference:\n" + wrapped(schema.reference) }
    return text
  }

  private static func wrapped(_ text: String) -> String {
    wrap(text, width: 96).map { "  \($0)\n" }.joined()
  }

  private static func jsonText(_ schema: ElementSchema) -> String {
    let attributes = schema.allAttributes.map { attribute in
      let value = json(attribute.defaultValue.map { attribute.kind.written($0) })
      return #"{"name":\#(json(attribute.name)),"type":\#(json(attribute.kind.inWords)),"#
        + #""required":\#(attribute.isRequired),"default":\#(value),"documentation":\#(json(attribute.documentation))}"#
    }
    return
      #"{"name":\#(json(schema.name)),"namespace":\#(json(schema.namespace)),"kind":\#(json(schema.kind.rawValue)),"#
      + #""summary":\#(json(schema.summary)),"formula":\#(json(schema.formula)),"reference":\#(json(schema.reference)),"#
      + #""example":\#(json(schema.example)),"attributes":[\#(attributes.joined(separator: ","))]}"#
  }
}
