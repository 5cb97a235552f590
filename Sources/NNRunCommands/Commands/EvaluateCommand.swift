import NNCommandLine
import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNTraining

/// `nnrun evaluate`
enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "measure how well saved weights do on labelled data"
  static let positionals = [Positional(name: "WEIGHTS", help: "The weights that a training wrote.")]
  static let options = [
    Option(
      "data", .path("FILE"),
      "The samples: csv, tsv, npy, npz or IDX, also with .gz; or a folder of pictures, one folder for each class."),
    Option(
      "label", .text("COLUMN"),
      "The column of the right answer in a table; unless given, the one that it was in the training set."),
    Option("labels", .path("FILE"), "The file of right answers, for npy and IDX."),
    Option("top", .text("K"), "Also the share of samples whose class is among the K highest scores."),
    Option("single-view", "Look at each picture as it is, even if the model has <views>."),
    Option("details", "Also every metric, those of each class or output, and the confusion matrix."),
    Option(
      "require", .text("METRIC=VALUE"),
      "End with 1 unless the result is as good, as in accuracy=0.97, or colour.auc=0.9 for the head 'colour'."),
    CommonOptions.threads, CommonOptions.json, CommonOptions.verbose,
  ]
  static let examples = [
    (
      line: "nnrun evaluate runs/mlp/weights.safetensors --data models/data/digits/test.csv.gz",
      meaning: "Print loss and accuracy on the test set."
    ),
    (
      line: "nnrun evaluate runs/mlp/weights.safetensors --data models/data/digits/test.csv.gz --details",
      meaning: "Show which digits are taken for which."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    guard let data = arguments.text("data") else {
      throw usageError("--data is missing: the samples to evaluate on", "see 'nnrun evaluate --help'")
    }
    let requirement = try arguments.text("require").map { try Requirement($0) }
    let model = try SavedModel(path: arguments.positionals[0], registry: environment.registry)
    guard !model.plan.lossNodes.isEmpty else {
      throw DiagnosticError(
        code: "missing-loss", file: arguments.positionals[0], "the model has no loss to evaluate with")
    }
    let workers = try environment.workers(arguments)
    let context = SourceContext(
      folder: ".", classes: model.classNames, labelForm: model.plan.targets["label"], record: model.record.source,
      ignoredLabels: model.plan.ignoredLabels, isDouble: model.description.precision == .double, workers: workers)
    let samples = try LabelledInput.read(
      data, labels: arguments.text("labels"), label: arguments.text("label"), context, pictures: model.pictures)
    arguments.report(samples)
    if arguments.has("details") { try EvaluationText.checkDetails(model.plan) }
    let needed = requirement?.detail ?? .sums
    let detail = arguments.has("details") || arguments.has("json") ? .predictions : needed
    let evaluation: Evaluation
    switch model.description.precision {
    case .float: evaluation = try evaluate(Float.self, model, samples, arguments, workers, detail)
    case .double: evaluation = try evaluate(Double.self, model, samples, arguments, workers, detail)
    }
    if arguments.has("json") {
      try printResult(EvaluationText.jsonText(evaluation, details: arguments.has("details")))
    } else {
      try printResult(EvaluationText.short(evaluation))
      if arguments.has("details") {
        try printResult(EvaluationText.details(evaluation, model.classNames), terminator: "")
      }
    }
    return try Requirement.verdict(evaluation, requirement)
  }

  private static func evaluate<S: Scalar>(
    _ type: S.Type, _ model: SavedModel, _ samples: Dataset, _ arguments: Arguments, _ workers: WorkerPool,
    _ detail: Evaluation.Detail
  ) throws -> Evaluation {
    let batch = min(256, samples.count)
    let options = NetworkOptions(isTrained: false)
    // The parameters are read into memory of their own first.
    try NetworkMemory.require(
      model.plan, batch: batch, options: options, scalarSize: MemoryLayout<S>.size,
      extra: MemoryLayout<S>.size * model.plan.parameterSpan, file: arguments.positionals[0])
    let network = Network<S>(model.plan, batch: batch, options: options, workers: workers)
    let (parameters, state) = try model.arrays(type)
    network.parameters.copy(from: parameters.buffer)
    network.state.copy(from: state.buffer)
    return try NNTraining.evaluate(
      network, on: samples, preprocessing: model.preprocessing, views: arguments.has("single-view") ? nil : model.views,
      topCount: try arguments.integer("top", 1...1_000_000) ?? 0, detail: detail)
  }
}
