/// A trainable array of a layer.
public struct ParameterPlan: Sendable, Hashable {
  /// The name within the layer, PyTorch's where PyTorch has one: `weight`, `bias`.
  public var name: String
  /// The sizes, in PyTorch's layout.
  public var shape: Shape
  /// How it gets its first values.
  public var initializer: Initializer
  /// Inputs that one output element sums over.
  public var fanIn: Int
  /// Outputs that one input element reaches.
  public var fanOut: Int
  /// Whether weight decay applies: yes for weights, no for biases and normalization.
  public var decays: Bool
  /// Whether the first dimension counts the steps of the layer's input, so that the layer reads for fewer steps the beginning of what
  /// it reads for more.
  public var countsSteps: Bool

  /// A parameter.
  public init(
    _ name: String, _ shape: Shape, initializer: Initializer, fanIn: Int = 1, fanOut: Int = 1, decays: Bool,
    countsSteps: Bool = false
  ) {
    self.countsSteps = countsSteps
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.fanIn = fanIn
    self.fanOut = fanOut
    self.decays = decays
  }
}

/// An array that a layer updates itself while training, such as a running mean. It is saved with the weights.
public struct StatePlan: Sendable, Hashable {
  /// The name within the layer.
  public var name: String
  /// The sizes.
  public var shape: Shape
  /// The value of every element before training.
  public var initialValue: Double

  /// A state array.
  public init(_ name: String, _ shape: Shape, initialValue: Double = 0) {
    self.name = name
    self.shape = shape
    self.initialValue = initialValue
  }
}

/// What the backward pass of a layer reads besides upstream gradients and parameters. What it does not name may have
/// been overwritten by then.
public struct BackwardNeeds: OptionSet, Sendable, Hashable {
  /// The set's bits.
  public let rawValue: Int
  /// A set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// The inputs of the forward pass.
  public static let inputs = BackwardNeeds(rawValue: 1)
  /// The outputs of the forward pass.
  public static let outputs = BackwardNeeds(rawValue: 2)
}

/// The form of the right answers that a data set holds or a loss accepts, one per sample.
public enum TargetForm: Sendable, Hashable {
  /// Class numbers in `0..<count`, one for each element of `shape` (a single one for the shape `1`).
  case classes(count: Int, shape: Shape)
  /// Numbers, such as regression targets or distributions over classes.
  case values(Shape)

  /// The sizes of one sample's target.
  public var shape: Shape {
    switch self {
    case .classes(_, let shape): shape
    case .values(let shape): shape
    }
  }
}

extension TargetForm: CustomStringConvertible {
  /// The form in words.
  public var description: String {
    switch self {
    case .classes(let count, let shape):
      shape.elementCount == 1 ? "a label of \(count) classes" : "\(shape) labels of \(count) classes"
    case .values(let shape): shape.elementCount == 1 ? "1 number" : "\(shape) numbers"
    }
  }
}

/// What a layer will do with inputs of given shapes: the result of its shape inference. Shapes are those of one sample.
///
/// | field | with it | without it |
/// |---|---|---|
/// | `outputs` | as many outputs, of these shapes | a layer has at least one |
/// | `parameters` | arrays that `Initializer` fills, training changes and files hold | nothing to learn |
/// | `state` | arrays that `forward` changes in the training phase and files hold | nothing is kept from step to step |
/// | `scratchPerSample`, `scratchFixed` | `scratch` has so many scalars during a call | it is empty |
/// | `savedPerSample` | `saved` has so many scalars from `forward` to `backward` | it is empty |
/// | `backwardNeeds` | the inputs or outputs of `forward` keep their memory until `backward` | they may have been overwritten |
/// | `runsInPlace` | the first output may share the first input's memory | it has memory of its own |
/// | `targets` | for a loss, which needs at least one: the forms that it can judge by | a layer that is no loss has none |
/// | `window` | summaries show the receptive field | it is unknown from here on if the spatial sizes change |
/// | `leastTrainingBatch` | smaller batches are refused before training | 1 |
/// | `forwardOperations`, `backwardOperations` | summaries, and how batches are cut among threads | 0 counts as no work |
///
/// What holds for all shapes is in `LayerFacts`.
public struct LayerPlan: Sendable, Hashable {
  /// The shapes of one sample's outputs.
  public var outputs: [Shape]
  /// The trainable arrays.
  public var parameters: [ParameterPlan]
  /// The arrays that the layer updates itself.
  public var state: [StatePlan]
  /// Scalars of memory that forward or backward use while they run, for each sample.
  public var scratchPerSample: Int
  /// Scalars of memory that forward or backward use while they run, whatever the batch.
  public var scratchFixed: Int
  /// Scalars for each sample that forward writes to `saved` and backward reads there.
  public var savedPerSample: Int
  /// What backward reads.
  public var backwardNeeds: BackwardNeeds
  /// Whether the first output may be the first input's memory, and the first downstream gradient the first upstream
  /// gradient's. The layer works either way.
  public var runsInPlace: Bool
  /// The target forms that a loss accepts, the usual one first; empty for other layers.
  public var targets: [TargetForm]
  /// The windows through which the layer looks at its first input; nil for layers that have none.
  public var window: LayerWindow?
  /// The fewest samples of a batch from which the layer learns what it needs: more than one where it measures the batch
  /// and a sample has a single number to measure.
  public var leastTrainingBatch: Int
  /// Additions, multiplications and other elementary operations of one sample's forward pass.
  public var forwardOperations: Int
  /// The same of the backward pass.
  public var backwardOperations: Int

  /// A plan.
  public init(
    outputs: [Shape], parameters: [ParameterPlan] = [], state: [StatePlan] = [], scratchPerSample: Int = 0,
    scratchFixed: Int = 0, savedPerSample: Int = 0, backwardNeeds: BackwardNeeds, runsInPlace: Bool = false,
    targets: [TargetForm] = [], window: LayerWindow? = nil, leastTrainingBatch: Int = 1, forwardOperations: Int,
    backwardOperations: Int
  ) {
    self.outputs = outputs
    self.parameters = parameters
    self.state = state
    self.scratchPerSample = scratchPerSample
    self.scratchFixed = scratchFixed
    self.savedPerSample = savedPerSample
    self.backwardNeeds = backwardNeeds
    self.runsInPlace = runsInPlace
    self.targets = targets
    self.window = window
    self.leastTrainingBatch = leastTrainingBatch
    self.forwardOperations = forwardOperations
    self.backwardOperations = backwardOperations
  }
}
