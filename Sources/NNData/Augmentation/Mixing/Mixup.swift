import NNCore
import NNKernels

/// Mixes each sample of a batch with another one, and their right answers alike, by shares from Beta(alpha, alpha).
public struct Mixup: BatchAugmentation, DeclaredElement {
  /// The declaration of `<mixup>`.
  public static let schema = ElementSchema(
    .augmentation, "mixup",
    summary: "Mixes each sample with another one of its batch, and its answer with the other's: labels become "
      + "distributions over the classes. It is the last of the changes and works on any numbers, not on pictures only. "
      + "Training accuracy counts the class with the larger share.",
    formula: "x := a x + (1 - a) x', t := a t + (1 - a) t', a from Beta(alpha, alpha)",
    reference: "Zhang, Cisse, Dauphin and Lopez-Paz 2018", example: #"<mixup alpha="0.2"/>"#,
    attributes: [
      .required(
        "alpha", .number(NumberRange(0, 1000, excludesLower: true)),
        "How much samples are mixed: near 0 hardly any, 1 evenly, larger ones half and half.")
    ])

  private let alpha: Double

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { alpha = attributes.number("alpha") }

  /// The share of the sample itself, drawn from Beta(alpha, alpha).
  public func share(_ random: RandomStream) -> Double { random.symmetricBeta(alpha) }
}
