import NNKernels

/// Facts that let plans fuse, fold and report without knowing any layer by name. A layer that declares nothing works,
/// only less cleverly.
///
/// | fact | with it | without it |
/// |---|---|---|
/// | `activation` | the layer before applies the function to each tile of its result, if it says `acceptsEpilogue` | the function makes a pass of its own |
/// | `acceptsEpilogue` | the layer gets the `activation` that follows in `ForwardContext.epilogue` | the activation makes a pass of its own |
/// | `acceptsAddend` | in prediction, the layer adds its result to the other input of an `isSum` layer, in that input's memory | the sum makes a pass of its own |
/// | `isSum` | in prediction, a layer before that says `acceptsAddend` makes the sum | the sum makes a pass of its own |
/// | `affine` | in prediction, affine maps in a row become one, and take in a `channelMap`; `linear-after-linear` is told | each runs by itself |
/// | `channelMap` | in prediction, the layer before takes the scale and shift into its weights, by `outputChannels` or `affine` | the layer runs by itself |
/// | `outputChannels` | in prediction, the layer takes in the `channelMap` layers that follow | they run by themselves |
/// | `maximumOfWindows` | in prediction, the layer before makes the maxima itself, if its `PackedLayer.pooled` does | the pooling runs by itself |
/// | `copiesWhenPredicting` | in prediction, the layer is left out if the shape stays, and in place it is a new name for the same memory | the layer copies |
/// | `prediction` | for a loss: accuracy, class names and probabilities are shown; `probabilities-twice` is told | the output is numbers, judged by RMSE |
/// | `probabilities` | `probabilities-twice` is told of a loss that makes the same of scores | the warning is missing |
/// | `sumsLoss` | for a loss: an evaluation adds the losses of its batches | it divides their numerators by their denominators |
/// | `targetRange` | for a loss: targets outside are refused before the first step | the loss meets them |
/// | `quantile` | for a loss: the quantile loss is among the metrics | it is not |
/// | `ignoredLabel` | for a loss: data may hold the label besides its classes, and evaluation leaves its samples out | the label is refused if it is no class |
/// | `clearsPadding` | forward writes 0 to the padding of outputs, backward to that of gradients | the net does so after each pass |
/// | `comparison` | the conformance suite compares precisions and batches as strictly as the layer allows | `rounding` |
///
/// What a layer does with inputs of given shapes is its `LayerPlan`.
public struct LayerFacts: Sendable {
  /// How results of different implementations of the layer may be compared.
  public enum Comparison: Sendable {
    /// Bit for bit: the layer moves numbers.
    case exact
    /// Up to rounding.
    case rounding
    /// Not at all: the layer draws random numbers.
    case random
  }

  /// An affine map y = x W^T + b of a row x, whose product with the affine map before or after it is one too.
  public struct AffineMap: Sendable {
    /// A layer that computes an affine map with so many outputs, with or without b. Its parameters are W and then b.
    public typealias Maker = @Sendable (_ outputs: Int, _ hasBias: Bool) -> any Layer

    /// The index of W (outputs x inputs) among the parameters.
    public var weight: Int
    /// The index of b (outputs) among the parameters, if there is one.
    public var bias: Int?
    /// The layer that computes this map, or a product of it with others, when predicting.
    public var layer: Maker

    /// An affine map with its parameters' indices and the layer that computes its products with others.
    public init(weight: Int, bias: Int?, layer: @escaping Maker) {
      self.weight = weight
      self.bias = bias
      self.layer = layer
    }
  }

  /// The affine map of each channel (the first dimension of a sample) that a layer is when predicting:
  /// y[c] = scale[c] x[c] + shift[c], as batch normalization with its running statistics. It can be folded into the
  /// weights of the layer before; see `OutputChannels`.
  public struct ChannelMap: Sendable {
    /// A layer's parameters or state: one array for each, in the plan's order.
    public typealias Arrays = [[Double]]

    /// The scale and the shift of each of so many channels, for the given parameters and state.
    public var numbers:
      @Sendable (_ channels: Int, _ parameters: Arrays, _ state: Arrays) -> (scale: [Double], shift: [Double])

    /// A map with the function that gives its numbers.
    public init(
      _ numbers:
        @escaping @Sendable (_ channels: Int, _ parameters: Arrays, _ state: Arrays) -> (
          scale: [Double], shift: [Double]
        )
    ) { self.numbers = numbers }

    /// The same map of all channels.
    public init(scale: Double = 1, shift: Double = 0) {
      self.init { channels, _, _ in
        ([Double](repeating: scale, count: channels), [Double](repeating: shift, count: channels))
      }
    }
  }

