import NNCore
import NNKernels

/// A layer that standardizes groups of channels of each sample to mean 0 and variance 1, then applies an affine map per
/// channel.
public protocol GroupNormalization: DeclaredLayer {
  /// The number of groups for a sample of the given channels.
  func groups(_ channels: Int) -> Int
  /// Epsilon, added to the variance.
  var epsilon: Double { get }
  /// Whether a learned affine map follows.
  var isAffine: Bool { get }
}

extension GroupNormalization {
  /// One output of the input's shape; `weight` and `bias` of a number for each channel if affine. Throws an
  /// `ElementError` if the channels cannot be cut into the groups.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let layout = try ChannelLayout(inputs[0], Self.schema.name)
    let (groups, count) = (groups(layout.channels), inputs[0].elementCount)
    guard layout.channels % groups == 0 else {
      throw ElementError(
        code: "shape-mismatch",
        "<\(Self.schema.name)> cannot cut \(layout.channels) channels into \(groups) equal groups", attribute: "groups")
    }
    return LayerPlan(
      outputs: [inputs[0]],
      parameters: isAffine ? NormalizationAttributes.parameters(Shape(layout.channels)) : [],
      scratchPerSample: 2 * layout.channels, savedPerSample: 2 * groups, backwardNeeds: .inputs,
      forwardOperations: 6 * count, backwardOperations: 12 * count)
  }

  /// y = w (x - mean) / sqrt(variance + epsilon) + b, over each group of channels of each sample.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let layout = ChannelLayout(context.input.shape.sample)
    let none = context.scratch.slice(from: 0, count: 0)
    groupForward(
      context.input.buffer, layout, groups(layout.channels), context.batch,
      isAffine ? context.parameters[0].buffer : none, isAffine ? context.parameters[1].buffer : none, context.saved,
      epsilon, context.output.buffer, context.workers)
  }

  /// The gradients of x through mean and variance, of w and of b.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let layout = ChannelLayout(context.inputs[0].shape.sample)
    let groups = groups(layout.channels)
    let (channels, batch) = (layout.channels, context.batch)
    let sums = context.scratch.slice(from: 0, count: batch * channels)
    let products = context.scratch.slice(from: batch * channels, count: batch * channels)
    let none = context.scratch.slice(from: 0, count: 0)
    groupBackward(
      context.inputs[0].buffer, context.upstream[0].buffer, layout, groups, batch,
      isAffine ? context.parameters[0].buffer : none, context.saved, sums, products, context.downstream[0],
      context.workers)
    guard isAffine else { return }
    groupParameters(
      layout.channels, groups, batch, context.saved, sums, products, context.parameterGradients[0],
      context.parameterGradients[1])
  }
}

/// dw = sum over the samples of dy (x - mean) / deviation, db = sum of dy, from the sums of `groupBackward`.
@specialized(where S == Float)
@specialized(where S == Double)
private func groupParameters<S: Scalar>(
  _ channels: Int, _ groups: Int, _ batch: Int, _ saved: Buffer<S>, _ sums: Buffer<S>, _ products: Buffer<S>,
  _ weight: GradientSlot<S>, _ bias: GradientSlot<S>
) {
  for c in 0..<channels {
    var (dw, db): (S, S) = (0, 0)
    for sample in 0..<batch {
      let reciprocal = saved[2 * (sample * groups + c / (channels / groups)) + 1]
      dw += products[sample * channels + c] * reciprocal
      db += sums[sample * channels + c]
    }
    if weight.isWanted { weight.put(dw, at: c) }
    if bias.isWanted { bias.put(db, at: c) }
  }
}

/// Bound by reading x twice, the second time from a cache, and writing y.
@specialized(where S == Float)
@specialized(where S == Double)
private func groupForward<S: Scalar>(
  _ x: Buffer<S>, _ layout: ChannelLayout, _ groups: Int, _ batch: Int, _ weight: Buffer<S>, _ bias: Buffer<S>,
  _ saved: Buffer<S>, _ epsilon: Double, _ y: Buffer<S>, _ workers: WorkerPool
) {
  let size = layout.channels / groups
  let length = size * layout.pixels
  workers.run(count: batch * groups, grain: max(1, 16384 / length)) { rows in
    for row in rows {
      let result = S.moments(x, StridedSegments(start: row * length, length: length))
      let (mean, reciprocal) = (S(result.mean), S(1 / (result.variance + epsilon).squareRoot()))
      if saved.count > 0 { (saved[2 * row], saved[2 * row + 1]) = (mean, reciprocal) }
      for index in 0..<size {
        let channel = row % groups * size + index
        let scale = weight.count > 0 ? weight[channel] * reciprocal : reciprocal
        let shift = bias.count > 0 ? bias[channel] : 0
        let plane = StridedSegments(start: row * length + index * layout.pixels, length: layout.pixels)
        S.map(x, CenteredScale(center: mean, scale: scale, shift: shift), plane, rectifies: false, into: y)
      }
    }
  }
}

