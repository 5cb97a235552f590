import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNText

/// A run of a prediction command.
struct PredictionRun<S: Scalar & LosslessStringConvertible & BitwiseCopyable> {
  /// The models, whose mean predicts.
  private let models: [SavedModel]
  private let arguments: Arguments
  private let workers: WorkerPool
  /// The processes that share the samples; nil for this one alone.
  private let sharing: (any PredictionSharing)?
  /// The names of the free inputs.
  private let names: [String]

  init(
    _ models: [SavedModel], _ arguments: Arguments, _ workers: WorkerPool, sharing: (any PredictionSharing)? = nil
  ) {
    (self.models, self.arguments, self.workers) = (models, arguments, workers)
    self.sharing = sharing
    names = models[0].plan.definition.freeInputs.map { models[0].plan.definition.inputs[$0].name }
  }

  private var model: SavedModel { models[0] }
  private var files: [String] { Array(arguments.positionals.dropFirst()) }
  private var form: PredictionFileForm { arguments.text("format").flatMap(PredictionFileForm.init) ?? .csv }

  /// Predicts and writes; false, with a message, if some of the numbers are not finite. Throws a `DiagnosticError`.
  func run() throws -> Bool {
    if models.count > 1, files.contains("-") {
      throw usageError(
        "several folds cannot read standard input one after the other", "write the rows into a file first")
    }
    let heads = try heads(model)
    // What is wrong with the command line is told before anything is read.
    _ = try threshold(heads)
    if files == ["-"], arguments.text("output") == nil, form == .csv || form == .jsonl { return try stream(heads) }
    let task = try read(heads)
    let whole = try predicted(task, 0..<task.samples.count)
    try write(task, [whole.bytes])
    return report(notFinite: whole.notFinite, of: whole.numbers)
  }

  /// The same on several processes, each of which predicts a contiguous part of the samples. The first one writes what all
  /// have predicted. Throws a `DiagnosticError` or what the processes cannot go on by.
  func run(sharing group: any PredictionSharing) throws -> ExitCode {
    let task = try group.together {
      guard !files.contains("-") else {
        throw usageError("standard input reaches one process alone", "write the rows into a file first")
      }
      let heads = try heads(model)
      _ = try threshold(heads)
      return try read(heads)
    }
    try group.together { try group.requireSame(models, [task.samples], arguments) }
    let own = group.part(of: task.samples.count)
    let ownPart = try group.together { try predicted(task, own) }
    guard let parts = try group.gather(ownPart) else { return .done }
    return try group.ending {
      try write(task, parts.map(\.bytes))
      let isFinite = report(
        notFinite: parts.reduce(0) { $0 + $1.notFinite }, of: parts.reduce(0) { $0 + $1.numbers })
      return isFinite ? .done : .invalid
    }
  }

  /// What is to be predicted, with everything read.
  private struct Task {
    let heads: [PredictionHead]
    let samples: Dataset
    let style: PredictionFormat
  }

  private func read(_ heads: [PredictionHead]) throws -> Task {
    let samples = try samples(model)
    if sharing?.isFirst ?? true {
      arguments.report(samples)
      report(samples.skipped, samples.file)
    }
    let style = try style(heads, samples)
    return Task(heads: heads, samples: samples, style: style)
  }

  /// Predicts some of the samples, as the file holds them.
  private func predicted(_ task: Task, _ range: Range<Int>) throws -> PredictedPart {
    guard !range.isEmpty else { return PredictedPart(bytes: [], notFinite: 0, numbers: 0) }
    let isWhole = range.count == task.samples.count
    func part(_ samples: Dataset) -> Dataset { isWhole ? samples : samples.part(range) }
    let predictions = try mean(task, part)
    var style = task.style
    if !isWhole {
      style = try self.style(task.heads, part(task.samples))
      style.samplesBefore = range.lowerBound
    }
    return PredictedPart(
      bytes: style.part(predictions, as: form, workers: workers),
      notFinite: predictions.reduce(0) { $0 + $1.count { !$0.isFinite } },
      numbers: predictions.reduce(0) { $0 + $1.count })
  }

  private func write(_ task: Task, _ parts: [[UInt8]]) throws {
    let pieces = task.style.file(S.self, of: parts, samples: task.samples.count, as: form)
    if let path = arguments.text("output") {
      try AtomicFile.write(path, bytes: pieces)
    } else {
      for piece in pieces { guard try printResult(piece) else { return } }
    }
  }

  // MARK: Rows that arrive

  /// Predicts what comes through standard input as it comes, until the end or until nobody reads the predictions.
  private func stream(_ heads: [PredictionHead]) throws -> Bool {
    var stream = try PredictionStream(reading(model))
    let predictor = try SetPredictor<S>(model, heads: heads, workers: workers)
    var (notFinite, count, samplesBefore) = (0, 0, 0)
    var isFirst = true
    while let samples = try stream.next() {
      if isFirst { arguments.report(samples) }
      var style = try style(heads, samples)
      style.samplesBefore = samplesBefore
      samplesBefore += samples.count
      let predictions = try predictor.predict(samples)
      for numbers in predictions {
        notFinite += numbers.count { !$0.isFinite }
        count += numbers.count
      }
      let text =
        form == .jsonl ? style.jsonLines(predictions) : (isFirst ? style.csvHeader : "") + style.csvRows(predictions)
      isFirst = false
      guard try printResult(Array(text.utf8)) else { break }
    }
    report(stream.skipped, "standard input")
    return report(notFinite: notFinite, of: count)
  }

