import NNCore

private let dimensionsAttribute = AttributeSchema.optional(
  "dimensions", .integer(1...Shape.maximumRank), default: .integer(1),
  "How many of the last dimensions are normalized together.")

/// Layer normalization: standardizes each row of a sample, then applies a learned affine map per column.
public struct LayerNorm: RowNormalization {
  /// The declaration of `<layerNorm>`.
  public static let schema = ElementSchema(
    .layer, "layerNorm", summary: "Brings every row of a sample to mean 0 and deviation 1, then scales it.",
    formula: "y = w (x - mean) / sqrt(variance + epsilon) + b, over the last dimensions of each sample",
    reference: "Ba et al. 2016; as torch.nn.LayerNorm", example: "<layerNorm/>",
    attributes: [dimensionsAttribute, NormalizationAttributes.epsilon(1e-5), NormalizationAttributes.affine(true)])

  /// How many of the last dimensions make a row.
  public let dimensions: Int
  /// Added to the variance, so that nothing is divided by 0.
  public let epsilon: Double
  /// Whether a learned scale and shift follow.
  public let isAffine: Bool
  /// Rows are brought to mean 0.
  public var centers: Bool { true }

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(
      dimensions: attributes.integer("dimensions"), epsilon: attributes.number("epsilon"),
      affine: attributes.boolean("affine"))
  }

  /// The layer.
  public init(dimensions: Int = 1, epsilon: Double = 1e-5, affine: Bool = true) {
    self.dimensions = dimensions
    self.epsilon = epsilon
    self.isAffine = affine
  }
}

/// RMS normalization: scales each row of a sample to mean square 1, then applies a learned scale per column.
public struct RMSNorm: RowNormalization {
  /// The declaration of `<rmsNorm>`.
  public static let schema = ElementSchema(
    .layer, "rmsNorm", summary: "Brings every row of a sample to a mean square of 1, then scales it.",
    formula: "y = w x / sqrt(mean of x^2 + epsilon), over the last dimensions of each sample",
    reference: "Zhang and Sennrich 2019; as torch.nn.RMSNorm", example: "<rmsNorm/>",
    attributes: [dimensionsAttribute, NormalizationAttributes.epsilon(1e-6), NormalizationAttributes.affine(true)])

  /// How many of the last dimensions make a row.
  public let dimensions: Int
  /// Added to the mean square, so that nothing is divided by 0.
  public let epsilon: Double
  /// Whether a learned scale follows.
  public let isAffine: Bool
  /// Rows keep their mean.
  public var centers: Bool { false }

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(
      dimensions: attributes.integer("dimensions"), epsilon: attributes.number("epsilon"),
      affine: attributes.boolean("affine"))
  }

  /// The layer.
  public init(dimensions: Int = 1, epsilon: Double = 1e-6, affine: Bool = true) {
    self.dimensions = dimensions
    self.epsilon = epsilon
    self.isAffine = affine
  }
}
