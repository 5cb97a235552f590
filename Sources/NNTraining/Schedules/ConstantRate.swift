import NNCore

/// The same rate throughout.
public struct ConstantRate: Schedule, DeclaredElement {
  /// The declaration of `<constant>`.
  public static let schema = ElementSchema(
    .schedule, "constant", summary: "The same rate throughout.", formula: "factor = 1",
    example: #"<constant warmup="1"/>"#, attributes: [warmupAttribute])

  /// Epochs (or steps) over which the rate first rises to its full value.
  public let warmup: Double

  /// The schedule that an element of a model file declares.
  public init(attributes: Attributes) throws { warmup = attributes.number("warmup") }

  /// A constant rate after a warm-up.
  public init(warmup: Double = 0) { self.warmup = warmup }

  /// 1.
  public func factor(_ clock: TrainingClock, share: Double) -> Double { 1 }
}
