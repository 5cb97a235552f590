import NNCommandLine
import NNCore
import NNManual
import NNModel
import NNText
import NNTraining

/// `nnrun check`
enum CheckCommand: Command {
  static let name = "check"
  static let summary = "find everything that is wrong with a model file"
  static let discussion =
    "Reads the file, infers all shapes and prints every error and warning with its place, also if the machine has too "
    + "little memory for it. No data is opened."
  static let positionals = [Positional(name: "MODEL.xml", help: "The model file.", isOptional: true)]
  static let options = [
    CommonOptions.set, CommonOptions.json,
    Option("expanded", "Print the file with every default filled in."),
    Option("strict", "Treat warnings as errors."),
    Option("explain", .text("CODE"), "Tell more about a kind of message, with examples; --json shows each one's code."),
  ]
  static let examples = [
    (line: "nnrun check models/mlp.xml", meaning: "Say whether the model is sound, and what is not."),
    (line: "nnrun check models/mlp.xml --expanded", meaning: "Show the model with every default filled in."),
    (line: "nnrun check --explain probabilities-twice", meaning: "Tell more about one kind of message."),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    if let code = arguments.text("explain") { return try explain(code) }
    guard !arguments.positionals.isEmpty else {
      throw usageError("MODEL.xml is missing: The model file.", "see 'nnrun check --help'")
    }
    var diagnostics: [Diagnostic]
    var failure: DiagnosticError?
    var loaded: LoadedModel?
    do {
      let model = try LoadedModel(arguments, environment)
      try model.description.checkTraining(model.plan)
      try TrainingMemory(model.plan, model.description).require()
      try HeaderCheck.require(model.plan, model.description)
      diagnostics = model.warnings
      loaded = model
    } catch let error as DiagnosticError where error.kind == .missing {
      return try withoutTable(error, arguments, environment)
    } catch let error as DiagnosticError where error.kind == .invalid {
      diagnostics = error.diagnostics
      failure = error
    }
    let isBad = failure != nil || (arguments.has("strict") && !diagnostics.isEmpty)
    if arguments.has("json") {
      try printResult("[" + diagnostics.map { jsonText($0.forCommandLine) }.joined(separator: ",\n") + "]")
      return isBad ? .invalid : .done
    }
    printMessages(diagnostics)
    if let loaded, arguments.has("expanded") {
      try printResult(ModelWriter.expanded(loaded.description), terminator: "")
    } else if let loaded, !isBad {
      let plan = loaded.plan
      try printResult(
        "\(arguments.positionals[0]): sound; \(plan.definition.nodes.count) layers, "
          + "\(grouped(plan.parameterCount)) parameters")
    }
    return isBad ? .invalid : .done
  }

  /// What can be said of a model whose inputs are as wide as the columns of a table that is missing. Throws `error` for
  /// another model.
  private static func withoutTable(
    _ error: DiagnosticError, _ arguments: Arguments, _ environment: Environment
  ) throws -> ExitCode {
    let path = arguments.positionals[0]
    let description = try ModelLoader(environment).load(path: path, overrides: try arguments.overrides())
    guard !description.columnInputs.isEmpty else { throw error }
    let warning = Diagnostic(
      .warning, code: "unread-columns",
      "the table is not there, so the shapes are not checked: " + (error.diagnostics.first?.message ?? ""),
      place: error.diagnostics.first?.place)
    let isBad = arguments.has("strict")
    if arguments.has("json") {
      try printResult("[" + jsonText(warning.forCommandLine) + "]")
    } else {
      printMessages([warning])
      if arguments.has("expanded") {
        try printResult(ModelWriter.expanded(description), terminator: "")
      } else if !isBad {
        try printResult("\(path): sound as far as can be told without its table")
      }
    }
    return isBad ? .invalid : .done
  }

  /// Prints what a code means.
  private static func explain(_ code: String) throws -> ExitCode {
    guard let explanation = CodeExplanation.of(code) else {
      let codes = CodeExplanation.all.map(\.code)
      throw usageError(
        "there is no kind of message '\(code)'",
        nearestName(to: code, among: codes).map { "did you mean '\($0)'?" } ?? "there are "
          + codes.joined(separator: ", "))
    }
    func indented(_ text: String) -> String {
      text.split(separator: "\n").map { "  \($0)\n" }.joined()
    }
    let text = wrap(explanation.text, width: 98).map { "  \($0)\n" }.joined()
    try printResult(
      "\(code)\n\n\(text)\nWrong:\n\(indented(explanation.wrong))\nRight:\n\(indented(explanation.right))",
      terminator: "")
    return .done
  }

  private static func jsonText(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.place
    return #"{"file":\#(json(place?.file ?? "")),"line":\#(place?.line ?? 0),"column":\#(place?.column ?? 0),"#
      + #""endColumn":\#(place?.endColumn ?? ((place?.column ?? 0) + 1)),"#
      + #""severity":\#(json(diagnostic.severity.rawValue)),"code":\#(json(diagnostic.code)),"#
      + #""message":\#(json(diagnostic.message)),"remedy":\#(json(diagnostic.remedy))}"#
  }
}
