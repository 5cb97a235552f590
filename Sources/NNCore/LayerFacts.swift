import NNKernels

/// Facts that let plans fuse, fold and report without knowing any layer by name. A layer that declares nothing works,
/// only less cleverly.
public struct LayerFacts: Sendable, Hashable {
  /// How results of different implementations of the layer may be compared.
  public enum Comparison: Sendable {
    /// Bit for bit: the layer moves numbers.
    case exact
    /// Up to rounding.
    case rounding
    /// Not at all: the layer draws random numbers.
    case random
  }

  /// An affine map y = x W^T + b of the last dimension, which may be packed, fused and multiplied with its neighbour.
  public struct AffineMap: Sendable, Hashable {
    /// The index of W (outputs x inputs) among the parameters.
    public var weight: Int
    /// The index of b among the parameters, if there is one.
    public var bias: Int?

    /// An affine map with its parameters' places.
    public init(weight: Int, bias: Int?) {
      self.weight = weight
      self.bias = bias
    }
  }

  /// What a loss's first output means.
  public enum Prediction: Sendable, Hashable {
    /// Probabilities of classes that exclude one another.
    case probabilities
    /// Scores of classes, the highest one meant.
    case scores
    /// For each element, the probability of yes.
    case binaryProbabilities
    /// Numbers.
    case values
  }

  /// The elementwise function that the layer is, if it is one that kernels know.
  public var activation: Activation?
  /// Whether forward honours `ForwardContext.epilogue`.
  public var acceptsEpilogue: Bool
  /// The affine map that the layer is, if it is one.
  public var affine: AffineMap?
  /// Whether the output is the input, element for element, when predicting; the shape may differ.
  public var copiesWhenPredicting: Bool
  /// What a loss's first output means; nil for other layers.
  public var prediction: Prediction?
  /// What the output means, if the layer turns scores into probabilities; nil for other layers.
  public var probabilities: Prediction?
  /// Whether a loss is a plain sum, so that the loss of several batches together is their sum.
  public var sumsLoss: Bool
  /// How results may be compared.
  public var comparison: Comparison

  /// Facts; what is left out is the cautious answer.
  public init(
    activation: Activation? = nil, acceptsEpilogue: Bool = false, affine: AffineMap? = nil,
    copiesWhenPredicting: Bool = false, prediction: Prediction? = nil, probabilities: Prediction? = nil,
    sumsLoss: Bool = false, comparison: Comparison = .rounding
  ) {
    self.activation = activation
    self.acceptsEpilogue = acceptsEpilogue
    self.affine = affine
    self.copiesWhenPredicting = copiesWhenPredicting
    self.prediction = prediction
    self.probabilities = probabilities
    self.sumsLoss = sumsLoss
    self.comparison = comparison
  }
}
