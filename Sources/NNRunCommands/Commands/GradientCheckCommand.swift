import NNCommandLine
import NNCore
import NNFiles
import NNKernels
import NNText
import NNTraining

/// `nnrun gradcheck`
enum GradientCheckCommand: Command {
  static let name = "gradcheck"
  static let summary = "compare a model's gradients with central differences"
  static let discussion =
    "In double precision, on random data. Ends with 1 if a gradient differs by more than 1e-6 relative to its array's "
    + "size. Elements where the loss has no derivative that differences can tell, such as relu's at 0, are left out and "
    + "counted."
  static let positionals = [Positional(name: "MODEL.xml", help: "The model file.")]
  static let options = [
    Option("batch", .text("N"), "Samples in the check; 4 unless given."),
    Option("all", "Check every element instead of about 200 of each array."), CommonOptions.seed, CommonOptions.threads,
    CommonOptions.set, CommonOptions.json,
  ]
  static let examples = [(line: "nnrun gradcheck models/mlp.xml", meaning: "Check all gradients of the model.")]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let model = try LoadedModel(arguments, environment)
    guard !model.plan.lossNodes.isEmpty else {
      throw DiagnosticError(
        code: "missing-loss", file: arguments.positionals[0], "the model has no loss, so there is no gradient to check",
        remedy: "end the network with a loss, for instance <squaredError/>")
    }
    let batch = try arguments.integer("batch", 1...100_000) ?? 4
    let options = NetworkOptions(wantsInputGradients: true)
    try NetworkMemory.require(
      model.plan, batch: batch, options: options, scalarSize: MemoryLayout<Double>.size, file: arguments.positionals[0])
    let network = Network<Double>(
      model.plan, batch: batch, options: options, workers: try environment.workers(arguments))
    let seed = try arguments.seed() ?? 1
    network.seed = seed
    network.initialize(seed: seed)
    RandomData.fill(network, seed: seed)
    let results = GradientCheck.run(network, most: arguments.has("all") ? nil : 200)
    let verdict = Verdict(results)
    try printResult(arguments.has("json") ? jsonText(results, verdict) : text(results, verdict), terminator: "")
    return verdict == .wrong ? .no : .done
  }

  /// What a check has shown.
  private enum Verdict {
    case right, wrong
    /// No element could be compared.
    case nothing
    /// There is no array with a gradient.
    case empty

    init(_ results: [GradientCheck.Result]) {
      if results.contains(where: \.isWrong) {
        self = .wrong
      } else if results.contains(where: { $0.compared > 0 }) {
        self = .right
      } else {
        self = results.isEmpty ? .empty : .nothing
      }
    }

    var text: String {
      switch self {
      case .right: "all gradients that could be compared are right"
      case .wrong: "there are wrong gradients"
      case .nothing: "no gradient could be compared: the loss has no finite derivative at this random data"
      case .empty: "there is nothing to compare: no parameter learns, and no input has a gradient"
      }
    }

    /// In JSON: whether the check has passed, or null if there was nothing to compare.
    var json: String {
      switch self {
      case .right: "true"
      case .wrong: "false"
      case .nothing, .empty: "null"
      }
    }
  }

  private static func text(_ results: [GradientCheck.Result], _ verdict: Verdict) -> String {
    var table = TextTable(["array", "compared", "left out", "relative error", ""].map(TextTable.Column.left))
    for result in results {
      var row = [result.name, String(result.compared), String(result.excluded), significant(result.error, 2)]
      if result.isWrong {
        row.append(
          "wrong at \(result.worst.index): backward \(result.worst.backward), difference \(result.worst.difference)")
      } else if result.compared == 0 {
        row.append("nothing could be compared")
      }
      table.add(row)
    }
    let isComplete = results.allSatisfy { $0.excluded == 0 }
    return table.text + (verdict == .right && isComplete ? "all gradients are right" : verdict.text) + "\n"
  }

  private static func jsonText(_ results: [GradientCheck.Result], _ verdict: Verdict) -> String {
    let rows = results.map { result in
      #"{"name":\#(json(result.name)),"compared":\#(result.compared),"excluded":\#(result.excluded),"error":\#(json(result.error))}"#
    }
    return #"{"passed":\#(verdict.json),"arrays":[\#(rows.joined(separator: ","))]}"# + "\n"
  }
}
