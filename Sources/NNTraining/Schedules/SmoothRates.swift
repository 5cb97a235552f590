import NNCore
import NNKernels

/// The rate falls along a power of the share of the run that is left.
public struct PolynomialRate: Schedule, DeclaredElement {
  /// The declaration of `<polynomial>`.
  public static let schema = ElementSchema(
    .schedule, "polynomial", summary: "The rate falls along a power of the share of the run that is left.",
    formula: "end + (1 - end) (1 - share)^power", reference: "as torch.optim.lr_scheduler.PolynomialLR",
    example: #"<polynomial power="2"/>"#,
    attributes: [
      .optional("power", .number(.positive), default: .number(1), "The power; 1 is a straight line."),
      .optional("end", .number(.unit), default: .number(0), "The factor that is reached at the end."),
      warmupAttribute,
    ])

  public let warmup: Double
  private let power: Double
  private let end: Double

  public init(attributes: Attributes) throws {
    warmup = attributes.number("warmup")
    power = attributes.number("power")
    end = attributes.number("end")
  }

  public func factor(_ clock: TrainingClock, share: Double) -> Double {
    end + (1 - end) * Double.pow(1 - share, power)
  }
}

/// The rate falls along half a cosine wave.
public struct CosineRate: Schedule, DeclaredElement {
  /// The declaration of `<cosine>`.
  public static let schema = ElementSchema(
    .schedule, "cosine", summary: "The rate falls along half a cosine wave, slowly at first and at last.",
    formula: "end + (1 - end) (1 + cos(pi share)) / 2", reference: "Loshchilov and Hutter 2017",
    example: #"<cosine warmup="2"/>"#,
    attributes: [
      .optional("end", .number(.unit), default: .number(0), "The factor that is reached at the end."),
      warmupAttribute,
    ])

  public let warmup: Double
  private let end: Double

  public init(attributes: Attributes) throws {
    warmup = attributes.number("warmup")
    end = attributes.number("end")
  }

  /// A cosine from 1 to `end` after a warm-up.
  public init(end: Double = 0, warmup: Double = 0) {
    self.end = end
    self.warmup = warmup
  }

  public func factor(_ clock: TrainingClock, share: Double) -> Double {
    end + (1 - end) * (1 + Double.cos(Double.pi * share)) / 2
  }
}

/// The rate rises from a small value to the full one, then falls to almost nothing.
public struct OneCycleRate: Schedule, DeclaredElement {
  /// The declaration of `<oneCycle>`.
  public static let schema = ElementSchema(
    .schedule, "oneCycle", summary: "The rate rises from a small value to the full one, then falls to almost nothing.",
    formula: "half cosine waves from 1/start to 1 over the first part, then to 1/(start end)",
    reference: "Smith and Topin 2019; as torch.optim.lr_scheduler.OneCycleLR", example: "<oneCycle/>",
    attributes: [
      .optional("rise", .number(.unitBelowOne), default: .number(0.3), "Share of the run in which the rate rises."),
      .optional("start", .number(NumberRange(1)), default: .number(25), "What the full rate is divided by at first."),
      .optional(
        "end", .number(NumberRange(1)), default: .number(10_000), "What the first rate is divided by at last."),
      warmupAttribute,
    ])

  public let warmup: Double
  private let rise: Double
  private let start: Double
  private let end: Double

  public init(attributes: Attributes) throws {
    warmup = attributes.number("warmup")
    rise = attributes.number("rise")
    start = attributes.number("start")
    end = attributes.number("end")
  }

  public func factor(_ clock: TrainingClock, share: Double) -> Double {
    share < rise
      ? wave(from: 1 / start, to: 1, share / rise) : wave(from: 1, to: 1 / (start * end), (share - rise) / (1 - rise))
  }

  private func wave(from a: Double, to b: Double, _ share: Double) -> Double {
    b + (a - b) * (1 + Double.cos(Double.pi * share)) / 2
  }
}
