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
  static let positionals = [
    Positional(name: "WEIGHTS", help: "The weights that a training wrote, or its run folder.")
  ]
  static let options = [
    Option(
      "data", .path("FILE"),
      "The samples: csv, tsv, npy, npz, IDX or ts, also with .gz; or a folder of pictures or texts, one folder for each class. Unless "
        + "given, the model's own test set, as the run's folder has it, or the validation set."),
    Option("role", .text("ROLE"), "Which of the model's own sets, in place of --data: test, validation or train."),
    Option(
      "label", .text("COLUMN"),
      "The column of the right answer in a table; unless given, the one that it was in the training set."),
    Option("labels", .path("FILE"), "The file of right answers, for npy and IDX."), CommonOptions.lengths,
    Option("top", .text("K"), "Also the share of samples whose class is among the K highest scores."),
    Option("single-view", "Look at each picture as it is, even if the model has <views>."),
    Option("details", "Also every metric, those of each class or output, and the confusion matrix."),
    Option(
      "importance",
      "Also by how much the result gets worse when a column is exchanged among the samples, for each column."),
    Option(
      "require", .text("METRIC=VALUE"),
      "End with 1 unless the result is as good, as in accuracy=0.97, or colour.auc=0.9 for the head 'colour'."),
    Option("seed", .text("N"), "Seed by which --importance exchanges; 1 unless given."), CommonOptions.distributed,
    CommonOptions.timeout, CommonOptions.threads,
    CommonOptions.json, CommonOptions.verbose,
  ]
  static let examples = [
    (line: "nnrun evaluate runs/mlp", meaning: "Print loss and accuracy on the model's own test set."),
    (
      line: "nnrun evaluate runs/mlp/weights.safetensors --data models/data/digits/test.csv.gz",
      meaning: "Print loss and accuracy on the test set."
    ),
    (
      line: "nnrun evaluate runs/penguins --importance", meaning: "Show which columns of a table the net relies on."
    ),
    (
      line: "nnrun evaluate runs/mlp/weights.safetensors --data models/data/digits/test.csv.gz --details",
      meaning: "Show which digits are taken for which."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    try ProcessGroup.run(arguments) { group in
      let task = try group?.together { try Task(arguments, environment, group) } ?? Task(arguments, environment, nil)
      if group?.isFirst ?? true { arguments.report(task.samples) }
      if let group {
        try group.together { try RunAgreement([task.model], [task.samples], arguments).require(group) }
      }
      let found: (Evaluation, PermutationImportance?)?
      switch task.model.description.precision {
      case .float: found = try evaluate(Float.self, task, arguments, group)
      case .double: found = try evaluate(Double.self, task, arguments, group)
      }
      guard let (evaluation, importance) = found else { return .done }
      return try group?.ending { try show(evaluation, importance, task, arguments) }
        ?? show(evaluation, importance, task, arguments)
    }
  }

  private static func show(
    _ evaluation: Evaluation, _ importance: PermutationImportance?, _ task: Task, _ arguments: Arguments
  ) throws -> ExitCode {
    if arguments.has("json") {
      let members = importance.map { "," + EvaluationText.jsonMembers($0) } ?? ""
      try printResult(evaluation.json(details: arguments.has("details")).dropLast() + members + "}")
    } else {
      try printResult(EvaluationText.short(evaluation))
      if arguments.has("details") {
        try printResult(EvaluationText.details(evaluation, task.model.classNames), terminator: "")
      }
      if let importance { try printResult(EvaluationText.table(importance), terminator: "") }
    }
    return try Requirement.verdict(evaluation, task.requirement)
  }

  /// What the command line asks for, with everything read.
  private struct Task {
    let model: SavedModel
    let samples: Dataset
    let requirement: Requirement?
    let detail: Evaluation.Detail
    let topCount: Int
    let workers: WorkerPool
    /// Test-time augmentation; nil for each picture as it is.
    let views: TestTimeAugmentation?

    init(_ arguments: Arguments, _ environment: Environment, _ group: ProcessGroup?) throws {
      if arguments.has("seed"), !arguments.has("importance") {
        throw usageError("--seed goes with --importance, which alone draws random numbers")
      }
      if group != nil, arguments.has("importance") {
        throw usageError("--importance goes without --distributed", "run it on one process")
      }
      let run = SavedRun(arguments.positionals[0])
      requirement = try arguments.text("require").map { try Requirement($0) }
      model = try SavedModel(path: run.weights, registry: environment.registry)
      guard !model.plan.lossNodes.isEmpty else {
        throw DiagnosticError(
          code: "missing-loss", file: run.weights, "the model has no loss to evaluate with")
      }
      try requirement?.check(model.plan)
      workers = try group?.workers(arguments, environment) ?? environment.workers(arguments)
      samples = try EvaluateCommand.samples(model, run, arguments, environment, workers)
      if arguments.has("details") { try EvaluationText.checkDetails(model.plan) }
      let needed = requirement?.detail ?? .sums
      detail = arguments.has("details") || arguments.has("json") ? .predictions : needed
      topCount = try arguments.integer("top", 1...1_000_000) ?? 0
      views = arguments.has("single-view") ? nil : model.views
      if group != nil, views != nil {
        throw usageError("<views> of a model go without --distributed", "look at each picture as it is: --single-view")
      }
    }
  }

  /// The samples of `--data`, or of the model's own data.
  fileprivate static func samples(
    _ model: SavedModel, _ run: SavedRun, _ arguments: Arguments, _ environment: Environment, _ workers: WorkerPool
  ) throws -> Dataset {
    guard let data = arguments.text("data") else {
      if let option = ["label", "labels", "lengths"].first(where: arguments.has) {
        throw usageError("--\(option) says what is in --data, which is missing")
      }
      return try run.samples(role: arguments.text("role"), model, environment, workers)
    }
    if arguments.has("role") {
      throw usageError("--role names a part of the model's own data; --data gives other data")
    }
    var context = SourceContext(
      folder: ".", classes: model.classNames, labelForm: model.plan.targets["label"], record: model.record.source,
      ignoredLabels: model.plan.ignoredLabels, isDouble: model.description.precision == .double, workers: workers)
    context.labelsPerStep = model.plan.hasLabelsPerStep
    return try LabelledInput.read(
      data, labels: arguments.text("labels"), lengths: arguments.text("lengths"), label: arguments.text("label"),
      context, pictures: model.pictures)
  }

  /// nil in a process that is not the first.
  private static func evaluate<S: Scalar>(
    _ type: S.Type, _ task: Task, _ arguments: Arguments, _ group: ProcessGroup?
  ) throws -> (Evaluation, PermutationImportance?)? {
    func loaded() throws -> Network<S> { try restored(type, task) }
    let network = try group?.together(loaded) ?? loaded()
    let (model, samples) = (task.model, task.samples)
    let found: Evaluation?
    if let group {
      found = try evaluateShared(
        network, on: samples, preprocessing: model.preprocessing, topCount: task.topCount, detail: task.detail,
        group.collectives)
    } else {
      found = try NNTraining.evaluate(
        network, on: samples, preprocessing: model.preprocessing, views: task.views, topCount: task.topCount,
        detail: task.detail)
    }
    guard var evaluation = found else { return nil }
    if arguments.has("details") || arguments.has("json") { evaluation.rank() }
    guard arguments.has("importance") else { return (evaluation, nil) }
    let bound = try InputBinding(model.plan).bind(samples, for: .judging)
    return (
      evaluation,
      try PermutationImportance(
        network, on: bound, bound.features(model.record.source), compared: evaluation,
        preprocessing: model.preprocessing, views: task.views, seed: try arguments.seed() ?? 1)
    )
  }

  /// The net with the saved parameters.
  private static func restored<S: Scalar>(_ type: S.Type, _ task: Task) throws -> Network<S> {
    let model = task.model
    let batch = min(256, task.samples.count)
    let options = NetworkOptions(isTrained: false)
    // The parameters are read into memory of their own first.
    try NetworkMemory.require(
      model.plan, batch: batch, options: options, scalarSize: MemoryLayout<S>.size,
      extra: MemoryLayout<S>.size * model.plan.parameterSpan, file: model.weights.tensors.file)
    let network = Network<S>(model.plan, batch: batch, options: options, workers: task.workers)
    let (parameters, state) = try model.arrays(type)
    network.parameters.copy(from: parameters.buffer)
    network.state.copy(from: state.buffer)
    return network
  }
}
