import NNCore
import NNKernels

/// The quantile loss (pinball loss), whose least expected value is at the quantile of the targets.
public struct Quantile: ElementwiseLoss {
  /// The declaration of `<quantile>`.
  public static let schema = ElementSchema(
    .loss, "quantile",
    summary:
      "Makes the prediction a quantile of the target: too low a prediction costs more, or less, than too high a one.",
    formula: "d = t - x; q d where d > 0, else (q - 1) d; dx = -q where d > 0, 1 - q where d < 0",
    reference: "Koenker and Bassett 1978; sklearn.metrics.mean_pinball_loss", example: #"<quantile level="0.9"/>"#,
    attributes: [
      .optional(
        "level", .number(NumberRange(0, 1, excludesLower: true, excludesUpper: true)), default: .number(0.5),
        "Which quantile q: the share of the targets that are to lie below the prediction; 0.5 is the median."),
      Reduction.attribute("over every element"),
    ])

  /// Whether the loss is a mean or a sum.
  public let reduction: Reduction
  /// The share of the targets that are to lie below the prediction.
  public let level: Double

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws {
    level = attributes.number("level")
    reduction = Reduction(attributes)
  }

  /// The loss.
  public init(level: Double = 0.5, reduction: Reduction = .mean) {
    self.level = level
    self.reduction = reduction
  }

  /// States that the prediction is the input, as a quantile of the target.
  public var facts: LayerFacts {
    LayerFacts(copiesWhenPredicting: true, prediction: .values, sumsLoss: reduction == .sum, quantile: level)
  }

  /// (1 - q) d where the prediction is higher by d, -q d where it is lower
  public func value<S: Scalar>(_ difference: S) -> S {
    difference > 0 ? S(1 - level) * difference : -S(level) * difference
  }

  /// 1 - q where the prediction is higher, -q where it is lower, 0 where it is right
  public func slope<S: Scalar>(_ difference: S) -> S {
    difference > 0 ? S(1 - level) : difference < 0 ? -S(level) : difference
  }
}
