/// A number that says how well a net does.
public enum Metric: String, Sendable, CaseIterable {
  /// The sum of all losses.
  case loss
  /// Share of samples whose highest score is the right class.
  case accuracy
  /// Root of the mean squared difference.
  case rmse
  /// Share of the targets' variance that the predictions explain.
  case r2

  /// Whether larger is better.
  public var improvesUpwards: Bool { self == .accuracy || self == .r2 }

  /// Whether `value` is better than `best` by more than `change`.
  public func isBetter(_ value: Double, than best: Double, by change: Double = 0) -> Bool {
    improvesUpwards ? value > best + change : value < best - change
  }
}
