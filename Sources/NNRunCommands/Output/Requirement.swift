import NNCommandLine
import NNTraining

/// What `--require` asks of the result.
struct Requirement: Sendable {
  private let metric: Metric
  private let value: Double

  /// Reads `METRIC=VALUE`; throws a usage error if it is something else.
  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let metric = Metric.named(parts[0]), let value = Double(parts[1]), value.isFinite else {
      throw usageError(
        "'--require \(text)' is not a requirement",
        "write METRIC=VALUE with one of \(Metric.all.map(\.key).joined(separator: ", "))")
    }
    self.metric = metric
    self.value = value
  }

  private func isMet(_ evaluation: Evaluation) -> Bool {
    guard let found = metric.value(evaluation), found.isFinite else { return false }
    return metric.improvesUpwards ? found >= value : found <= value
  }

  /// The exit code for a result: a loss that is not finite is invalid, a requirement that is not met says no. Prints why.
  static func verdict(_ evaluation: Evaluation, _ requirement: Requirement?) -> ExitCode {
    guard evaluation.loss.isFinite else {
      printMessage("the loss is not a finite number: the inputs, or the weights, are too large for the net")
      return .invalid
    }
    if let requirement, !requirement.isMet(evaluation) {
      printMessage("the result does not reach \(requirement.metric.key)=\(requirement.value)")
      return .no
    }
    return .done
  }
}
