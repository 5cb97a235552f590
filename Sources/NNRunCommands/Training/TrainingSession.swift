import NNCommandLine
import NNCore
import NNFiles
import NNKernels
import NNText
import NNTraining
import NNWeights

/// One call of `nnrun train`: the run, and what the user sees of it.
struct TrainingSession {
  let arguments: Arguments
  let environment: Environment
  let experiment: Experiment
  let origin: TrainingOrigin
  /// The overrides that the model was read with.
  let overrides: [String]
  let workers: WorkerPool
  let requirement: Requirement?
  /// How many epochs each printed line is for; nil for as many as make about forty lines.
  let every: Int?
  /// The processes that train together; nil for this one alone.
  let group: ProcessGroup?

  /// Whether this process prints, and writes the folder.
  private var isFirst: Bool { group?.isFirst ?? true }
  private var isQuiet: Bool { !isFirst || arguments.has("quiet") }

  func run<S: Scalar>(_ type: S.Type) throws -> ExitCode {
    let folder = try runFolder()
    let (run, beginning) = try group?.together { try begin(type, folder) } ?? begin(type, folder)
    if let group { try group.together { try RunAgreement(run).require(group) } }
    introduce(run)
    switch beginning {
    case .seed: break
    case .checkpoint(let differences): explain(differences)
    case .weights(let match): explain(match)
    }
    let display = TrainingDisplay(environment, isQuiet: isQuiet, settings: experiment.settings, every: every)
    if isFirst { run.trainer.observer = display }
    if let seconds = variable("NNRUN_CHECKPOINT_SECONDS").flatMap({ Double($0) }), seconds > 0 {
      run.trainer.checkpointInterval = seconds
    }
    Interruption.install()
    let outcome = try run.run { Interruption.isRequested }
    display.clear()
    guard let group else { return try conclude(run, outcome) }
    return isFirst ? try group.ending { try conclude(run, outcome) } : try follow(run, outcome)
  }

  /// The folder of the run, which the first process makes.
  private func runFolder() throws -> RunFolder {
    if case .checkpoint(_, let begun, _) = origin { return begun }
    func made() throws -> RunFolder {
      if case .weights(let file, _) = origin { try checkBeginning(file.tensors) }
      return try RunFolder(wanted: arguments.text("output"), model: experiment.description.name)
    }
    guard let group else { return try made() }
    let folder = try group.together { isFirst ? try made() : nil }
    let path = try group.collectives.broadcast(Array((folder?.path ?? "").utf8), from: 0)
    return folder ?? RunFolder(writtenElsewhere: String(decoding: path, as: UTF8.self))
  }

  /// The run where it begins or goes on, and what is to be said of that.
  private func begin<S: Scalar>(_ type: S.Type, _ folder: RunFolder) throws -> (TrainingRun<S>, Beginning) {
    let run = try TrainingRun<S>(
      experiment, overrides: overrides, folder: folder, workers: workers, version: programVersion,
      collectives: group?.collectives)
    switch origin {
    case .seed: return (run, .seed)
    case .checkpoint(let checkpoint, _, _): return (run, .checkpoint(differences: try run.resume(checkpoint)))
    case .weights(let file, _): return (run, .weights(run.begin(from: file)))
    }
  }

  /// What a run begins with.
  private enum Beginning {
    case seed
    case checkpoint(differences: [String])
    case weights(WeightsMatch)
  }

  /// Throws a `DiagnosticError` if nothing of the weights to begin with fits the net.
  private func checkBeginning(_ file: TensorFile) throws {
    let plan = experiment.plan
    let match = WeightsMatch(file, plan)
    guard match.taken.isEmpty else { return }
    let prefix = WeightsMatch.prefixes(file, plan).first.map(\.prefix)
    throw match.nothingFits(
      file, plan, path: file.file,
      remedy: prefix.map {
        "the file's names begin with '\($0)': 'nnrun weights adopt \(shellQuoted(arguments.positionals[0])) "
          + "\(shellQuoted(file.file))' takes it away"
      } ?? "give the layers the file's names, or the arrays the net's")
  }

