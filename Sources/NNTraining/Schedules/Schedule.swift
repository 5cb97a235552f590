import NNCore

/// Where a training run stands, in the unit in which it is counted: epochs (with fractions) or steps.
public struct TrainingClock: Sendable, Hashable {
  /// Epochs or steps done before the step at hand.
  public var position: Double
  /// Epochs or steps in the whole run.
  public var total: Double

  /// A moment of a run.
  public init(position: Double, total: Double) {
    self.position = position
    self.total = total
  }
}

/// How the learning rate changes over a run: a factor on the optimizer's rate.
public protocol Schedule: ElementValue {
  /// Epochs (or steps) over which the rate rises from a hundredth, before the schedule itself begins to act.
  var warmup: Double { get }

  /// The factor once the warm-up is over. `share` runs from 0 at the end of the warm-up to 1 at the end of the run.
  func factor(_ clock: TrainingClock, share: Double) -> Double
}

extension Schedule {
  /// The factor on the optimizer's rate.
  public func factor(_ clock: TrainingClock) -> Double {
    if clock.position < warmup { return Self.warmupStart + (1 - Self.warmupStart) * clock.position / warmup }
    let rest = clock.total - warmup
    return factor(clock, share: rest > 0 ? min(1, (clock.position - warmup) / rest) : 1)
  }

  /// The factor of the first step of a warm-up, which would learn nothing with 0.
  private static var warmupStart: Double { 0.01 }

  /// The attribute that every schedule has.
  static var warmupAttribute: AttributeSchema {
    .optional(
      "warmup", .number(.nonNegative), default: .number(0),
      "Epochs (steps, if the training counts steps) over which the rate first rises, from a hundredth to its full value."
    )
  }
}
