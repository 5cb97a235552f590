import NNCollectives
import NNCore
import NNData
import NNFiles
import NNKernels
import NNModel
import NNWeights

/// The names of a checkpoint's arrays besides the parameters. No layer can have a name with a slash, so none of its
/// arrays can have one of these.
private enum Key {
  static let state = "run/state"
  static let evaluation = "run/evaluation"
  static let best = "best/"

  /// An array of the optimizer's state, counted from 0.
  static func optimizer(_ index: Int) -> String {
    let words = ["first", "second", "third"]
    return "optimizer/\(words.indices.contains(index) ? words[index] : String(index + 1))/"
  }
}

/// A training with its files: the trainer and the run folder.
public final class TrainingRun<S: Scalar> {
  /// The model and its data.
  public let experiment: Experiment
  /// The trainer.
  public let trainer: Trainer<S>
  /// The run folder.
  public let folder: RunFolder
  /// All that the run depends on besides its arrays.
  public let record: RunRecord
  /// The program's version, for the files.
  private let version: String

  /// A run at its beginning, with parameters drawn from the seed.
  ///
  /// - Parameter overrides: those of the command line, each `path=value`, for the record.
  public convenience init(
    _ experiment: Experiment, overrides: [String] = [], folder: RunFolder, workers: WorkerPool, version: String
  ) throws {
    try self.init(
      experiment, overrides: overrides, folder: folder, workers: workers, version: version, collectives: nil)
  }

  /// The same on several processes, of which the first one writes the folder.
  package init(
    _ experiment: Experiment, overrides: [String], folder: RunFolder, workers: WorkerPool, version: String,
    collectives: (any Collectives)?
  ) throws {
    self.experiment = experiment
    record = RunRecord(experiment, overrides: overrides)
    self.folder = folder
    self.version = version
    let batch = experiment.settings.samplesAtOnce(of: experiment.trainingSet.count)
    let network = Network<S>(experiment.trainingPlan, batch: batch, workers: workers)
    network.initialize(seed: experiment.settings.seed)
    trainer = try Trainer(
      network, settings: experiment.settings, trainingSet: experiment.trainingSet,
      validationSet: experiment.validationSet, preprocessing: experiment.preprocessing,
      augmentations: experiment.augmentations, collectives: collectives)
  }

  /// Whether this is the process that writes the folder.
  private var isWriter: Bool { trainer.collectives?.rank ?? 0 == 0 }

  /// Takes the parameters of another file where name and shape fit; says which did.
  public func begin(from weights: WeightsFile) -> WeightsMatch {
    let match = WeightsMatch(weights.tensors, experiment.plan)
    let network = trainer.network
    match.take(weights.tensors, experiment.plan, parameters: network.parameters, state: network.state)
    trainer.keepCurrentAsBest()
    return match
  }

  /// Goes back to where a checkpoint was written.
  ///
  /// - Returns: in what the run differs from how it began, as far as it may go on with it.
  /// - Throws: a `DiagnosticError` for a checkpoint that is of another run or cannot be read.
  @discardableResult
  public func resume(_ checkpoint: Checkpoint) throws -> [String] {
    let tensors = checkpoint.tensors
    guard let begun = try RunRecord(WeightsFile(tensors)) else { throw DataRecord.unreadable(tensors.file) }
    let differences = begun.differences(to: record)
    let refused = differences.filter { !$0.isAllowed }
    guard refused.isEmpty else {
      throw DiagnosticError(
        refused.prefix(12).map { difference in
          Diagnostic(
            code: "other-run", difference.description,
            remedy: difference == refused.prefix(12).last
              ? "go on with what the run began with, or begin another one from its weights"
              : nil, place: SourcePlace(file: tensors.file, line: 0, column: 0))
        })
    }
    let network = trainer.network
    let plan = experiment.plan
    guard tensors.entry(Key.state) != nil else {
      throw DiagnosticError(
        code: "bad-checkpoint", file: folder.checkpoint, "the checkpoint was written by another version of nnrun")
    }
    try tensors.load(plan, parameters: network.parameters, state: network.state)
    try tensors.load(plan, parameters: trainer.bestParameters.buffer, state: trainer.bestState.buffer, prefix: Key.best)
    for (index, buffer) in trainer.update.states.enumerated() {
      try tensors.load(
        plan.withoutState, parameters: buffer, state: Storage<S>(count: 0).buffer, prefix: Key.optimizer(index))
    }
    guard let words = tensors.words(Key.state), let state = TrainingState(words: words),
      let counts = tensors.words(Key.evaluation), trainer.restoreScores(counts)
    else {
      throw DiagnosticError(code: "bad-checkpoint", file: folder.checkpoint, "the state of the run cannot be read")
    }
    guard trainer.canContinue(state) else {
      throw DiagnosticError(
        code: "bad-checkpoint", file: folder.checkpoint,
        "the checkpoint stands at batch \(state.batchOfEpoch) of an epoch, which this training set does not have",
        remedy: "resume with the data and the batch that the run began with")
    }
    trainer.state = state
    return differences.map(\.description)
  }

