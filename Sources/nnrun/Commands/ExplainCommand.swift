import NNCommandLine
import NNCore
import NNExplain

/// `nnrun explain`
enum ExplainCommand: Command {
  static let name = "explain"
  static let summary = "show every number of backpropagation through a graph or a formula"
  static let discussion =
    "Runs forward and backward in double precision and prints each value, and at each node the chain rule: upstream "
    + "gradient times local gradient is downstream gradient. A formula may use + - * / ^, parentheses, numbers, names, "
    + "and exp log sin cos tanh sigmoid relu max min abs sqrt. A model must have no loss, and a value for each input."
  static let positionals = [
    Positional(
      name: "MODEL.xml|NAME=VALUE", help: "A model file; or, with --expression, a value for each name.",
      isOptional: true, repeats: true)
  ]
  static let options = [
    Option("expression", .text("FORMULA"), "Explain a formula instead of a model file."),
    Option("output", .text("NAME"), "The layer to start backward from, if the graph has several ends."),
    CommonOptions.seed, CommonOptions.threads, CommonOptions.set, CommonOptions.json,
  ]
  static let examples = [
    (
      line: "nnrun explain --expression '(x + y) * z' x=-2 y=5 z=-4",
      meaning: "The value -12, and the gradients -4, -4 and 3 of x, y and z."
    ),
    (line: "nnrun explain graph.xml --json", meaning: "All numbers of a graph for a script."),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let definition: NetworkDefinition
    let output: NetworkDefinition.Value
    var seed = try arguments.seed()
    if let text = arguments.text("expression") {
      let expression = try Expression(
        text, values: try values(arguments.positionals), registry: environment.registry)
      definition = expression.definition
      output = try self.output(arguments, definition) ?? expression.output
    } else {
      guard arguments.positionals.count == 1 else {
        throw usageError(
          arguments.positionals.isEmpty ? "MODEL.xml is missing" : "there is an argument too many",
          "give one model file, or a formula with --expression")
      }
      let model = try LoadedModel(arguments, environment)
      definition = model.plan.definition
      seed = seed ?? UInt64(clamping: model.description.training?.seed ?? 0)
      try check(model, arguments.positionals[0])
      output = try self.output(arguments, definition) ?? end(definition)
    }
    let explanation = try Explanation(
      definition, output: output, seed: seed ?? 1, workers: try environment.workers(arguments))
    printResult(arguments.has("json") ? explanation.json : explanation.text, terminator: "")
    return .done
  }

  private static func values(_ words: [String]) throws -> [String: Double] {
    var values: [String: Double] = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw usageError("'\(word)' gives no value", "write it as NAME=VALUE, such as x=-2")
      }
      guard let value = Double(parts[1]), value.isFinite else {
        throw usageError("'\(parts[1])' is not a number", "write it as \(parts[0])=1.5")
      }
      guard values.updateValue(value, forKey: String(parts[0])) == nil else {
        throw usageError("'\(parts[0])' is given twice")
      }
    }
    return values
  }

  private static func check(_ model: LoadedModel, _ path: String) throws {
    guard model.plan.lossNodes.isEmpty else {
      throw DiagnosticError(
        code: "has-loss", file: path, "the model has a loss, whose target explain does not know",
        remedy: "take the loss out, or see every number with 'nnrun trace'")
    }
    if let input = model.plan.definition.inputs.first(where: { $0.value == nil }) {
      throw DiagnosticError(
        code: "missing-value", file: path, "the input '\(input.name)' has no value",
        remedy: "give it one, such as value=\"2\"")
    }
  }

  private static func output(
    _ arguments: Arguments, _ definition: NetworkDefinition
  ) throws -> NetworkDefinition.Value? {
    guard let name = arguments.text("output") else { return nil }
    if let value = definition.value(named: name) { return value }
    throw usageError(
      "there is no layer '\(name)'", nearestName(to: name, among: definition.valueNames).map { "did you mean '\($0)'?" }
    )
  }

  /// The layer that nobody reads. Throws if there are several.
  private static func end(_ definition: NetworkDefinition) throws -> NetworkDefinition.Value {
    let read = Set(definition.nodes.flatMap(\.inputs).map(\.origin))
    let ends = definition.nodes.indices.filter { !read.contains(.node($0)) }
    guard ends.count <= 1 else {
      let names = ends.map { definition.nodes[$0].name }.joined(separator: ", ")
      throw usageError("the graph has several ends: \(names)", "choose one with --output NAME")
    }
    return .init(ends.first.map { .node($0) } ?? .input(0))
  }
}
