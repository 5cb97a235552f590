import NNText

/// A measure of a net's quality: a row of the table of metrics in `MetricTable.swift`.
public struct Metric: Sendable {
  /// Which heads a metric measures.
  enum Scope: Sendable {
    case every
    /// Classes that exclude one another, yes or no among them.
    case classes
    /// Yes or no.
    case binary
    /// Several labels.
    case labels
    /// Classes or labels.
    case answers
    /// Probabilities of classes or labels.
    case probabilities
    case values
    /// Numbers of a quantile loss.
    case quantiles
  }

  /// How a value is written for people.
  enum Format: Sendable {
    case percentage
    case number(digits: Int)
  }

  /// What files, options and `<earlyStopping metric>` call it.
  public let key: String
  /// The heading of its curve.
  public let title: String
  /// What it is called in texts.
  package let label: String
  /// Whether larger is better.
  public let improvesUpwards: Bool
  /// Whether it is shown after each epoch and drawn as a curve.
  package let isCurve: Bool
  /// Whether it is part of the line that sums a result up.
  package let isShort: Bool
  /// What it is computed from.
  public let detail: Evaluation.Detail
  /// Why it may have no value for samples that it measures; nil if it always has one.
  package let undefinedReason: String?
  private let scope: Scope
  private let format: Format
  private let computation: @Sendable (HeadEvaluation) -> Double?

  init(
    _ key: String, title: String, label: String? = nil, of scope: Scope, from detail: Evaluation.Detail = .predictions,
    _ format: Format, improvesUpwards: Bool, isCurve: Bool = false, isShort: Bool = false,
    undefinedReason: String? = nil, _ computation: @escaping @Sendable (HeadEvaluation) -> Double?
  ) {
    self.key = key
    self.title = title
    self.label = label ?? key
    self.scope = scope
    self.detail = detail
    self.format = format
    self.improvesUpwards = improvesUpwards
    self.isCurve = isCurve
    self.isShort = isShort
    self.undefinedReason = undefinedReason
    self.computation = computation
  }

  /// The metric that a file or an option calls `key`.
  public static func named(_ key: String) -> Metric? { all.first { $0.key == key } }

  /// The value of a net: of its loss the sum over the heads, otherwise that of the head which is its prediction. Nil where
  /// it does not apply, is undefined, or needs what was not gathered.
  public func value(_ evaluation: Evaluation) -> Double? {
    self == .loss ? evaluation.loss : value(evaluation.main)
  }

  /// The value of a head; nil where it does not apply, is undefined, or needs what was not gathered.
  public func value(_ head: HeadEvaluation) -> Double? { measures(head.head) ? computation(head) : nil }

  /// Whether it measures what a head predicts.
  package func measures(_ head: Head) -> Bool {
    switch (scope, head.task) {
    case (.every, _): true
    case (.classes, .classes), (.classes, .binary), (.binary, .binary), (.labels, .labels): true
    case (.answers, .classes), (.answers, .binary), (.answers, .labels): true
    case (.probabilities, .classes), (.probabilities, .binary), (.probabilities, .labels): head.givesProbabilities
    case (.values, .values): true
    case (.quantiles, .values): head.quantile != nil
    default: false
    }
  }

  /// Whether what it is computed from was gathered, and says something.
  func isGathered(in head: HeadEvaluation) -> Bool {
    if case .labels = head.head.task, head.hasSoftLabels, scope != .every { return false }
    return detail == .sums || head.kept?.isOverflowing == false || computation(head) != nil
  }

  /// A metric of the same nets that always has a value.
  package var alwaysDefined: Metric {
    switch scope {
    case .every: .loss
    case .values, .quantiles: .rmse
    case .classes, .binary, .labels, .answers, .probabilities: .accuracy
    }
  }

  /// A value for people.
  ///
  /// - Parameter digits: significant digits of a number; those of the table unless given.
  package func text(_ value: Double, digits: Int? = nil) -> String {
    switch format {
    case .percentage: percent(value)
    case .number(let usual): significant(value, digits ?? usual)
    }
  }

  /// Whether `value` is better than `best` by more than `change`.
  public func isBetter(_ value: Double, than best: Double, by change: Double = 0) -> Bool {
    improvesUpwards ? value > best + change : value < best - change
  }
}

extension Metric: Hashable {
  /// Metrics are the same if they have the same key.
  public static func == (first: Metric, second: Metric) -> Bool { first.key == second.key }

  /// Hashes the key.
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