/// Writes the sums of dy and dy (x - mean) of each channel of each sample, and the downstream gradient if wanted.
@specialized(where S == Float)
@specialized(where S == Double)
private func groupBackward<S: Scalar>(
  _ x: Buffer<S>, _ upstream: Buffer<S>, _ layout: ChannelLayout, _ groups: Int, _ batch: Int, _ weight: Buffer<S>,
  _ saved: Buffer<S>, _ sums: Buffer<S>, _ products: Buffer<S>, _ downstream: GradientSlot<S>, _ workers: WorkerPool
) {
  let (size, pixels) = (layout.channels / groups, layout.pixels)
  let length = size * pixels
  let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
  workers.run(count: batch * groups, grain: max(1, 16384 / length)) { rows in
    for row in rows {
      let (mean, reciprocal) = (saved[2 * row], saved[2 * row + 1])
      var (total, product) = (0.0, 0.0)
      for index in 0..<size {
        let plane = StridedSegments(start: row * length + index * pixels, length: pixels)
        let result = S.deviationSums(upstream, x, center: mean, plane)
        let factor = weight.count > 0 ? Double(weight[row % groups * size + index]) : 1
        total += factor * result.sum
        product += factor * result.product
        sums[row * size + index] = S(result.sum)
        products[row * size + index] = S(result.product)
      }
      guard downstream.isWanted else { continue }
      let constant = S(total / Double(length)) * reciprocal
      let slope = S(product / Double(length)) * reciprocal * reciprocal * reciprocal
      for index in 0..<size {
        let factor = weight.count > 0 ? weight[row % groups * size + index] * reciprocal : reciprocal
        let plane = StridedSegments(start: row * length + index * pixels, length: pixels)
        S.combine(
          upstream, x, LinearCombination(factor: factor, slope: -slope, center: mean, constant: -constant), plane,
          into: target, accumulate: accumulates)
      }
    }
  }
}

/// Group normalization: standardizes groups of channels of each sample, then applies a learned affine map per channel.
public struct GroupNorm: GroupNormalization {
  /// The declaration of `<groupNorm>`.
  public static let schema = ElementSchema(
    .layer, "groupNorm", summary: "Brings groups of channels of each sample to mean 0 and deviation 1, then scales.",
    formula: "y = w (x - mean) / sqrt(variance + epsilon) + b, mean and variance over each group of each sample",
    reference: "Wu and He 2018; as torch.nn.GroupNorm", example: #"<groupNorm groups="4"/>"#,
    attributes: [
      .required("groups", .integer(1...Shape.maximumElementCount), "Groups that the channels are cut into."),
      NormalizationAttributes.epsilon(1e-5), NormalizationAttributes.affine(true),
    ])

  private let count: Int
  /// Added to the variance, so that nothing is divided by 0.
  public let epsilon: Double
  /// Whether a learned scale and shift follow.
  public let isAffine: Bool

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(
      groups: attributes.integer("groups"), epsilon: attributes.number("epsilon"), affine: attributes.boolean("affine"))
  }

  /// The layer.
  public init(groups: Int, epsilon: Double = 1e-5, affine: Bool = true) {
    count = groups
    self.epsilon = epsilon
    self.isAffine = affine
  }

  /// The given number.
  public func groups(_ channels: Int) -> Int { count }
}

/// Instance normalization: standardizes each channel of each sample.
public struct InstanceNorm: GroupNormalization {
  /// The declaration of `<instanceNorm>`.
  public static let schema = ElementSchema(
    .layer, "instanceNorm", summary: "Brings every channel of each sample to mean 0 and deviation 1.",
    formula: "y = (x - mean) / sqrt(variance + epsilon), mean and variance over each channel of each sample",
    reference: "Ulyanov et al. 2016; as torch.nn.InstanceNorm2d",
    example: #"<reshape shape="1x8x8"/><instanceNorm/>"#,
    attributes: [NormalizationAttributes.epsilon(1e-5), NormalizationAttributes.affine(false)])

  /// Added to the variance, so that nothing is divided by 0.
  public let epsilon: Double
  /// Whether a learned scale and shift follow.
  public let isAffine: Bool

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(epsilon: attributes.number("epsilon"), affine: attributes.boolean("affine"))
  }

  /// The layer.
  public init(epsilon: Double = 1e-5, affine: Bool = false) {
    self.epsilon = epsilon
    self.isAffine = affine
  }

  /// One for each channel.
  public func groups(_ channels: Int) -> Int { channels }
}
