import NNText

/// A number that says how well a net does: a row of the table of metrics. A new one is a row here, in `all`, and its
/// computation from the sums of an `Evaluation`.
public struct Metric: Sendable {
  /// Which nets a metric measures.
  enum Scope: Sendable { case everyNet, classes, values }

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
  /// Why it may have no value for samples that it measures; nil if it always has one.
  package let undefinedReason: String?
  private let scope: Scope
  private let format: Format
  private let computation: @Sendable (Evaluation) -> Double?

  private init(
    _ key: String, title: String, label: String? = nil, of scope: Scope, _ format: Format, improvesUpwards: Bool,
    isCurve: Bool = false, undefinedReason: String? = nil, _ computation: @escaping @Sendable (Evaluation) -> Double?
  ) {
    self.key = key
    self.title = title
    self.label = label ?? key
    self.scope = scope
    self.format = format
    self.improvesUpwards = improvesUpwards
    self.isCurve = isCurve
    self.undefinedReason = undefinedReason
    self.computation = computation
  }

  /// The sum of all losses.
  public static let loss = Metric(
    "loss", title: "Loss", of: .everyNet, .number(digits: 5), improvesUpwards: false, isCurve: true
  ) { $0.loss }

  /// Share of samples whose highest score is the right class.
  public static let accuracy = Metric(
    "accuracy", title: "Accuracy", of: .classes, .percentage, improvesUpwards: true, isCurve: true
  ) { $0.accuracy }

  /// Root of the mean squared difference over all target elements, in the units of the targets.
  public static let rmse = Metric(
    "rmse", title: "RMSE", of: .values, .number(digits: 5), improvesUpwards: false, isCurve: true
  ) { $0.rmse }

  /// Share of the targets' variance that the predictions explain.
  public static let r2 = Metric(
    "r2", title: "R2", of: .values, .number(digits: 4), improvesUpwards: true,
    undefinedReason: "all targets are the same"
  ) { $0.r2 }

  /// All metrics that can be asked for by key, in the order in which they are shown.
  public static let all = [loss, accuracy, rmse, r2]

  /// Share of samples whose class is among the `count` highest scores, where an evaluation counts so many.
  static func topAccuracy(_ count: Int) -> Metric {
    Metric(
      "top\(count)", title: "Top-\(count)", label: "top-\(count)", of: .classes, .percentage, improvesUpwards: true
    ) { $0.topAccuracy }
  }

  /// The metric that a file or an option calls `key`.
  public static func named(_ key: String) -> Metric? { all.first { $0.key == key } }

  /// The value from the sums of an evaluation; nil where it does not apply or is undefined.
  public func value(_ evaluation: Evaluation) -> Double? { computation(evaluation) }

  /// Whether it measures what is counted.
  func measures(_ task: Evaluation.Task) -> Bool {
    switch scope {
    case .everyNet: true
    case .classes: task.isAboutClasses
    case .values: task.isAboutValues
    }
  }

  /// A metric of the same nets that always has a value.
  package var alwaysDefined: Metric? { Self.all.first { $0.scope == scope && $0.undefinedReason == nil } }

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

  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