  /// The output channels (the first dimension of a sample) of a layer that is linear in its weights, each channel having
  /// weights and a bias b of its own: scale (W x + b) + shift = (scale W) x + (scale b + shift).
  public struct OutputChannels: Sendable {
    /// The index of the weight among the parameters.
    public var weight: Int
    /// The index of the bias among the parameters, if there is one.
    public var bias: Int?
    /// The dimension of the weight that counts the channels, 0 or 1.
    public var dimension: Int
    /// Where dimension 1 counts them: the groups that dimension 0 is cut into, each with channels of its own.
    public var groups: Int
    /// The same layer with a bias behind its other parameters, for one that has none.
    public var biased: (any Layer)?

    /// Channels with their parameters' places.
    public init(weight: Int, bias: Int?, dimension: Int = 0, groups: Int = 1, biased: (any Layer)? = nil) {
      self.weight = weight
      self.bias = bias
      self.dimension = dimension
      self.groups = groups
      self.biased = biased
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
    /// At each step probabilities of labels, of which `blank` is none: the labels of a sequence are the most probable one of
    /// each step, repeated ones once, blanks left out.
    case labels(blank: Int)
  }

  /// The elementwise function that the layer is, if it is one that kernels know.
  public var activation: Activation?
  /// Whether forward honours `ForwardContext.epilogue`.
  public var acceptsEpilogue: Bool
  /// Whether forward honours `ForwardContext.addsToOutput`, as producers do whose sum with something else is wanted.
  public var acceptsAddend: Bool
  /// Whether the output is the sum of the inputs, element by element, where all have the same shape.
  public var isSum: Bool
  /// The affine map that the layer is, if it is one.
  public var affine: AffineMap?
  /// The map of channels that the layer is when predicting, if it is one.
  public var channelMap: ChannelMap?
  /// The layer's output channels, if a `channelMap` can be folded into its parameters. An affine map's are the rows of its
  /// weight; it need not say so.
  public var outputChannels: OutputChannels?
  /// The maximum pooling, for images of the given shape, that the layer is, if it is one. It can be fused with the
  /// layer before; see `PackedLayer.pooled`.
  public var maximumOfWindows: (@Sendable (Shape) -> Pooling)?
  /// Whether the output is the input, element for element, when predicting; the shape may differ.
  public var copiesWhenPredicting: Bool
  /// What a loss's first output means; nil for other layers.
  public var prediction: Prediction?
  /// What the output means, if the layer turns scores into probabilities; nil for other layers.
  public var probabilities: Prediction?
  /// Whether a loss is a plain sum, so that the loss of several batches together is their sum.
  public var sumsLoss: Bool
  /// Where the numbers of a loss's target must lie; nil if they may be any. It says nothing about labels.
  public var targetRange: ClosedRange<Double>?
  /// The quantile of the target that a loss makes the prediction, between 0 and 1; nil for other losses.
  public var quantile: Double?
  /// The label whose samples a loss leaves out; nil if all count. It may lie outside the classes.
  public var ignoredLabel: Int?
  /// Whether forward and backward leave 0 beyond the lengths of outputs and of downstream gradients.
  public var clearsPadding: Bool
  /// How results may be compared.
  public var comparison: Comparison
  /// Whether the layer computes in double precision too; a layer of a library in C may not.
  public var hasDoublePrecision: Bool

  /// Facts; what is left out is the cautious answer.
  public init(
    activation: Activation? = nil, acceptsEpilogue: Bool = false, acceptsAddend: Bool = false, isSum: Bool = false,
    affine: AffineMap? = nil, channelMap: ChannelMap? = nil, outputChannels: OutputChannels? = nil,
    maximumOfWindows: (@Sendable (Shape) -> Pooling)? = nil, copiesWhenPredicting: Bool = false,
    prediction: Prediction? = nil, probabilities: Prediction? = nil, sumsLoss: Bool = false,
    targetRange: ClosedRange<Double>? = nil, quantile: Double? = nil, ignoredLabel: Int? = nil,
    clearsPadding: Bool = false,
    comparison: Comparison = .rounding, hasDoublePrecision: Bool = true
  ) {
    self.activation = activation
    self.acceptsEpilogue = acceptsEpilogue
    self.acceptsAddend = acceptsAddend
    self.isSum = isSum
    self.affine = affine
    self.channelMap = channelMap
    self.outputChannels = outputChannels
    self.maximumOfWindows = maximumOfWindows
    self.copiesWhenPredicting = copiesWhenPredicting
    self.prediction = prediction
    self.probabilities = probabilities
    self.sumsLoss = sumsLoss
    self.targetRange = targetRange
    self.quantile = quantile
    self.ignoredLabel = ignoredLabel
    self.clearsPadding = clearsPadding
    self.comparison = comparison
    self.hasDoublePrecision = hasDoublePrecision
  }
}