  /// The warnings, the summary of the net and of the data.
  private func introduce<S: Scalar>(_ run: TrainingRun<S>) {
    if isFirst { printMessages(experiment.warnings) }
    guard !isQuiet else { return }
    let description = experiment.description
    printMessage(description.summary.map { "\(description.name): \($0)\n" } ?? "\(description.name)\n")
    printMessage(NetworkSummary(experiment.plan).text)
    var samples = "\(grouped(experiment.trainingSet.count)) samples to train on"
    if let set = experiment.validationSet { samples += ", \(grouped(set.count)) to validate" }
    if let set = experiment.testSet { samples += ", \(grouped(set.count)) to test" }
    let threads = run.trainer.network.workers.threads
    printMessage("\(samples); \(threads) thread\(threads == 1 ? "" : "s"), \(KernelLevel.current.rawValue) kernels\n")
    if experiment.settings.roundsGradients, experiment.settings.shards > 1 {
      printMessage("gradients are added in bfloat16 (wire=\"bf16\"), which changes the result\n")
    }
    if let group {
      let machines = Set(group.hosts).count
      printMessage(
        "\(group.hosts.count) process\(group.hosts.count == 1 ? "" : "es") on \(machines) "
          + "machine\(machines == 1 ? "" : "s"), \(experiment.settings.shards) shards of each batch\n")
    }
    if run.trainer.steps > 0 {
      printMessage("going on at step \(grouped(run.trainer.steps)) of \(grouped(run.trainer.totalSteps))\n")
    }
  }

  /// How the run differs from how it began.
  private func explain(_ differences: [String]) {
    guard !isQuiet else { return }
    if !overrides.isEmpty {
      printMessage("with " + overrides.map { "--set \(shellQuoted($0))" }.joined(separator: " ") + "\n")
    }
    for difference in differences { printMessage("\(difference)\n") }
  }

  /// What `--weights` gave, and what not.
  private func explain(_ match: WeightsMatch) {
    guard !isQuiet else { return }
    if case .weights(_, let record?) = origin, !record.settings.isEmpty, !experiment.description.preprocessing.isEmpty {
      printMessage(
        record.preparesAlike(experiment.description.settings)
          ? "preprocessing: as the weights were trained with"
          : "preprocessing: other steps than the weights were trained with; learned anew")
    }
    printMessage("weights taken: \(match.taken.isEmpty ? "none" : match.taken.joined(separator: ", "))")
    for name in match.missing { printMessage("  \(name): not in the file; drawn from the seed") }
    for wrong in match.wrongShapes {
      printMessage("  \(wrong.name): \(wrong.found) in the file, \(wrong.needed) in the model; drawn from the seed")
    }
    if !match.unused.isEmpty {
      printMessage("  left in the file: \(match.unused.joined(separator: ", ").shortened)")
    }
    printMessage("")
  }

  /// What a process does at the end that is not the first: it takes its part in the evaluation of the result.
  private func follow<S: Scalar>(_ run: TrainingRun<S>, _ outcome: TrainingOutcome) throws -> ExitCode {
    switch outcome {
    case .interrupted: return .interrupted
    case .diverged, .unjudged: return .invalid
    case .finished, .stopped:
      _ = try run.finalEvaluations()
      return .done
    }
  }

  private func conclude<S: Scalar>(_ run: TrainingRun<S>, _ outcome: TrainingOutcome) throws -> ExitCode {
    let folder = run.folder
    switch outcome {
    case .interrupted:
      printMessage(
        "interrupted at step \(grouped(run.trainer.steps)) of \(grouped(run.trainer.totalSteps)); go on with\n"
          + "  \(resumeCommand(folder))")
      return .interrupted
    case .diverged(let divergence):
      throw DiagnosticError(
        code: "not-finite", file: arguments.positionals[0], message(divergence),
        remedy: remedy(divergence) + kept(run))
    case .unjudged(let metric):
      throw DiagnosticError(
        code: "no-best-epoch", file: arguments.positionals[0], message(unjudged: metric, run),
        remedy: (metric.undefinedReason.map { _ in "watch another metric, such as \(metric.alwaysDefined.key)" }
          ?? "look for very large numbers in the data") + "; the weights of the last epoch are in \(folder.last)")
    case .finished, .stopped: break
    }
    let evaluations = try run.finalEvaluations()
    guard let (set, evaluation) = evaluations.last else { return .done }
    let lines = results(run, outcome, set, evaluation)
    let report = Result { try run.writeResults(evaluations, lines: lines) }
    if arguments.has("json") {
      try printResult(
        #"{"model":\#(json(experiment.description.name)),"folder":\#(json(folder.path)),"set":"\#(set)","#
          + String(evaluation.json(details: false).dropFirst()).dropLast()
          + #","epochs":\#(run.trainer.records.count),"steps":\#(run.trainer.steps),"seconds":\#(fixed(run.trainer.seconds, 3))}"#
      )
    } else {
      for line in lines { try printResult(line) }
      try printResult("weights: \(folder.weights)")
      try printResult("report:  \(folder.report)")
      if !isQuiet { printMessage("\nnext: \(nextCommand(folder))") }
    }
    try report.get()
    return try Requirement.verdict(evaluation, requirement)
  }

