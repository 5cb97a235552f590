import NNCore

/// The same rate throughout.
public struct ConstantRate: Schedule, DeclaredElement {
  /// The declaration of `<constant>`.
  public static let schema = ElementSchema(
    .schedule, "constant", summary: "The same rate throughout.", formula: "factor = 1",
    example: #"<constant warmup="1"/>"#, attributes: [warmupAttribute])

  public let warmup: Double

  public init(attributes: Attributes) throws { warmup = attributes.number("warmup") }

  /// A constant rate after a warm-up.
  public init(warmup: Double = 0) { self.warmup = warmup }

  public func factor(_ clock: TrainingClock, share: Double) -> Double { 1 }
}
