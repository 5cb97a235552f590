import NNCore
import NNKernels

/// A convolution of images: every output pixel is a weighted sum of a window of the input, the same weights everywhere.
public struct Conv2D: Layer {
  /// The declaration of `<conv2d>`.
  public static let schema = ElementSchema(
    .layer, "conv2d", summary: "Every output pixel is a weighted sum of a window of the input, plus a bias.",
    formula: "y[o,i,j] = b[o] + sum over c,u,v of w[o,c,u,v] x[c, i stride + u dilation - padding, ...]",
    reference: "as torch.nn.Conv2d; weight is channels x (input channels / groups) x kernel height x kernel width",
    example: #"<reshape shape="1x8x8"/><conv2d name="conv1" channels="8" kernel="3" padding="same"/>"#,
    attributes: [
      .optional("channels", .integer(1...Window.largest), "The number of output channels; needed unless depthwise."),
      .required("kernel", .pair(1...Window.largest), "The size of the window."),
      Window.stride, Padding.attribute, Window.dilation,
      .optional(
        "groups", .integer(1...Window.largest), default: .integer(1),
        "Groups of channels; each group of outputs reads its group of inputs alone."),
      .optional(
        "depthwise", .boolean, default: .boolean(false),
        "Whether every input channel is a group of its own; channels is then as many unless given."),
      .optional("bias", .boolean, default: .boolean(true), "Whether a learned number is added to each channel."),
    ] + Initializer.attributes())

  /// The number of output channels; as many as the input has if nil, which only depthwise allows.
  public let channels: Int?
  /// The size of the window.
  public let kernel: Extent
  /// Pixels from one window to the next.
  public let stride: Extent
  /// Zeros around the input.
  public let padding: Padding
  /// Pixels from one weight to the next.
  public let dilation: Extent
  /// Groups of channels; nil if every input channel is one.
  public let groups: Int?
  /// Whether a learned number is added to each channel.
  public let hasBias: Bool
  /// How the weights get their first values; the bias begins at zero.
  public let initializer: Initializer

  public init(attributes: Attributes) throws {
    let isDepthwise = attributes.boolean("depthwise")
    guard isDepthwise || attributes.has("channels") else {
      throw ElementError(
        code: "missing-attribute", "<conv2d> needs the attribute 'channels'",
        remedy: "say how many output channels it makes, or depthwise=\"true\"", attribute: "channels")
    }
    guard !isDepthwise || attributes.integer("groups") == 1 else {
      throw ElementError(
        code: "bad-value", "<conv2d> cannot be depthwise and have groups: depthwise makes every channel a group",
        attribute: "groups")
    }
    self.init(
      channels: attributes.has("channels") ? attributes.integer("channels") : nil,
      kernel: Window.extent(attributes, "kernel"), stride: Window.extent(attributes, "stride"),
      padding: Padding(attributes), dilation: Window.extent(attributes, "dilation"),
      groups: isDepthwise ? nil : attributes.integer("groups"), bias: attributes.boolean("bias"),
      initializer: Initializer(attributes))
  }

  /// A convolution. Without `groups` it is depthwise; without `channels` it makes as many as it reads.
  public init(
    channels: Int?, kernel: Extent, stride: Extent = Extent(1, 1), padding: Padding = .extent(Extent(0, 0)),
    dilation: Extent = Extent(1, 1), groups: Int? = 1, bias: Bool = true, initializer: Initializer = .he(gain: 1)
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.hasBias = bias
    self.initializer = initializer
  }

  public var facts: LayerFacts { LayerFacts(acceptsEpilogue: true) }

