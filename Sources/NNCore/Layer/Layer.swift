import NNKernels

/// A layer: an immutable value that holds its attributes and nothing else.
///
/// Parameters, running statistics, activations, gradients and scratch memory belong to whoever runs the layer and come
/// in through the contexts; so one value serves training, prediction, several threads and both precisions at once.
/// Losses are layers too: they read a prediction and a target, write a prediction that a person can use (for instance
/// probabilities) and the loss.
public protocol Layer: ElementValue {
  /// Facts about this layer with its attributes; see `LayerFacts`.
  var facts: LayerFacts { get }

  /// What the layer computes, written out for inputs of the given shapes; nil, as by default, if it says nothing.
  func formula(_ inputs: [Shape]) -> LayerFormula?

  /// The layer in a form that predicts faster, on parameters that are packed once for its kernels; nil, as by default, if
  /// there is none.
  ///
  /// - Parameters:
  ///   - inputs: the shapes of the inputs (of one sample), which the plan has accepted.
  ///   - scalar: the precision, on which the layout of packed parameters may depend.
  func packed<S: Scalar>(_ inputs: [Shape], for scalar: S.Type) -> (any PackedLayer)?

  /// Shape inference: what the layer will do with inputs of the given shapes (of one sample, without the batch).
  ///
  /// Throws an `ElementError` that names the shapes met and those that would fit.
  func plan(_ inputs: [Shape]) throws -> LayerPlan

  /// What the layer does with inputs whose samples have lengths of their own; asked after `plan` if there are any.
  ///
  /// A layer that keeps, changes or consumes a length reads only valid steps, or relies on padding being 0. One that
  /// says nothing refuses.
  ///
  /// - Parameters:
  ///   - lengths: for each input its length, or nil if every sample has the shape's steps.
  ///   - inputs: the shapes of the inputs.
  /// - Returns: for each output its length, or nil if it has none.
  /// - Throws: an `ElementError` if it cannot read them.
  func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?]

  /// The layer as it reads a sequence one step at a time, on the same parameters: its inputs that have lengths are then of a
  /// single step, and what it has to know of the steps before is in its state, which is 0 at the beginning. It computes what
  /// the layer computes of the whole sequence; where that is the same for a single step, it is the layer itself. nil, as by
  /// default, if it cannot.
  ///
  /// - Parameter inputs: the shapes of the inputs of the layer for whole sequences.
  func stepped(_ inputs: [Shape]) -> (any Layer)?

  /// Computes the outputs, and the loss if it is one, from the inputs.
  func forward<S: Scalar>(_ context: ForwardContext<S>)

  /// Computes downstream gradients (of the inputs) and parameter gradients from upstream gradients (of the outputs):
  /// downstream = upstream x local gradient. Every gradient slot says whether it is wanted, and whether to add to what
  /// it holds.
  func backward<S: Scalar>(_ context: BackwardContext<S>)
}

extension Layer {
  /// Whether the layer is a loss, which is what its declaration says.
  public var isLoss: Bool { schema.kind == .loss }

  /// No facts.
  public var facts: LayerFacts { LayerFacts() }

  /// No formula.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { nil }

  /// Refuses all lengths.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    throw ElementError.length(schema.name)
  }

  /// No single steps.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { nil }

  /// No packed form.
  public func packed<S: Scalar>(_ inputs: [Shape], for scalar: S.Type) -> (any PackedLayer)? { nil }
}

/// A layer whose type has one declaration, so that `Registry.register` takes the type: what most layers are.
public typealias DeclaredLayer = Layer & DeclaredElement

/// A layer that only predicts, on the parameters of another one in another form.
public protocol PackedLayer: Layer {
  /// Packs the parameters of the layer that it stands for into its own, both in their plan's order.
  ///
  /// - Parameters:
  ///   - parameters: of the original layer, in the shapes of its plan; its state is not among them.
  ///   - packed: this layer's, to be written completely.
  func pack<S: Scalar>(_ parameters: [Tensor<S>], into packed: [Tensor<S>], workers: WorkerPool)

  /// The layer with a maximum pooling of its output, on the same packed parameters; nil, as by default, if that is no
  /// faster than one after the other.
  func pooled<S: Scalar>(by pooling: Pooling, for scalar: S.Type) -> (any PackedLayer)?
}

extension PackedLayer {
  /// No form with a pooling.
  public func pooled<S: Scalar>(by pooling: Pooling, for scalar: S.Type) -> (any PackedLayer)? { nil }
}

/// What a pass is run for.
public enum Phase: Sendable, Hashable {
  /// A training step: dropout drops, running statistics are updated.
  case training
  /// Prediction or evaluation.
  case inference
}

