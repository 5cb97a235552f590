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
          "csv, tsv, npy, npz, IDX or ts, also with .gz; a PNG or JPEG file, or a folder of them; - for a table on standard "
          + "input. For a net of several inputs an npz, or a file for each, in order or as NAME=FILE.", repeats: true
      ),
    ]
  }
  /// Which columns, which form, where to.
  package static var options: [Option] {
    [
      Option(
        "label", .text("COLUMN"),
        "A column of the table that is no input: its name, its number, or last; for weights that do not know their "
          + "table's columns."),
      CommonOptions.lengths,
      Option(
        "format", .choice(["csv", "json", "jsonl", "npy"]),
        "How to write predictions; csv unless given. jsonl: an object on each line."),
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
        line: "head -3 rows.csv | \(invocation) weights.safetensors - --format json",
        meaning: "Predict what comes from a pipe."
      ),
    ]
  }

  /// Predicts and writes the predictions. Throws a `DiagnosticError` for weights or inputs that are missing or wrong.
  package static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let models = try weightFiles(arguments.positionals[0]).map {
      try SavedModel(path: $0, registry: environment.registry)
    }
    let model = models[0]
    let workers = try environment.workers(arguments)
    if arguments.has("stream") { return try StreamedPrediction.run(models, arguments, workers) }
    let samples = try samples(Array(arguments.positionals.dropFirst()), model, arguments, workers)
    arguments.report(samples)
    reportSkipped(samples)
    var format = PredictionFormat(model, lengths: try model.predictionLengths(samples))
    format.showsAll = arguments.has("probabilities")
    format.keptColumns = samples.keptColumns
    if let threshold = try arguments.number("threshold") {
      guard NumberRange.unit.contains(threshold) else {
        throw usageError("'--threshold \(threshold)' must be a number from 0 to 1")
      }
      guard format.isBinary else {
        throw usageError("--threshold goes with two classes, but these weights tell others apart", "leave it out")
      }
      format.threshold = threshold
    }
    let isFinite: Bool
    switch model.description.precision {
    case .float: isFinite = try write(mean(Float.self, models, samples, arguments, workers), format, arguments)
    case .double: isFinite = try write(mean(Double.self, models, samples, arguments, workers), format, arguments)
    }
    return isFinite ? .done : .invalid
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

  /// The mean of what several models predict. Each reads the samples by what it has learned itself.
  private static func mean<S: Scalar>(
    _ type: S.Type, _ models: [SavedModel], _ first: Dataset, _ arguments: Arguments, _ workers: WorkerPool
  ) throws -> [S] {
    guard models.count == 1 || !arguments.positionals.contains("-") else {
      throw usageError(
        "several folds cannot read standard input one after the other", "write the rows into a file first")
    }
    var sums = try models[0].predict(type, first, workers: workers)
    for model in models.dropFirst() {
      guard model.plan.shape(of: model.plan.prediction) == models[0].plan.shape(of: models[0].plan.prediction),
        model.classNames == models[0].classNames
      else {
        throw DiagnosticError(
          code: "other-model", file: arguments.positionals[0],
          "the folds predict different things, so they have no mean")
      }
      let set = try samples(Array(arguments.positionals.dropFirst()), model, arguments, workers)
      let predictions = try model.predict(type, set, workers: workers)
      guard predictions.count == sums.count else {
        throw DiagnosticError(
          code: "other-model", file: arguments.positionals[0],
          "the folds leave out different rows, so they have no mean",
          remedy: "predict without --skip-bad-rows")
      }
      for index in sums.indices { sums[index] += predictions[index] }
    }
    return models.count == 1 ? sums : sums.map { $0 / S(models.count) }
  }

  /// The samples in the given files: one with all inputs, or one for each input.
  private static func samples(
    _ words: [String], _ model: SavedModel, _ arguments: Arguments, _ workers: WorkerPool
  ) throws -> Dataset {
    let names = model.plan.definition.freeInputs.map { model.plan.definition.inputs[$0].name }
    func read(_ path: String) throws -> Dataset {
      try PredictionInput.read(
        path, record: model.record.source, label: arguments.text("label"), lengths: arguments.text("lengths"),
        isDouble: model.description.precision == .double, pictures: model.pictures, workers: workers, inputs: names,
        skipsBadRows: arguments.has("skip-bad-rows"))
    }
    let files = words.map { word -> (name: String?, path: String) in
      guard let name = names.first(where: { word.hasPrefix($0 + "=") }), !Path.exists(word) else { return (nil, word) }
      return (name, String(word.dropFirst(name.utf8.count + 1)))
    }
    if files.count == 1, files[0].name == nil { return try read(files[0].path) }
    guard files.count == names.count, Set(files.compactMap(\.name)).count == files.filter({ $0.name != nil }).count
    else {
      throw usageError(
        "the net reads \(names.count) input\(names.count == 1 ? "" : "s"), but \(files.count) files are given",
        "give a file for each: " + names.map { "\($0)=FILE" }.joined(separator: " "))
    }
    guard arguments.text("lengths") == nil else {
      throw usageError("--lengths names the lengths of one input", "give an npz with the lengths of each")
    }
    var free = names.filter { name in !files.contains { $0.name == name } }[...]
    var arrays: [DataArray] = []
    var sets: [Dataset] = []
    for file in files {
      let set = try read(file.path)
      guard var array = set.inputs.first else { continue }
      array.name = file.name ?? free.popFirst() ?? array.name
      arrays.append(array)
      sets.append(set)
    }
    var joined = try Dataset(inputs: arrays, targets: [], file: files.map(\.path).joined(separator: ", "))
    joined.warnings = sets.flatMap(\.warnings)
    joined.keptColumns = sets.first?.keptColumns ?? []
    joined.ignoredColumns = sets.flatMap(\.ignoredColumns)
    return joined
  }

  /// Says which rows were left out.
  private static func reportSkipped(_ samples: Dataset) {
    guard let first = samples.skipped.first else { return }
    printMessages(
      samples.skipped.prefix(10).map { diagnostic in
        var warning = diagnostic
        warning.severity = .warning
        return warning
      })
    let count = samples.skipped.count
    printMessage(
      "\(grouped(count)) row\(count == 1 ? " is" : "s are") left out"
        + (count > 10 ? ", the first ten of which are told of above" : "") + (first.place.map { "; \($0.file)" } ?? ""))
  }

  /// Writes the predictions; false, with a message, if some of their numbers are not finite.
  private static func write<S: Scalar>(
    _ predictions: [S], _ format: PredictionFormat, _ arguments: Arguments
  ) throws -> Bool {
    let bytes: [UInt8]
    switch arguments.text("format") ?? "csv" {
    case "json": bytes = Array(format.json(predictions).utf8)
    case "jsonl": bytes = Array(format.jsonLines(predictions).utf8)
    case "npy": bytes = format.npy(predictions)
    default: bytes = Array(format.csv(predictions).utf8)
    }
    if let path = arguments.text("output") {
      try AtomicFile.write(path, bytes: bytes)
    } else {
      try printResult(bytes)
    }
    let count = predictions.count { !$0.isFinite }
    guard count > 0 else { return true }
    printMessage(
      "\(grouped(count)) of the \(grouped(predictions.count)) predicted numbers are not finite: the inputs, or the weights, "
        + "are too large for the net")
    return false
  }
}
