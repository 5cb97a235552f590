import NNCommandLine
import NNCore
import NNFiles
import NNKernels
import NNModel
import NNText
import NNTraining

/// `nnrun train --folds N`: a training for each fold of the training data, which is its test set, and what they come to.
struct FoldedTraining {
  let arguments: Arguments
  let description: ModelDescription
  let overrides: [String]
  let workers: WorkerPool
  let count: Int

  /// Trains on all folds but one, for each of them in turn, in folders `fold1` and so on. Throws a `DiagnosticError`.
  func run<S: Scalar>(_ type: S.Type) throws -> ExitCode {
    let base = arguments.text("output") ?? "runs/\(description.name)-folds"
    guard !Path.exists(RunFolder.fold(1, in: base)) else {
      throw DiagnosticError(
        .cannotCreate, code: "run-exists", file: base, "this folder holds folds already",
        remedy: "name another folder with --output")
    }
    Interruption.install()
    var evaluations: [Evaluation] = []
    for index in 0..<count {
      let experiment = try Experiment(description, fold: Fold(index, of: count), workers: workers)
      if index == 0, !arguments.has("quiet") { printMessages(experiment.warnings) }
      let folder = try RunFolder(wanted: RunFolder.fold(index + 1, in: base), model: description.name)
      let run = try TrainingRun<S>(
        experiment, overrides: overrides, folder: folder, workers: workers, version: programVersion)
      let outcome = try run.run { Interruption.isRequested }
      switch outcome {
      case .finished, .stopped: break
      case .interrupted:
        let done = ["no fold is", "fold 1 is"] + (2..<max(3, count)).map { "folds 1 to \($0) are" }
        printMessage(
          "interrupted in fold \(index + 1) of \(count); \(done[index]) done. Folds are not gone on with: begin again in "
            + "another folder, with --output")
        return .interrupted
      case .diverged, .unjudged:
        throw DiagnosticError(
          code: "not-finite", file: description.file,
          "fold \(index + 1) came to no finite loss, so the folds say nothing together",
          remedy: "train without --folds to see where the numbers grow, or take a smaller rate")
      }
      let results = try run.finalEvaluations()
      guard let (set, evaluation) = results.last else { continue }
      let line = "fold \(index + 1): " + EvaluationText.short(evaluation)
      try run.writeResults(results, lines: ["\(set) set of fold \(index + 1) of \(count)", line])
      if !arguments.has("quiet"), !arguments.has("json") { try printResult(line) }
      evaluations.append(evaluation)
    }
    try printResult(arguments.has("json") ? json(evaluations, base) : text(evaluations, base))
    return .done
  }

  /// Mean and standard deviation (divided by n - 1) of a metric's values in the folds; nil if one of them has none.
  private func mean(_ found: [Double?]) -> (mean: Double, deviation: Double)? {
    let values = found.compactMap(\.self)
    guard values.count == found.count, values.count > 1 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(values.count - 1)).squareRoot())
  }

  private func text(_ evaluations: [Evaluation], _ base: String) -> String {
    guard let first = evaluations.first else { return "" }
    func line(_ metrics: [Metric], _ value: (Metric, Evaluation) -> Double?) -> String {
      metrics.compactMap { metric in
        mean(evaluations.map { value(metric, $0) }).map {
          "\(metric.label) \(metric.text($0.mean)) ± \(metric.text($0.deviation))"
        }
      }.joined(separator: ", ")
    }
    let net = "mean of \(count) folds: "
    let heads = first.heads.enumerated().map { index, head in
      "  \(head.head.name): " + line(head.shortMetrics) { $0.value($1.heads[index]) }
    }
    let lines =
      heads.count == 1
      ? [net + line(first.main.shortMetrics) { $0.value($1) }]
      : [net + line([.loss]) { $0.value($1) } + " of \(heads.count) heads"] + heads
    return lines.joined(separator: "\n")
      + "\nweights: \(base)/fold1 … fold\(count); predict with their mean by giving the folder"
  }

  private func json(_ evaluations: [Evaluation], _ base: String) -> String {
    func members(_ metrics: [Metric], _ value: (Metric, Evaluation) -> Double?) -> String {
      let means = metrics.compactMap { metric in
        mean(evaluations.map { value(metric, $0) }).map {
          "\(NNText.json(metric.key)):{\"mean\":\(NNText.json($0.mean)),\"deviation\":\(NNText.json($0.deviation))}"
        }
      }
      return "{\(means.joined(separator: ","))}"
    }
    let heads = evaluations.first?.heads ?? []
    let folds = evaluations.map { $0.json(details: false) }
    var text = "{\"folder\":\(NNText.json(base)),\"folds\":[\(folds.joined(separator: ","))],\"metrics\":"
    text += members(heads.first?.metrics ?? []) { $0.value($1) }
    if heads.count > 1 {
      let means = heads.enumerated().map { index, head in
        NNText.json(head.head.name) + ":" + members(head.metrics) { $0.value($1.heads[index]) }
      }
      text += ",\"heads\":{\(means.joined(separator: ","))}"
    }
    return text + "}"
  }
}
