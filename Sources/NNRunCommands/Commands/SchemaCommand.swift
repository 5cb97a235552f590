import NNCommandLine
import NNCore
import NNFiles
import NNModel

/// `nnrun schema`
enum SchemaCommand: Command {
  static let name = "schema"
  static let summary = "write the XML Schema of model files, for editors"
  static let discussion =
    "Covers every element that a model may hold, with types, ranges, choices, defaults and explanations, so that an "
    + "editor completes and explains while you type. What relates elements to one another, such as names and shapes, "
    + "'nnrun check' finds."
  static let positionals = [
    Positional(name: "MODEL.xml", help: "Also the layers that this model defines.", isOptional: true)
  ]
  static let options = [
    Option(
      "output", .path("FILE"),
      "The file to write, or the folder when elements come from several namespaces; standard output unless given.")
  ]
  static let examples = [
    (line: "nnrun schema --output nnrun.xsd", meaning: "Write the schema; name it in the settings of your editor."),
    (line: "xmllint --noout --schema nnrun.xsd models/mlp.xml", meaning: "Check a model with another program."),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let registry = try environment.registry(with: arguments.positionals.first)
    let files = SchemaWriter(registry: registry).files()
    guard let output = arguments.text("output") else {
      guard files.count == 1 else {
        throw usageError("there are schemas of \(files.count) namespaces", "name a folder for them with --output")
      }
      try printResult(files[0].text, terminator: "")
      return .done
    }
    if files.count == 1, !Path.isFolder(output), !output.hasSuffix("/") {
      try AtomicFile.write(output, text: files[0].text)
      return .done
    }
    try Path.makeFolder(output)
    for file in files {
      let path = Path.join(output, file.name)
      try AtomicFile.write(path, text: file.text)
      try printResult("\(path): \(file.namespace)")
    }
    return .done
  }
}
