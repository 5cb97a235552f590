import NNCore
import NNKernels

/// The rate times a factor at regular intervals.
public struct StepRate: Schedule, DeclaredElement {
  /// The declaration of `<step>` among schedules.
  public static let schema = ElementSchema(
    .schedule, "step", summary: "The rate is multiplied by a factor at regular intervals.",
    formula: "factor^floor(t / every)", reference: "as torch.optim.lr_scheduler.StepLR",
    example: #"<step every="10" factor="0.5"/>"#,
    attributes: [
      .required("every", .number(.positive), "Epochs (or steps) between two drops."),
      .optional("factor", .number(.positive), default: .number(0.1), "What the rate is multiplied by at each drop."),
      warmupAttribute,
    ])

  public let warmup: Double
  private let every: Double
  private let dropFactor: Double

  public init(attributes: Attributes) throws {
    warmup = attributes.number("warmup")
    every = attributes.number("every")
    dropFactor = attributes.number("factor")
  }

  public func factor(_ clock: TrainingClock, share: Double) -> Double {
    Double.pow(dropFactor, (clock.position / every).rounded(.down))
  }
}

/// The rate times a factor at given moments.
public struct MultiStepRate: Schedule, DeclaredElement {
  /// The declaration of `<multiStep>`.
  public static let schema = ElementSchema(
    .schedule, "multiStep", summary: "The rate is multiplied by a factor at given moments.",
    formula: "factor^(number of moments passed)", reference: "as torch.optim.lr_scheduler.MultiStepLR",
    example: #"<multiStep at="30 60" factor="0.1"/>"#,
    attributes: [
      .required("at", .numbers, "The epochs (or steps) after which the rate drops."),
      .optional("factor", .number(.positive), default: .number(0.1), "What the rate is multiplied by at each drop."),
      warmupAttribute,
    ])

  public let warmup: Double
  private let moments: [Double]
  private let dropFactor: Double

  public init(attributes: Attributes) throws {
    warmup = attributes.number("warmup")
    moments = attributes.numbers("at")
    dropFactor = attributes.number("factor")
  }

  public func factor(_ clock: TrainingClock, share: Double) -> Double {
    var result = 1.0
    for moment in moments where clock.position >= moment { result *= dropFactor }
    return result
  }
}

/// The rate times a factor after every epoch.
public struct ExponentialRate: Schedule, DeclaredElement {
  /// The declaration of `<exponential>`.
  public static let schema = ElementSchema(
    .schedule, "exponential", summary: "The rate is multiplied by a factor after every epoch (or step).",
    formula: "factor^floor(t)", reference: "as torch.optim.lr_scheduler.ExponentialLR",
    example: #"<exponential factor="0.95"/>"#,
    attributes: [
      .optional("factor", .number(.positive), default: .number(0.95), "What the rate is multiplied by each time."),
      warmupAttribute,
    ])

  public let warmup: Double
  private let dropFactor: Double

  public init(attributes: Attributes) throws {
    warmup = attributes.number("warmup")
    dropFactor = attributes.number("factor")
  }

  public func factor(_ clock: TrainingClock, share: Double) -> Double {
    Double.pow(dropFactor, clock.position.rounded(.down))
  }
}