  /// Trains until something ends it, and keeps the folder's files up to date.
  ///
  /// Throws a `DiagnosticError` if a file cannot be written. A line of metrics that cannot be written does not end the
  /// training: all of them are written again at the end.
  ///
  /// - Parameter isInterrupted: asked after every step; true ends the run with a checkpoint.
  public func run(isInterrupted: () -> Bool = { false }) throws -> TrainingOutcome {
    guard isWriter else {
      let outcome = try trainer.run(isInterrupted: isInterrupted)
      // The evaluation of the result is shared like every other.
      switch outcome {
      case .finished, .stopped: trainer.restoreBest()
      case .interrupted, .diverged, .unjudged: break
      }
      return outcome
    }
    try AtomicFile.write(folder.model, text: experiment.description.text(in: folder.path))
    try writeMetrics()
    if trainer.steps == 0 { try writeCheckpoint() }
    trainer.onCheckpoint = { [unowned self] _ in try self.writeCheckpoint() }
    var lacksMetrics = false
    trainer.onEpoch = { [unowned self] record in
      do { try LineWriter(self.folder.metrics).append(record.json) } catch { lacksMetrics = true }
    }
    let outcome = try trainer.run(isInterrupted: isInterrupted)
    switch outcome {
    case .interrupted: break
    case .diverged:
      trainer.restoreBest()
      if keepsFiniteWeights { try writeWeights(folder.weights) }
    case .finished, .stopped:
      try writeWeights(folder.last)
      trainer.restoreBest()
      try writeWeights(folder.weights)
    case .unjudged:
      // Without a best epoch there is nothing to be told apart as the result.
      try writeWeights(folder.last)
    }
    if lacksMetrics { try writeMetrics() }
    return outcome
  }

  private func writeMetrics() throws {
    try AtomicFile.write(folder.metrics, text: trainer.records.map { $0.json + "\n" }.joined())
  }

  /// Whether the parameters and layer state that are kept as the best, or as those of the beginning, are finite.
  public var keepsFiniteWeights: Bool {
    let workers = trainer.network.workers
    return S.isFinite(trainer.bestParameters.buffer, workers: workers)
      && S.isFinite(trainer.bestState.buffer, workers: workers)
  }

  /// How the best parameters do on the validation and the test set, or on the training set if there is neither; call it
  /// after `run`. The last one is what the run is judged by.
  public func finalEvaluations() throws -> [(set: String, evaluation: Evaluation)] {
    try judgedSets.map { set, samples in
      var evaluation = try trainer.evaluate(samples, views: experiment.views, detail: .predictions)
      evaluation.rank()
      return (set, evaluation)
    }
  }

  private var judgedSets: [(String, Dataset)] {
    let sets = [("validation", experiment.validationSet), ("test", experiment.testSet)].compactMap { name, set in
      set.map { (name, $0) }
    }
    return sets.isEmpty ? [("training", experiment.trainingSet)] : sets
  }

  /// Writes what came out, for programs and for people.
  ///
  /// - Parameters:
  ///   - evaluations: what `finalEvaluations` has given.
  ///   - results: what came out, in lines of text.
  public func writeResults(_ evaluations: [(set: String, evaluation: Evaluation)], lines results: [String]) throws {
    let description = experiment.description
    let numbers = RunResults(
      model: description.name, overrides: record.overrides, metric: trainer.decidingMetric,
      head: trainer.settings.stopping?.head, bestEpoch: trainer.bestEpoch, epochs: trainer.records.count,
      steps: trainer.steps, seconds: trainer.seconds,
      evaluations: evaluations)
    try AtomicFile.write(folder.results, text: numbers.json)
    var report = TrainingReport(
      name: description.name, summary: description.summary, layers: NetworkSummary(experiment.plan).text,
      records: trainer.records, results: results, model: description.text)
    report.bestEpoch = trainer.bestEpoch
    report.overrides = record.overrides
    report.classNames = experiment.classNames
    report.evaluations = zip(evaluations, judgedSets).map { ($0.set, $0.evaluation, $1.1) }
    try AtomicFile.write(folder.report, text: report.html)
  }

  private func writeWeights(_ path: String) throws {
    let network = trainer.network
    let file = try WeightsFile(
      experiment.plan, parameters: network.parameters, state: network.state, model: experiment.description.text,
      record: record.json, version: version)
    try file.tensors.write(path)
  }

  private func writeCheckpoint() throws {
    let network = trainer.network
    // Parameters that are no longer finite are nothing to go on from; the next loss will say so.
    guard S.isFinite(network.parameters, workers: network.workers) else { return }
    var checkpoint = Checkpoint(model: experiment.description.text, record: record.json, version: version)
    let plan = experiment.plan
    try checkpoint.tensors.append(plan, parameters: network.parameters, state: network.state)
    try checkpoint.tensors.append(
      plan, parameters: trainer.bestParameters.buffer, state: trainer.bestState.buffer, prefix: Key.best)
    for (index, buffer) in trainer.update.states.enumerated() {
      try checkpoint.tensors.append(
        plan.withoutState, parameters: buffer, state: Storage<S>(count: 0).buffer, prefix: Key.optimizer(index))
    }
    try checkpoint.tensors.append(Key.state, words: trainer.state.words)
    try checkpoint.tensors.append(Key.evaluation, words: trainer.scoreWords)
    try checkpoint.tensors.write(folder.checkpoint)
  }
}
