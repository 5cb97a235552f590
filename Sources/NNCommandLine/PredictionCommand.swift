import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNText

/// What `nnrun predict` and `nninfer` do.
package protocol PredictionCommand: Command {}

extension Arguments {
  /// Prints what is to be said of samples that were read: warnings, and with `--verbose` what became of the file.
  package func report(_ samples: Dataset) {
    printMessages(samples.warnings)
    guard has("verbose") else { return }
    let columns = samples.ignoredColumns.map { "'\($0)'" }.joined(separator: ", ").shortened
    printMessage(
      "\(samples.file): \(grouped(samples.count)) sample\(samples.count == 1 ? "" : "s")"
        + (columns.isEmpty ? "" : "; left out, because the training set has none of that name: \(columns)"))
  }
}

extension PredictionCommand {
  /// What the command does, in one line.
  package static var summary: String { "let saved weights predict" }
  /// What it does, in a few sentences.
  package static var discussion: String {
    "The file of weights is enough: the model, its preprocessing and its class names are in it. Prints a table with the "
      + "class and its probability, or the numbers, for each sample."
  }
  /// The weights and the inputs.
  package static var positionals: [Positional] {
    [
      Positional(
        name: "WEIGHTS",
        help: "The weights that a training wrote; or the folder of one, or of several folds, whose mean predicts."),
      Positional(
        name: "INPUT",
        help:
          "csv, tsv, npy, npz, IDX or ts, also with .gz; a PNG or JPEG file, or a folder of them; texts as they were "
          + "trained on; - for a table, or lines of text, on standard input. For a net of several inputs an npz, or a file for each, in order or as NAME=FILE.",
        repeats: true
      ),
    ]
  }
  /// Which columns, which form, where to.
  package static var options: [Option] { predictionOptions }

  /// The options of every command that predicts.
  package static var predictionOptions: [Option] {
    [
      Option(
        "label", .text("COLUMN"),
        "A column of the table that is no input: its name, its number, or last; for weights that do not know their "
          + "table's columns. Of lines of text where their class is: first, last or none."),
      CommonOptions.lengths,
      Option(
        "format", .choice(["csv", "json", "jsonl", "npy"]),
        "How to write predictions; csv unless given. jsonl: an object on each line."),
      Option(
        "layer", .text("NAME"),
        "Write what this layer computes instead of the predictions; of a loss, what it predicts. A net with several losses "
          + "predicts for each, in columns that begin with its name."),
      Option("probabilities", "Also the probability of every class, each in a column of its own."),
      Option(
        "threshold", .text("P"), "Of two classes, name the second one from this probability on; 0.5 unless given."),
      Option(
        "stream",
        "Read a sequence step by step, one on each line of INPUT, and answer each with a line at once; an empty line begins "
          + "another sequence."),
      Option("skip-bad-rows", "Leave out rows of a table that cannot be read, and say how many and where."),
      Option("output", .path("FILE"), "Where to write them; standard output unless given."), CommonOptions.threads,
      CommonOptions.verbose,
    ]
  }
  /// Command lines that work, each with what it does.
  package static var examples: [(line: String, meaning: String)] {
    [
      (
        line: "\(invocation) runs/mlp/weights.safetensors models/data/digits/test.csv.gz",
        meaning: "Print a class and its probability for every row."
      ),
      (
        line: "sensor | \(invocation) weights.safetensors - --stream",
        meaning: "Answer each step of a sequence when it comes."
      ),
      (
        line: "head -3 rows.csv | \(invocation) weights.safetensors - --format jsonl",
        meaning: "Predict what comes from a pipe, row by row as it comes; with jsonl or csv."
      ),
    ]
  }

  /// Predicts on this process.
  package static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    try predict(arguments, environment)
  }

  /// Predicts and writes the predictions. Throws a `DiagnosticError` for weights or inputs that are missing or wrong.
  package static func predict(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let models = try savedModels(arguments, environment)
    let workers = try environment.workers(arguments)
    if arguments.has("stream") { return try StreamedPrediction.run(models, arguments, workers) }
    let isFinite =
      switch models[0].description.precision {
      case .float: try PredictionRun<Float>(models, arguments, workers).run()
      case .double: try PredictionRun<Double>(models, arguments, workers).run()
      }
    return isFinite ? .done : .invalid
  }

  /// The same on several processes, the first of which writes.
  package static func run(
    _ arguments: Arguments, _ environment: Environment, sharing group: any PredictionSharing
  ) throws -> ExitCode {
    let (models, workers) = try group.together {
      if arguments.has("stream") {
        throw usageError(
          "--stream goes without --distributed", "the steps of a sequence follow each other: run one process")
      }
      return (try savedModels(arguments, environment), try group.workers(arguments, environment))
    }
    switch models[0].description.precision {
    case .float: return try PredictionRun<Float>(models, arguments, workers, sharing: group).run(sharing: group)
    case .double: return try PredictionRun<Double>(models, arguments, workers, sharing: group).run(sharing: group)
    }
  }

  private static func savedModels(_ arguments: Arguments, _ environment: Environment) throws -> [SavedModel] {
    try weightFiles(arguments.positionals[0]).map { try SavedModel(path: $0, registry: environment.registry) }
  }

  /// The files of weights that a path names: itself, or that of the run, or of the folds, in a folder.
  private static func weightFiles(_ path: String) throws -> [String] {
    guard Path.isFolder(path) else { return [path] }
    let own = Path.join(path, "weights.safetensors")
    if Path.exists(own) { return [own] }
    let folds = try FolderListing.visibleNames(in: path).filter { $0.hasPrefix("fold") }
      .compactMap { name in Int(name.dropFirst(4)).map { (number: $0, name: name) } }.sorted { $0.number < $1.number }
      .map { Path.join(Path.join(path, $0.name), "weights.safetensors") }
    guard !folds.isEmpty else {
      throw DiagnosticError(
        .missing, code: "missing-file", file: path, "the folder holds no weights, neither of a run nor of folds")
    }
    return folds
  }
}