  /// The convolution of an input of the given shape.
  private func convolution(_ input: Shape) -> Convolution {
    var shape = Convolution(
      inputChannels: input[0], outputChannels: channels ?? input[0], input: Extent(input[1], input[2]),
      kernel: kernel, stride: stride, dilation: dilation, groups: groups ?? input[0])
    padding.apply(to: &shape)
    return shape
  }

  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (inputChannels, size) = try Window.image(inputs[0], "conv2d")
    let shape = convolution(inputs[0])
    guard inputChannels % shape.groups == 0, shape.outputChannels % shape.groups == 0 else {
      throw ElementError(
        code: "shape-mismatch",
        "<conv2d> cannot cut \(inputChannels) input and \(shape.outputChannels) output channels into \(shape.groups) "
          + "equal groups", attribute: groups == nil ? "channels" : "groups")
    }
    if padding == .same, stride != Extent(1, 1) {
      throw ElementError(
        code: "bad-value", "<conv2d> keeps the size of its input only with stride 1, but the stride is \(stride.text)",
        remedy: "give padding as a number; \(shape.paddingBefore.text) is what same would take", attribute: "padding")
    }
    guard shape.reach.height <= shape.padded.height, shape.reach.width <= shape.padded.width else {
      let dilated = dilation == Extent(1, 1) ? "" : " (\(shape.reach.text) with its gaps)"
      let padded = shape.padded == size ? "" : " (\(shape.padded.text) with its padding)"
      throw ElementError.shape(
        "the kernel \(kernel.text)\(dilated) of <conv2d> is larger than its input \(inputs[0])\(padded)",
        remedy: "make the kernel smaller or the padding larger")
    }
    guard let output = Shape([shape.outputChannels, shape.output.height, shape.output.width]) else {
      throw ElementError.shape("<conv2d> would make more than \(Shape.maximumElementCount) elements")
    }
    guard let weight = Shape([shape.outputChannels, shape.groupInputs, kernel.height, kernel.width]) else {
      throw ElementError(
        code: "too-many-parameters",
        "<conv2d> would need \(shape.outputChannels) x \(shape.groupInputs) x \(kernel.text) weights, more than the "
          + "\(Shape.maximumElementCount) that are possible", attribute: "channels")
    }
    var parameters = [
      ParameterPlan(
        "weight", weight, initializer: initializer, fanIn: shape.weightsPerOutput,
        fanOut: shape.groupOutputs * kernel.area, decays: true)
    ]
    if hasBias {
      parameters.append(ParameterPlan("bias", Shape(shape.outputChannels), initializer: .zeros, decays: false))
    }
    let (operations, overflow) = (2 * shape.weightsPerOutput).multipliedReportingOverflow(by: output.elementCount)
    guard !overflow, operations < Int.max / 4 else {
      throw ElementError.shape("<conv2d> would need more operations than can be counted")
    }
    let biasOperations = hasBias ? output.elementCount : 0
    return LayerPlan(
      outputs: [output], parameters: parameters, backwardNeeds: .inputs,
      forwardOperations: operations + biasOperations, backwardOperations: 2 * operations + biasOperations)
  }

  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.convolve(
      convolution(context.input.shape.sample), batch: context.batch, context.input.buffer,
      context.parameters[0].buffer, into: context.output.buffer,
      epilogue: Epilogue(bias: hasBias ? context.parameters[1].buffer : nil, activation: context.epilogue),
      workers: context.workers)
  }

  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let shape = convolution(context.downstream[0].tensor.shape.sample)
    let upstream = context.upstream[0].buffer
    let weightGradient = context.parameterGradients[0]
    if weightGradient.isWanted {
      S.convolveBackwardWeights(
        shape, batch: context.batch, context.inputs[0].buffer, upstream: upstream,
        weightGradient: weightGradient.tensor.buffer, accumulate: weightGradient.accumulates, workers: context.workers)
    }
    if hasBias, context.parameterGradients[1].isWanted {
      let biasGradient = context.parameterGradients[1]
      S.channelSums(
        batch: context.batch, channels: shape.outputChannels, pixels: shape.output.area, upstream,
        into: biasGradient.tensor.buffer, accumulate: biasGradient.accumulates, workers: context.workers)
    }
    let downstream = context.downstream[0]
    if downstream.isWanted {
      S.convolveBackwardData(
        shape, batch: context.batch, upstream: upstream, context.parameters[0].buffer,
        downstream: downstream.tensor.buffer, accumulate: downstream.accumulates, workers: context.workers)
    }
  }
}
