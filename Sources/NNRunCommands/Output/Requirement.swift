import NNCommandLine
import NNCore
import NNTraining

/// What `--require` asks of the result.
struct Requirement: Sendable {
  private let metric: Metric
  /// The head that is measured; nil for the net.
  private let head: String?
  private let value: Double

  /// What has to be gathered for it.
  var detail: Evaluation.Detail { metric.detail }

  /// Reads `METRIC=VALUE` or `HEAD.METRIC=VALUE`; throws a usage error if it is something else.
  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    let names = parts.first.map { $0.split(separator: ".", omittingEmptySubsequences: false) } ?? []
    guard parts.count == 2, let key = names.last, let metric = Metric.named(String(key)), let value = Double(parts[1]),
      value.isFinite
    else {
      throw usageError(
        "'--require \(text)' is not a requirement",
        "write METRIC=VALUE with one of \(Metric.all.map(\.key).joined(separator: ", "))")
    }
    self.metric = metric
    head = names.count > 1 ? names.dropLast().joined(separator: ".") : nil
    self.value = value
  }

  /// Throws a usage error if the net lacks the head, or the head is not measured so.
  func check(_ plan: NetworkPlan) throws {
    let heads = Evaluation(plan).heads.map(\.head)
    guard let named = head == nil ? heads.first : heads.first(where: { $0.name == head }) else {
      throw usageError(
        "the net has no loss '\(head ?? "")'", "it has \(heads.map(\.name).joined(separator: ", "))")
    }
    guard metric.measures(named) else {
      throw usageError(
        "'\(metric.key)' does not measure what '\(named.name)' judges",
        "it has \(Metric.all.filter { $0.measures(named) }.map(\.key).joined(separator: ", "))")
    }
  }

  private func isMet(_ evaluation: Evaluation) -> Bool {
    let named = head.map { name in evaluation.heads.first { $0.head.name == name } }
    let found = named.map { $0.flatMap(metric.value) } ?? metric.value(evaluation)
    guard let found, found.isFinite else { return false }
    return metric.improvesUpwards ? found >= value : found <= value
  }

  /// The exit code for a result: a loss that is not finite is invalid, a requirement that is not met says no. Prints why.
  static func verdict(_ evaluation: Evaluation, _ requirement: Requirement?) throws -> ExitCode {
    guard evaluation.loss.isFinite else {
      printMessage("the loss is not a finite number: the inputs, or the weights, are too large for the net")
      return .invalid
    }
    if let requirement, !requirement.isMet(evaluation) {
      let name = (requirement.head.map { $0 + "." } ?? "") + requirement.metric.key
      printMessage("the result does not reach \(name)=\(requirement.value)")
      return .no
    }
    return .done
  }
}