  // MARK: What is predicted

  /// What is predicted: what every loss compares, or what `--layer` names.
  private func heads(_ model: SavedModel) throws -> [PredictionHead] {
    if let layer = arguments.text("layer") { return [try model.head(ofLayer: layer)] }
    let heads = model.heads
    if form == .npy, heads.count > 1 {
      throw usageError(
        "an npy file holds one array, but the net has \(heads.count) losses",
        "choose one with --layer: " + heads.map(\.name).joined(separator: ", "))
    }
    return heads
  }

  private func style(_ heads: [PredictionHead], _ samples: Dataset) throws -> PredictionFormat {
    var style = try PredictionFormat(heads, for: samples)
    style.showsAll = arguments.has("probabilities")
    style.keptColumns = samples.keptColumns
    if form == .csv, !style.fitsTable {
      throw usageError(
        "the losses \(heads.map(\.name).joined(separator: ", ")) predict for different steps, which no table holds",
        "write --format json, or choose one with --layer")
    }
    if let threshold = try threshold(heads) { style.threshold = threshold }
    return style
  }

  private func threshold(_ heads: [PredictionHead]) throws -> Double? {
    guard let threshold = try arguments.number("threshold") else { return nil }
    guard NumberRange.unit.contains(threshold) else {
      throw usageError("'--threshold \(threshold)' must be a number from 0 to 1")
    }
    guard heads.contains(where: \.isBinary) else {
      throw usageError("--threshold goes with two classes, but these weights tell others apart", "leave it out")
    }
    return threshold
  }

  /// The mean of what the models predict. Each reads the samples by what it has learned itself.
  ///
  /// - Parameter part: the samples of a set that are predicted.
  private func mean(_ task: Task, _ part: (Dataset) -> Dataset) throws -> [[S]] {
    let heads = task.heads
    var sums = try model.predict(S.self, part(task.samples), heads: heads, workers: workers)
    for other in models.dropFirst() {
      // The samples of one model are in memory at a time, besides the first one's.
      let samples = try self.samples(other)
      let own = try self.heads(other)
      guard own.map(\.name) == heads.map(\.name), own.map(\.shape) == heads.map(\.shape),
        other.classNames == model.classNames
      else {
        throw DiagnosticError(
          code: "other-model", file: arguments.positionals[0],
          "the folds predict different things, so they have no mean")
      }
      guard samples.count == task.samples.count else {
        throw DiagnosticError(
          code: "other-model", file: arguments.positionals[0],
          "the folds leave out different rows, so they have no mean", remedy: "predict without --skip-bad-rows")
      }
      let predictions = try other.predict(S.self, part(samples), heads: own, workers: workers)
      for head in sums.indices {
        for index in sums[head].indices { sums[head][index] += predictions[head][index] }
      }
    }
    return models.count == 1 ? sums : sums.map { $0.map { $0 / S(models.count) } }
  }

  // MARK: Samples

  private func reading(_ model: SavedModel) -> PredictionInput {
    var reading = PredictionInput()
    reading.record = model.record.source
    reading.label = arguments.text("label")
    reading.lengths = arguments.text("lengths")
    reading.classes = model.classNames
    reading.isDouble = model.description.precision == .double
    reading.pictures = model.pictures
    reading.workers = workers
    reading.inputs = names
    reading.skipsBadRows = arguments.has("skip-bad-rows")
    return reading
  }

  /// The samples in the given files: one with all inputs, or one for each input.
  private func samples(_ model: SavedModel) throws -> Dataset {
    let reading = reading(model)
    let files = files.map { word -> (name: String?, path: String) in
      guard let name = names.first(where: { word.hasPrefix($0 + "=") }), !Path.exists(word) else { return (nil, word) }
      return (name, String(word.dropFirst(name.utf8.count + 1)))
    }
    if files.count == 1, files[0].name == nil { return try reading.read(files[0].path) }
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
      let set = try reading.read(file.path)
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

  // MARK: Messages

  /// Says which rows were left out.
  private func report(_ skipped: [Diagnostic], _ file: String) {
    guard let first = skipped.first else { return }
    printMessages(
      skipped.prefix(10).map { diagnostic in
        var warning = diagnostic
        warning.severity = .warning
        return warning
      })
    let count = skipped.count
    printMessage(
      "\(grouped(count)) row\(count == 1 ? " is" : "s are") left out"
        + (count > 10 ? ", the first ten of which are told of above" : "") + (first.place == nil ? "" : "; \(file)"))
  }

  /// Says how many numbers are not finite; true if all are.
  private func report(notFinite count: Int, of all: Int) -> Bool {
    guard count > 0 else { return true }
    printMessage(
      "\(grouped(count)) of the \(grouped(all)) predicted numbers are not finite: the inputs, or the weights, are too "
        + "large for the net")
    return false
  }
}
