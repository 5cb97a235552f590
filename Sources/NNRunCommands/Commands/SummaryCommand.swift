import NNCommandLine
import NNCore
import NNKernels
import NNText
import NNTraining

/// `nnrun summary`
enum SummaryCommand: Command {
  static let name = "summary"
  static let summary = "show a model's layers, shapes, parameters and memory"
  static let positionals = [Positional(name: "MODEL.xml", help: "The model file.")]
  static let options = [
    CommonOptions.set, CommonOptions.json,
    Option("batch", .text("N"), "The batch for which memory is worked out; the model's own unless given."),
  ]
  static let examples = [
    (line: "nnrun summary models/mlp.xml", meaning: "Show the layers, their shapes and their parameters.")
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let model = try LoadedModel(arguments, environment)
    let summary = NetworkSummary(model.plan)
    let batch = try arguments.integer("batch", 1...1_000_000) ?? model.description.training?.batch ?? 32
    let scalar = model.description.precision == .double ? 8 : 4
    let training = NetworkMemory(model.plan, batch: batch, options: NetworkOptions(), scalarSize: scalar)
    let predicting = NetworkMemory(
      model.plan, batch: batch, options: NetworkOptions(isTrained: false), scalarSize: scalar)
    if arguments.has("json") {
      try printResult(jsonText(summary, batch, scalar, training, predicting))
      try TrainingMemory(model.plan, model.description).require()
      return .done
    }
    try printResult(model.description.summary.map { "\(summary.name): \($0)\n" } ?? "\(summary.name)\n")
    try printResult(summary.detailedText(scalarSize: scalar))
    try printResult(
      "memory for batches of \(batch): \(byteText(training.total)) to train (parameters and gradients "
        + "\(byteText(training.parameters)), between the layers \(byteText(training.arena)); optimizer state comes on top), "
        + "\(byteText(predicting.total)) to predict")
    try TrainingMemory(model.plan, model.description).require()
    return .done
  }

  private static func jsonText(
    _ summary: NetworkSummary, _ batch: Int, _ scalarSize: Int, _ training: NetworkMemory, _ predicting: NetworkMemory
  ) -> String {
    let rows = summary.rows.map { row in
      let field = row.receptiveField.map { json($0) } ?? "null"
      return
        #"{"name":\#(json(row.name)),"type":\#(json(row.type)),"inputs":\#(json(row.inputs)),"output":\#(json(row.output.dimensions)),"#
        + #""parameters":\#(row.parameters),"frozen":\#(row.isFrozen),"forwardOperations":\#(row.forwardOperations),"#
        + #""backwardOperations":\#(row.backwardOperations),"outputBytes":\#(Count.product(scalarSize, row.output.elementCount)),"#
        + #""receptiveField":\#(field)}"#
    }
    return #"{"name":\#(json(summary.name)),"parameters":\#(summary.parameters),"#
      + #""forwardOperations":\#(summary.forwardOperations),"backwardOperations":\#(summary.backwardOperations),"#
      + #""batch":\#(batch),"trainingBytes":\#(training.total),"predictionBytes":\#(predicting.total),"#
      + "\"layers\":[\n" + rows.joined(separator: ",\n") + "]}"
  }
}
