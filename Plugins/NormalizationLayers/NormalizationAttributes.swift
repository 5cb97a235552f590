import NNCore

/// Attributes and parameters that normalizing layers share.
enum NormalizationAttributes {
  static func epsilon(_ value: Double) -> AttributeSchema {
    .optional(
      "epsilon", .number(.positive), default: .number(value),
      "Added to the variance, so that nothing is divided by zero.")
  }

  static func affine(_ value: Bool) -> AttributeSchema {
    .optional(
      "affine", .boolean, default: .boolean(value), "Whether a learned scale and shift follow the normalization.")
  }

  /// Scale and shift of `shape`, beginning as 1 and 0.
  static func parameters(_ shape: Shape, hasShift: Bool = true) -> [ParameterPlan] {
    let weight = ParameterPlan("weight", shape, initializer: .constant(1), decays: false)
    return hasShift ? [weight, ParameterPlan("bias", shape, initializer: .zeros, decays: false)] : [weight]
  }
}

/// The channels of a sample and the elements of each: the first dimension and the product of the others.
struct ChannelLayout {
  var channels: Int
  var pixels: Int

  init(_ sample: Shape, _ element: String) throws {
    guard sample.rank > 0 else {
      throw ElementError.shape("<\(element)> needs channels, but its input is a single number")
    }
    self.init(sample)
  }

  /// The layout of a shape with at least one dimension.
  init(_ sample: Shape) {
    channels = sample[0]
    pixels = sample.elementCount / sample[0]
  }
}