  private func resumeCommand(_ folder: RunFolder) -> String {
    let words = "\(commandName) train \(shellQuoted(experiment.description.file))"
    let resume = "--resume \(shellQuoted(folder.path))"
    guard let group else { return "\(words) \(resume)" }
    return "mpirun -n \(group.hosts.count) \(words) --distributed \(resume)"
  }

  private func message(_ divergence: Divergence) -> String {
    let time = "(epoch \(divergence.epoch), rate \(significant(divergence.rate, 3)))"
    guard divergence.isLoss else {
      return "after step \(divergence.step) \(time) the parameters or the state"
        + (divergence.layer.map { " of '\($0)'" } ?? "") + " are not finite"
    }
    var place = divergence.layer.map { layer in
      divergence.isParameter ? "the parameters of '\(layer)'" : "the output of '\(layer)'"
    }
    if let input = divergence.input { place = "the input '\(input)', after preprocessing" }
    return "the loss is not finite in step \(divergence.step) \(time)"
      + (place.map { "; the first numbers that are not are in \($0)" } ?? "")
  }

  private func remedy(_ divergence: Divergence) -> String {
    divergence.input == nil
      ? "try a smaller rate, or clipNorm=\"1\" in <training>"
      : "the data itself is finite, so look at <preprocess> and <augment>"
  }

  /// Which weights a run that came to nothing has left.
  private func kept<S: Scalar>(_ run: TrainingRun<S>) -> String {
    guard run.keepsFiniteWeights else { return "" }
    let which = run.trainer.bestEpoch == 0 ? "weights that the run began with" : "best weights so far"
    return "; the \(which) are in \(run.folder.weights)"
  }

  private func message<S: Scalar>(unjudged metric: Metric, _ run: TrainingRun<S>) -> String {
    let set = experiment.validationSet == nil ? "training" : "validation"
    return "the \(metric.key) on the \(set) set was not a finite number in any of the "
      + "\(run.trainer.records.count) epochs"
      + (metric.undefinedReason.map { ", for instance because \($0)" } ?? "") + ", so none of them is the best"
  }

  private func results<S: Scalar>(
    _ run: TrainingRun<S>, _ outcome: TrainingOutcome, _ set: String, _ evaluation: Evaluation
  ) -> [String] {
    let trainer = run.trainer
    var lines = ["\(set): " + EvaluationText.short(evaluation)]
    let judged = set == "test" ? experiment.testSet : experiment.validationSet
    if let naive = judged?.naiveForecasts { lines.append(naive) }
    var story = "\(trainer.records.count) epochs in \(duration(trainer.seconds))"
    if case .stopped(let rule) = outcome {
      story += "; stopped because \(rule.reason)"
    }
    if trainer.bestEpoch > 0 { story += "; the weights are those of epoch \(trainer.bestEpoch)" }
    lines.append(story)
    return lines
  }

  /// The command that a user most likely wants next.
  private func nextCommand(_ folder: RunFolder) -> String {
    let test = experiment.description.sources.first { $0.attributes.text("role") == "test" }
    var input = "INPUT"
    if let test, test.attributes.has("path") {
      input = Path.join(Path.folder(of: experiment.description.file), test.attributes.text("path"))
      if test.schema.name == "cifar10", !input.hasSuffix(".bin") { input = Path.join(input, "test_batch.bin") }
      if test.schema.name == "cifar100", !input.hasSuffix(".bin") { input = Path.join(input, "test.bin") }
    }
    return "\(commandName) predict \(shellQuoted(folder.weights)) \(shellQuoted(input))"
  }
}

/// How the user called this program: `nnrun`, or the script that builds and runs it.
private var commandName: String { variable("NNRUN_COMMAND").map { shellQuoted($0) } ?? "nnrun" }

/// A word as a shell reads it back.
func shellQuoted(_ word: String) -> String {
  let isPlain =
    !word.isEmpty
    && word.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "/._-+=:,@".utf8.contains(byte)
    }
  return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
