import NNCommandLine
import NNCore
import NNModel

/// `nnrun check`
enum CheckCommand: Command {
  static let name = "check"
  static let summary = "find everything that is wrong with a model file"
  static let discussion =
    "Reads the file, infers all shapes and prints every error and warning with its place. No data is opened."
  static let positionals = [Positional(name: "MODEL.xml", help: "The model file.")]
  static let options = [
    CommonOptions.set, CommonOptions.json,
    Option("expanded", "Print the file with every default filled in."),
    Option("strict", "Treat warnings as errors."),
  ]
  static let examples = [
    (line: "nnrun check models/mlp.xml", meaning: "Say whether the model is sound, and what is not."),
    (line: "nnrun check models/mlp.xml --expanded", meaning: "Show the model with every default filled in."),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    var diagnostics: [Diagnostic]
    var failure: DiagnosticError?
    var loaded: LoadedModel?
    do {
      let model = try LoadedModel(arguments, environment)
      diagnostics = model.warnings
      loaded = model
    } catch let error as DiagnosticError where error.kind == .invalid {
      diagnostics = error.diagnostics
      failure = error
    }
    let isBad = failure != nil || (arguments.has("strict") && !diagnostics.isEmpty)
    if arguments.has("json") {
      printResult("[" + diagnostics.map(jsonText).joined(separator: ",\n") + "]")
      return isBad ? .invalid : .done
    }
    for diagnostic in diagnostics { printMessage(diagnostic.rendered) }
    if let loaded, arguments.has("expanded") {
      printResult(ModelWriter.expanded(loaded.description), terminator: "")
    } else if let loaded, !isBad {
      let plan = loaded.plan
      printResult(
        "\(arguments.positionals[0]): sound; \(plan.definition.nodes.count) layers, "
          + "\(grouped(plan.parameterCount)) parameters")
    }
    return isBad ? .invalid : .done
  }

  private static func jsonText(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.place
    return #"{"file":\#(json(place?.file ?? "")),"line":\#(place?.line ?? 0),"column":\#(place?.column ?? 0),"#
      + #""endColumn":\#(place?.endColumn ?? ((place?.column ?? 0) + 1)),"#
      + #""severity":\#(json(diagnostic.severity.rawValue)),"code":\#(json(diagnostic.code)),"#
      + #""message":\#(json(diagnostic.message)),"remedy":\#(diagnostic.remedy.map { json($0) } ?? "null")}"#
  }
}