/// All that a layer's forward pass reads and writes. Tensors have the batch as their first dimension.
public struct ForwardContext<S: Scalar>: Sendable {
  /// The number of samples.
  public package(set) var batch: Int
  /// What the pass is run for.
  public package(set) var phase: Phase
  /// The inputs; do not write to them.
  public package(set) var inputs: [Tensor<S>]
  /// The outputs, to be written completely.
  public package(set) var outputs: [Tensor<S>]
  /// For each input, the steps of each sample, from 1 to those of the shape; nil if all samples have the shape's.
  public package(set) var inputLengths: [Buffer<Int32>?]
  /// For each output, the steps of each sample; nil if all samples have the shape's.
  public package(set) var outputLengths: [Buffer<Int32>?]
  /// A loss's target; nil when only the prediction is wanted.
  public package(set) var target: Tensor<S>?
  /// Where a loss writes its numerator and denominator; the loss is their quotient, and the loss of several batches
  /// together is the sum of the numerators over that of the denominators. The denominator depends on targets, lengths and
  /// weights, never on predictions. Empty for other layers and without a target.
  public package(set) var loss: Buffer<Double>
  /// The parameters, in the plan's order.
  public package(set) var parameters: [Tensor<S>]
  /// The arrays that the layer may update in the training phase, in the plan's order.
  public package(set) var state: [Tensor<S>]
  /// Memory that lasts until backward: `savedPerSample` scalars for each sample. Empty when there is no backward pass.
  public package(set) var saved: Buffer<S>
  /// Memory that lasts for this call: `scratchFixed` scalars and `scratchPerSample` for each sample.
  public package(set) var scratch: Buffer<S>
  /// The function to apply to the first output; `identity` unless the layer's facts accept an epilogue.
  public package(set) var epilogue: Activation
  /// Whether the first output holds numbers already, to which the result is added before the epilogue; false unless the
  /// layer's facts accept an addend.
  public package(set) var addsToOutput: Bool
  /// This layer's random numbers in this step; backward gets the same stream.
  public package(set) var random: RandomStream
  /// The threads to share work with.
  public package(set) var workers: WorkerPool

  /// The first input.
  public var input: Tensor<S> { inputs[0] }
  /// The first output.
  public var output: Tensor<S> { outputs[0] }
}

/// A place for a gradient.
public struct GradientSlot<S: Scalar>: Sendable {
  /// Whether anybody wants this gradient. If not, `tensor` is not to be touched.
  public package(set) var isWanted: Bool
  /// Whether the gradient is added to what the tensor holds; if not, it replaces it.
  public package(set) var accumulates: Bool
  /// Where it goes.
  public package(set) var tensor: Tensor<S>

  /// Adds to, or replaces, the element at `index`.
  @inline(__always)
  public func put(_ value: S, at index: Int) {
    tensor.buffer[index] = accumulates ? tensor.buffer[index] + value : value
  }

  /// Adds to, or replaces, every element, with what `value` says for its index.
  @inlinable @inline(__always)
  public func putAll(_ value: (_ index: Int) -> S) {
    let elements = tensor.buffer
    if accumulates {
      for i in 0..<elements.count { elements[i] += value(i) }
    } else {
      for i in 0..<elements.count { elements[i] = value(i) }
    }
  }
}

/// All that a layer's backward pass reads and writes.
public struct BackwardContext<S: Scalar>: Sendable {
  /// The number of samples.
  public package(set) var batch: Int
  /// What the forward pass was run for.
  public package(set) var phase: Phase
  /// The forward pass's inputs; valid if the plan's `backwardNeeds` has `.inputs`.
  public package(set) var inputs: [Tensor<S>]
  /// The forward pass's outputs; valid if the plan's `backwardNeeds` has `.outputs`.
  public package(set) var outputs: [Tensor<S>]
  /// For each input, the steps of each sample; nil if all samples have the shape's. Gradients beyond them are 0.
  public package(set) var inputLengths: [Buffer<Int32>?]
  /// For each output, the steps of each sample; nil if all samples have the shape's.
  public package(set) var outputLengths: [Buffer<Int32>?]
  /// A loss's target.
  public package(set) var target: Tensor<S>?
  /// The loss's numerator and denominator, as forward wrote them, weighted where samples have weights: gradients are divided
  /// by the denominator, never by the number of samples. Of a shard of a batch, the denominator is that of the whole batch.
  public package(set) var loss: Buffer<Double>
  /// The gradient of the total with respect to this loss: its weight. 0 for other layers.
  public package(set) var lossGradient: Double
  /// The gradients with respect to the outputs. A loss has none: its prediction passes no gradient on.
  public package(set) var upstream: [Tensor<S>]
  /// The gradients with respect to the inputs.
  public package(set) var downstream: [GradientSlot<S>]
  /// The parameters.
  public package(set) var parameters: [Tensor<S>]
  /// The gradients with respect to the parameters.
  public package(set) var parameterGradients: [GradientSlot<S>]
  /// The arrays that the layer updates itself.
  public package(set) var state: [Tensor<S>]
  /// What forward saved.
  public package(set) var saved: Buffer<S>
  /// Memory that lasts for this call.
  public package(set) var scratch: Buffer<S>
  /// The stream that forward had.
  public package(set) var random: RandomStream
  /// The threads to share work with.
  public package(set) var workers: WorkerPool
}
