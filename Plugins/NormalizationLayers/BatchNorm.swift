import NNCore
import NNKernels

/// Batch normalization: standardizes each channel over the batch, then applies a learned affine map.
public struct BatchNorm: DeclaredLayer, SynchronizedLayer {
  /// The declaration of `<batchNorm>`.
  public static let schema = ElementSchema(
    .layer, "batchNorm", summary: "Brings every channel to mean 0 and deviation 1 over the batch, then scales it.",
    formula: "y = w (x - mean) / sqrt(variance + epsilon) + b, in prediction with the running mean and variance",
    reference: "Ioffe and Szegedy 2015; as torch.nn.BatchNorm1d and BatchNorm2d, Keras's BatchNormalization; "
      + "the running variance is unbiased, and a batch with a single number for each channel changes neither",
    example: "<batchNorm/>",
    attributes: [
      .optional(
        "momentum", .number(.unit), default: .number(0.1), "The weight of a batch in the running mean and variance."),
      NormalizationAttributes.epsilon(1e-5), NormalizationAttributes.affine(true),
      .optional(
        "sync", .boolean, default: .boolean(false),
        "Where `shards` cut the batch: whether mean and variance are those of the whole batch rather than of each shard."
      ),
    ])

  /// The momentum: the weight of a batch in the running mean and variance.
  public let momentum: Double
  /// Epsilon, added to the variance.
  public let epsilon: Double
  /// Whether a learned affine map follows.
  public let isAffine: Bool
  /// Whether the whole batch is measured where it is cut into shards.
  package let isSynchronized: Bool

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(
      momentum: attributes.number("momentum"), epsilon: attributes.number("epsilon"),
      affine: attributes.boolean("affine"), synchronized: attributes.boolean("sync"))
  }

  /// The layer.
  public init(momentum: Double = 0.1, epsilon: Double = 1e-5, affine: Bool = true, synchronized: Bool = false) {
    self.momentum = momentum
    self.epsilon = epsilon
    self.isAffine = affine
    self.isSynchronized = synchronized
  }

  /// The map of channels that it is when predicting, by its running statistics.
  public var facts: LayerFacts {
    LayerFacts(
      acceptsEpilogue: true,
      channelMap: .init { [epsilon, isAffine] channels, parameters, state in
        var scale = state[1].map { 1 / ($0 + epsilon).squareRoot() }
        var shift = [Double](repeating: 0, count: channels)
        for c in 0..<channels {
          if isAffine { scale[c] *= parameters[0][c] }
          shift[c] = (isAffine ? parameters[1][c] : 0) - state[0][c] * scale[c]
        }
        return (scale, shift)
      })
  }

  /// One output of the input's shape; `weight` and `bias` if affine, and the running mean and variance of each channel
  /// as state.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let layout = try ChannelLayout(inputs[0], "batchNorm")
    let (shape, count) = (Shape(layout.channels), inputs[0].elementCount)
    return LayerPlan(
      outputs: [inputs[0]], parameters: isAffine ? NormalizationAttributes.parameters(shape) : [],
      state: [StatePlan("running_mean", shape), StatePlan("running_var", shape, initialValue: 1)],
      scratchFixed: 4 * layout.channels, savedPerSample: 2 * layout.channels, backwardNeeds: .inputs,
      leastTrainingBatch: layout.pixels == 1 ? 2 : 1,
      forwardOperations: 5 * count, backwardOperations: 8 * count)
  }

  /// y = w (x - mean) / sqrt(variance + epsilon) + b for each channel: with the batch's statistics in training, which
  /// the running ones follow, and with the running ones in prediction.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let channels = channels(context)
    let (means, variances) = kept(context)
    if context.phase == .training {
      channels.moments(means: means, variances: variances)
      moveRunning(context, count: Double(context.batch * channels.layout.pixels))
    } else {
      means.copy(from: context.state[0].buffer)
      variances.copy(from: context.state[1].buffer)
    }
    map(context)
  }

  /// The channels of the samples that a forward pass reads.
  @inline(__always)
  func channels<S: Scalar>(_ context: ForwardContext<S>) -> ChannelArrays<S> {
    ChannelArrays(
      context.input.buffer, layout: ChannelLayout(context.input.shape.sample), batch: context.batch,
      workers: context.workers)
  }

  /// Where the mean and the variance of each channel go, the latter becoming the reciprocal deviation, which the backward
  /// pass reads.
  @inline(__always)
  func kept<S: Scalar>(_ context: ForwardContext<S>) -> (means: Buffer<S>, variances: Buffer<S>) {
    let size = ChannelLayout(context.input.shape.sample).channels
    let kept = context.saved.count >= 2 * size ? context.saved : context.scratch.slice(from: 2 * size, count: 2 * size)
    return (kept.slice(from: 0, count: size), kept.slice(from: size, count: size))
  }

  /// Moves the running mean and variance of each channel towards those of `count` numbers.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func moveRunning<S: Scalar>(_ context: ForwardContext<S>, count: Double) {
    // A single element has no variance estimate, and its mean would weigh as much as a whole batch's.
    guard count > 1 else { return }
    let (means, found) = kept(context)
    let (running, variances) = (context.state[0].buffer, context.state[1].buffer)
    forEachChannel(means.count, context.workers) { c in
      running[c] += S(momentum) * (means[c] - running[c])
      variances[c] += S(momentum) * (S(Double(found[c]) * count / (count - 1)) - variances[c])
    }
  }

  /// Maps every channel by its mean and variance, and makes its variance the reciprocal deviation.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func map<S: Scalar>(_ context: ForwardContext<S>) {
    let (means, reciprocals) = kept(context)
    let size = means.count
    let (scale, weight) = (context.scratch.slice(from: 0, count: size), isAffine ? context.parameters[0].buffer : nil)
    forEachChannel(size, context.workers) { c in
      reciprocals[c] = S(1 / (Double(reciprocals[c]) + epsilon).squareRoot())
      scale[c] = (weight?[c] ?? 1) * reciprocals[c]
    }
    channels(context).map(
      centers: means, scale: scale, shift: isAffine ? context.parameters[1].buffer : scale.slice(from: 0, count: 0),
      into: context.output.buffer, rectifies: context.epilogue == .relu)
    if context.epilogue != .identity, context.epilogue != .relu {
      S.activate(context.epilogue, context.output.buffer, into: context.output.buffer, workers: context.workers)
    }
  }

  /// The gradients of x through the batch's mean and variance, of w and of b.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let channels = channels(context)
    let size = channels.layout.channels
    let totals = context.scratch.slice(from: 0, count: size)
    let products = context.scratch.slice(from: size, count: size)
    sumProducts(context)
    combine(context, totals, products, count: context.batch * channels.layout.pixels)
  }

  /// The channels of the samples that a backward pass reads.
  @inline(__always)
  func channels<S: Scalar>(_ context: BackwardContext<S>) -> ChannelArrays<S> {
    ChannelArrays(
      context.inputs[0].buffer, layout: ChannelLayout(context.inputs[0].shape.sample), batch: context.batch,
      workers: context.workers)
  }

  /// Sums dy and dy (x - m) of each channel, the first and second rows of scratch memory, and gives w and b their gradients.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func sumProducts<S: Scalar>(_ context: BackwardContext<S>) {
    let channels = channels(context)
    let size = channels.layout.channels
    let means = context.saved.slice(from: 0, count: size)
    let reciprocals = context.saved.slice(from: size, count: size)
    let totals = context.scratch.slice(from: 0, count: size)
    let products = context.scratch.slice(from: size, count: size)
    channels.products(context.upstream[0].buffer, centers: means, sums: totals, products: products)
    guard isAffine else { return }
    let (weight, bias) = (context.parameterGradients[0], context.parameterGradients[1])
    forEachChannel(size, context.workers) { c in
      if weight.isWanted { weight.put(products[c] * reciprocals[c], at: c) }
      if bias.isWanted { bias.put(totals[c], at: c) }
    }
  }

  /// The gradient of x: dx = w r (dy - mean(dy) - (x - m) r^2 mean(dy (x - m))), an affine function of dy and x for each
  /// channel.
  ///
  /// - Parameters:
  ///   - totals: for each channel the sum of dy; overwritten.
  ///   - products: for each channel the sum of dy (x - m); overwritten.
  ///   - count: the numbers that these are sums of.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func combine<S: Scalar>(_ context: BackwardContext<S>, _ totals: Buffer<S>, _ products: Buffer<S>, count: Int) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    let channels = channels(context)
    let size = channels.layout.channels
    let means = context.saved.slice(from: 0, count: size)
    let reciprocals = context.saved.slice(from: size, count: size)
    let count = S(count)
    let factor = context.scratch.slice(from: 2 * size, count: size)
    let (weight, isTraining) = (isAffine ? context.parameters[0].buffer : nil, context.phase == .training)
    forEachChannel(size, context.workers) { c in
      factor[c] = (weight?[c] ?? 1) * reciprocals[c]
      if isTraining {
        products[c] = -factor[c] * reciprocals[c] * reciprocals[c] * (products[c] / count)
        totals[c] = -factor[c] * (totals[c] / count)
      } else {
        (products[c], totals[c]) = (0, 0)
      }
    }
    channels.combine(
      context.upstream[0].buffer, factor: factor, slope: products, centers: means, constant: totals, into: downstream)
  }

  /// Threads share many channels.
  @inline(__always)
  func forEachChannel(_ count: Int, _ workers: WorkerPool, _ body: (_ channel: Int) -> Void) {
    workers.run(count: count, grain: 512) { channels in for c in channels { body(c) } }
  }
}
