import NNCommandLine
import NNCore
import NNFiles
import NNKernels
import NNModel
import NNTraining
import NNWeights

/// `nnrun train`
enum TrainCommand: Command {
  static let name = "train"
  static let summary = "train a model and write its weights"
  static let discussion =
    "Reads the model and its data, trains, and leaves a run folder: weights.safetensors (the best by validation), "
    + "last.safetensors, checkpoint.safetensors, metrics.jsonl, results.json, report.html and model.xml, which can be trained again "
    + "from anywhere. Ctrl-C finishes the step at "
    + "hand, writes the checkpoint and says how to go on; a terminal that is closed does not end it. A checkpoint is "
    + "written every 5 seconds "
    + "(NNRUN_CHECKPOINT_SECONDS sets another interval)."
  static let positionals = [
    Positional(
      name: "MODEL.xml",
      help:
        "The model file; or a table (csv, tsv), or a folder with one folder of pictures, or of texts, for each class, for which a model is "
        + "proposed and written.")
  ]
  static let options = [
    Option(
      "label", .text("COLUMN"),
      "With a table: the column of the right answer, by name or number; the last one unless given."),
    Option("output", .path("FOLDER"), "The run folder; runs/<model's name> unless given."),
    Option(
      "folds", .text("N"),
      "Cross-validation: train N times, each time with another part of the training data as the test set; print mean and "
        + "deviation."),
    Option("resume", .path("FOLDER"), "Go on with the run in this folder from its checkpoint."),
    Option("weights", .path("FILE"), "Begin with the weights of this file where name and shape fit."),
    Option(
      "require", .text("METRIC=VALUE"), "End with 1 unless the result is as good, as in accuracy=0.97 or rmse=60."),
    Option(
      "every", .text("N"),
      "Print a line for each N epochs, with the loss to ten digits; about forty lines unless given."),
    CommonOptions.distributed, CommonOptions.timeout,
    CommonOptions.seed, CommonOptions.threads, CommonOptions.set, CommonOptions.json, CommonOptions.quiet,
  ]
  static let examples = [
    (line: "nnrun train models/mlp.xml", meaning: "Train on handwritten digits and write runs/mlp."),
    (
      line: "nnrun train models/mlp.xml --set training.epochs=5 --set network.fc1.units=64",
      meaning: "Try other settings without editing the file."
    ),
    (
      line: "nnrun train penguins.csv --label species",
      meaning: "Look at a table, propose a model for it, and train it."
    ),
    (line: "nnrun train models/mlp.xml --resume runs/mlp", meaning: "Go on where an interrupted run stopped."),
    (
      line: "nnrun train models/mlp.xml --weights runs/mlp/weights.safetensors",
      meaning: "Begin with weights that were trained before."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    try ProcessGroup.run(arguments) { try run(arguments, environment, $0) }
  }

  private static func run(
    _ arguments: Arguments, _ environment: Environment, _ group: ProcessGroup?
  ) throws -> ExitCode {
    if arguments.has("folds") {
      return try group?.together {
        throw usageError("--folds goes without --distributed", "train the folds on one process")
      } ?? trainFolds(arguments, environment)
    }
    let session =
      try group?.together { try made(arguments, environment, group) } ?? made(arguments, environment, nil)
    switch session.experiment.description.precision {
    case .float: return try session.run(Float.self)
    case .double: return try session.run(Double.self)
    }
  }

  /// What the command line asks for, with everything read.
  private static func made(
    _ arguments: Arguments, _ environment: Environment, _ group: ProcessGroup?
  ) throws -> TrainingSession {
    let isFirst = group?.isFirst ?? true
    var overrides = try givenOverrides(arguments)
    if arguments.has("resume"), arguments.has("output") || arguments.has("weights") {
      throw usageError("--resume goes with neither --output nor --weights", "the folder holds all that the run needs")
    }
    let requirement = try arguments.text("require").map { try Requirement($0) }
    let origin = try TrainingOrigin(arguments, isWriter: isFirst)
    overrides = origin.overrides(with: overrides)
    let loader = ModelLoader(environment)
    let path = arguments.positionals[0]
    let proposal = try givenProposal(arguments)
    func load() throws -> ModelDescription {
      guard let proposal else { return try loader.load(path: path, overrides: overrides) }
      return try loader.load(text: proposal.text, file: proposal.path, overrides: overrides)
    }
    func experiment() throws -> (Experiment, WorkerPool) {
      var description = try load()
      if let group, let shards = try group.shards(of: description) {
        overrides.append("training.shards=\(shards)")
        description = try load()
      }
      let workers = try group?.workers(arguments, environment) ?? environment.workers(arguments)
      let experiment = try Experiment(
        description, learned: origin.learned(for: description), fold: origin.fold,
        processes: group?.collectives.size ?? 1, workers: workers)
      try requirement?.check(experiment.plan)
      return (experiment, workers)
    }
    let (experiment, workers) = try proposal?.tried { _ in try experiment() } ?? experiment()
    // A proposal that cannot be trained is none.
    if isFirst { try proposal?.write(isQuiet: arguments.has("quiet")) }
    return TrainingSession(
      arguments: arguments, environment: environment, experiment: experiment, origin: origin, overrides: overrides,
      workers: workers, requirement: requirement, every: try arguments.integer("every", 1...Int(Int32.max)),
      group: group)
  }

  private static func givenOverrides(_ arguments: Arguments) throws -> [String] {
    let seed = try arguments.seed().map { ["training.seed=\($0)"] } ?? []
    return try arguments.overrides() + seed
  }

  /// The model for the table that is to be trained on; nil for a model file.
  private static func givenProposal(_ arguments: Arguments) throws -> ProposedModel? {
    let proposal = try ProposedModel(for: arguments.positionals[0], label: arguments.text("label"))
    if proposal == nil, arguments.has("label") {
      throw usageError("--label goes with a table", "a model file names the label in its source")
    }
    return proposal
  }

  /// Cross-validation.
  private static func trainFolds(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let overrides = try givenOverrides(arguments)
    for name in ["resume", "weights", "require"] where arguments.has(name) {
      throw usageError("--folds goes without --\(name)", "leave one of them out")
    }
    guard let count = try arguments.integer("folds", 2...1000) else { return .usage }
    let proposal = try givenProposal(arguments)
    let loader = ModelLoader(environment)
    let description =
      try proposal?.tried { try loader.load(text: $0.text, file: $0.path, overrides: overrides) }
      ?? loader.load(path: arguments.positionals[0], overrides: overrides)
    try proposal?.write(isQuiet: arguments.has("quiet"))
    let training = FoldedTraining(
      arguments: arguments, description: description, overrides: overrides,
      workers: try environment.workers(arguments), count: count)
    switch description.precision {
    case .float: return try training.run(Float.self)
    case .double: return try training.run(Double.self)
    }
  }
}
