/// The cell of a recurrent layer: how the next hidden state follows from an input x and the state h before. Gates are
/// blocks of the weights' rows, in PyTorch's order. W and R are the input and hidden weights, b and d their biases.
public enum RecurrentCell: Sendable, Hashable {
  /// h = tanh(W x + b + R h + d); Elman 1990.
  case rnn
  /// Gates i, f, g, o = W x + b + R h + d; c = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c); Hochreiter and
  /// Schmidhuber 1997, Gers et al. 2000.
  case lstm
  /// r, z = sigmoid(W x + b + R h + d); n = tanh(W x + b + r (R h + d)); h = (1 - z) n + z h; Cho et al. 2014, with the
  /// reset after the product.
  case gru

  /// Blocks of the weights' rows.
  public var gates: Int {
    switch self {
    case .rnn: 1
    case .lstm: 4
    case .gru: 3
    }
  }

  /// Numbers of a unit and step from which backward computes: the gates' values, and for a GRU R h + d of n, which r
  /// multiplies.
  public var savedGates: Int { self == .gru ? 4 : gates }
}

/// The shape of one direction of one recurrent layer: each of `batch` sequences is read step by step from the state 0.
///
/// x is [batch, steps, features], dense. A sequence has as many valid steps as its length says, at least one; what comes
/// after them is padding, which is neither read nor written. Processing order is that of the steps, or from the last valid
/// one to the first if `isReversed`.
public struct Recurrence: Sendable, Hashable {
  public var cell: RecurrentCell
  public var batch: Int
  public var steps: Int
  public var features: Int
  public var units: Int
  public var isReversed: Bool
  /// Whether the hidden state of every step is an output, or only that of the step processed last.
  public var returnsAll: Bool
  /// Outputs are rows of `outputStride` scalars, one for each sequence and step (or for each sequence), which hold the
  /// hidden state from `outputOffset` on.
  public var outputStride: Int
  public var outputOffset: Int

  public init(
    _ cell: RecurrentCell, batch: Int, steps: Int, features: Int, units: Int, isReversed: Bool = false,
    returnsAll: Bool = true, outputStride: Int? = nil, outputOffset: Int = 0
  ) {
    self.cell = cell
    self.batch = batch
    self.steps = steps
    self.features = features
    self.units = units
    self.isReversed = isReversed
    self.returnsAll = returnsAll
    self.outputStride = outputStride ?? units
    self.outputOffset = outputOffset
  }

  /// Rows of the weights: one for each gate and unit.
  public var gateRows: Int { cell.gates * units }

  /// Scalars of x and h together, the inner index of the gate products.
  @inlinable public var inner: Int { features + units }

  /// Scalars for each step of a sequence that forward saves: x and h before the step, the gates, and an LSTM's c.
  public var savedPerStep: Int { inner + cell.savedGates * units + (cell == .lstm ? units : 0) }

  /// Scalars for each sequence that a pass takes over from the one before: h, and an LSTM's c.
  public var carriedPerSequence: Int { cell == .lstm ? 2 * units : units }

  /// Where `saved` holds the gates' values and the cells, for `rows` steps of all sequences together.
  @inlinable public func gateStart(_ rows: Int) -> Int { rows * inner }
  @inlinable public func cellStart(_ rows: Int) -> Int { rows * (inner + cell.savedGates * units) }

  /// The valid steps of sequence `index`.
  @inlinable public func length(_ lengths: Buffer<Int32>?, _ index: Int) -> Int {
    guard let lengths else { return steps }
    return Swift.min(steps, Swift.max(1, Int(lengths[index])))
  }

  /// The step that sequence of `length` steps processes as number `index`.
  @inlinable public func step(_ index: Int, of length: Int) -> Int { isReversed ? length - 1 - index : index }

  /// The first scalar of the output row of a sequence's step.
  @inlinable public func outputRow(_ sequence: Int, _ step: Int) -> Int {
    (returnsAll ? sequence * steps + step : sequence) * outputStride + outputOffset
  }
}

/// What a recurrence knows of the steps that came before: a pass begins with it, and leaves it for the next one.
public struct CarriedState<S: BitwiseCopyable>: Sendable {
  /// For each sequence h, and then an LSTM's c.
  public var values: Buffer<S>
  /// Whether steps came before. If none did, `values` is only written.
  public var continues: Bool

  public init(_ values: Buffer<S>, continues: Bool) {
    self.values = values
    self.continues = continues
  }
}

/// The parameters of a recurrence: weights of gateRows x features and gateRows x units, and biases of gateRows or none.
public struct RecurrentWeights<S: BitwiseCopyable>: Sendable {
  public var input: Buffer<S>
  public var hidden: Buffer<S>
  public var inputBias: Buffer<S>?
  public var hiddenBias: Buffer<S>?

  public init(input: Buffer<S>, hidden: Buffer<S>, inputBias: Buffer<S>? = nil, hiddenBias: Buffer<S>? = nil) {
    self.input = input
    self.hidden = hidden
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
  }
}

/// A gradient to be computed: it is added to what the buffer holds, or replaces it.
public struct GradientTarget<S: BitwiseCopyable>: Sendable {
  public var buffer: Buffer<S>
  public var accumulate: Bool

  public init(_ buffer: Buffer<S>, accumulate: Bool = false) {
    self.buffer = buffer
    self.accumulate = accumulate
  }
}

/// The gradients that a recurrence's backward pass computes; nil for those that nobody wants. The gradient of x has x's
/// layout; padding gets 0 unless it accumulates.
public struct RecurrentGradients<S: BitwiseCopyable>: Sendable {
  public var input: GradientTarget<S>?
  public var hidden: GradientTarget<S>?
  public var inputBias: GradientTarget<S>?
  public var hiddenBias: GradientTarget<S>?
  public var x: GradientTarget<S>?

  public init(
    input: GradientTarget<S>? = nil, hidden: GradientTarget<S>? = nil, inputBias: GradientTarget<S>? = nil,
    hiddenBias: GradientTarget<S>? = nil, x: GradientTarget<S>? = nil
  ) {
    self.input = input
    self.hidden = hidden
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
    self.x = x
  }

  /// Whether a gradient of a parameter is wanted.
  public var wantsParameters: Bool { input != nil || hidden != nil || inputBias != nil || hiddenBias != nil }
}
