import NNCore
import NNKernels

/// The transpose of a convolution: every input pixel adds a weighted window to the output, which grows with the stride.
public struct ConvTranspose2D: DeclaredLayer {
  /// The declaration of `<convTranspose2d>`.
  public static let schema = ElementSchema(
    .layer, "convTranspose2d",
    summary: "Every input pixel adds a weighted window to the output: a convolution's backward pass as a layer.",
    formula: "y[o, i stride + u dilation - padding, ...] += w[c,o,u,v] x[c,i,j], plus b[o]",
    reference: "as torch.nn.ConvTranspose2d; weight is input channels x (channels / groups) x kernel",
    example: #"<reshape shape="1x8x8"/><convTranspose2d channels="4" kernel="2" stride="2"/>"#,
    attributes: [
      .required("channels", .integer(1...Window.largest), "The number of output channels."),
      .required("kernel", .pair(1...Window.largest), "The size of the window."),
      Window.stride,
      .optional(
        "padding", .pair(0...Window.largest), default: .integers([0, 0]),
        "Rows and columns that are cut off on each side of the output."),
      .optional(
        "outputPadding", .pair(0...Window.largest), default: .integers([0, 0]),
        "Rows and columns added behind the output, fewer than the stride."),
      Window.dilation,
      .optional(
        "groups", .integer(1...Window.largest), default: .integer(1),
        "Groups of channels; each group of outputs reads its group of inputs alone."),
      .optional("bias", .boolean, default: .boolean(true), "Whether a learned number is added to each channel."),
    ] + Initializer.attributes())

  private let channels: Int
  private let kernel: Extent
  private let stride: Extent
  private let padding: Extent
  private let outputPadding: Extent
  private let dilation: Extent
  private let groups: Int
  private var hasBias: Bool
  private let initializer: Initializer

  public init(attributes: Attributes) throws {
    self.init(
      channels: attributes.integer("channels"), kernel: Window.extent(attributes, "kernel"),
      stride: Window.extent(attributes, "stride"), padding: Window.extent(attributes, "padding"),
      outputPadding: Window.extent(attributes, "outputPadding"), dilation: Window.extent(attributes, "dilation"),
      groups: attributes.integer("groups"), bias: attributes.boolean("bias"), initializer: Initializer(attributes))
    guard outputPadding.height < stride.height, outputPadding.width < stride.width else {
      throw ElementError(
        code: "bad-value",
        "<convTranspose2d> needs an outputPadding below its stride \(stride.text), not \(outputPadding.text)",
        attribute: "outputPadding")
    }
  }

  /// A transposed convolution; `outputPadding` is below `stride`.
  public init(
    channels: Int, kernel: Extent, stride: Extent = Extent(1, 1), padding: Extent = Extent(0, 0),
    outputPadding: Extent = Extent(0, 0), dilation: Extent = Extent(1, 1), groups: Int = 1, bias: Bool = true,
    initializer: Initializer = .he(gain: 1)
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilation = dilation
    self.groups = groups
    self.hasBias = bias
    self.initializer = initializer
  }

  public var facts: LayerFacts {
    var biased = self
    biased.hasBias = true
    return LayerFacts(
      outputChannels: .init(
        weight: 0, bias: hasBias ? 1 : nil, dimension: 1, groups: groups, biased: hasBias ? nil : biased))
  }

  /// The convolution whose backward pass this layer is, for an input of the given shape: it reads this layer's outputs.
  private func convolution(_ input: Shape) -> Convolution {
    func size(_ input: Int, _ stride: Int, _ padding: Int, _ dilation: Int, _ kernel: Int, _ extra: Int) -> Int {
      (input - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1
    }
    return Convolution(
      inputChannels: channels, outputChannels: input[0],
      input: Extent(
        size(input[1], stride.height, padding.height, dilation.height, kernel.height, outputPadding.height),
        size(input[2], stride.width, padding.width, dilation.width, kernel.width, outputPadding.width)),
      kernel: kernel, stride: stride, dilation: dilation, paddingBefore: padding, paddingAfter: padding, groups: groups)
  }

  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (inputChannels, _) = try Window.image(inputs[0], "convTranspose2d")
    let shape = convolution(inputs[0])
    guard inputChannels % groups == 0, channels % groups == 0 else {
      throw ElementError(
        code: "shape-mismatch",
        "<convTranspose2d> cannot cut \(inputChannels) input and \(channels) output channels into \(groups) equal groups",
        attribute: "groups")
    }
    guard shape.input.height > 0, shape.input.width > 0,
      let output = Shape([channels, shape.input.height, shape.input.width])
    else {
      throw ElementError.shape(
        "<convTranspose2d> would make an output of \(shape.input.text) pixels of its input \(inputs[0])",
        remedy: "choose another padding or stride")
    }
    guard let weight = Shape([inputChannels, channels / groups, kernel.height, kernel.width]) else {
      throw ElementError(
        code: "too-many-parameters",
        "<convTranspose2d> would need \(inputChannels) x \(channels / groups) x \(kernel.text) weights, more than the "
          + "\(Shape.maximumElementCount) that are possible", attribute: "channels")
    }
    var parameters = [
      ParameterPlan(
        "weight", weight, initializer: initializer, fanIn: shape.groupOutputs * kernel.area,
        fanOut: shape.weightsPerOutput, decays: true)
    ]
    if hasBias { parameters.append(ParameterPlan("bias", Shape(channels), initializer: .zeros, decays: false)) }
    let operations = Count.product(2, shape.weightsPerOutput, inputs[0].elementCount)
    return LayerPlan(
      outputs: [output], parameters: parameters, backwardNeeds: .inputs,
      forwardOperations: operations + output.elementCount, backwardOperations: 2 * operations + output.elementCount)
  }

  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let shape = convolution(context.input.shape.sample)
    S.convolveBackwardData(
      shape, batch: context.batch, upstream: context.input.buffer, context.parameters[0].buffer,
      downstream: context.output.buffer, accumulate: false, workers: context.workers)
    if hasBias { addBias(context.parameters[1].buffer, to: context.output.buffer, shape.input.area, context.workers) }
  }

  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let shape = convolution(context.inputs[0].shape.sample)
    let upstream = context.upstream[0].buffer
    let (weight, downstream) = (context.parameterGradients[0], context.downstream[0])
    if weight.isWanted {
      S.convolveBackwardWeights(
        shape, batch: context.batch, upstream, upstream: context.inputs[0].buffer,
        weightGradient: weight.tensor.buffer, accumulate: weight.accumulates, workers: context.workers)
    }
    if hasBias, context.parameterGradients[1].isWanted {
      let bias = context.parameterGradients[1]
      S.channelSums(
        batch: context.batch, channels: channels, pixels: shape.input.area, upstream, into: bias.tensor.buffer,
        accumulate: bias.accumulates, workers: context.workers)
    }
    if downstream.isWanted {
      S.convolve(
        shape, batch: context.batch, upstream, context.parameters[0].buffer, into: downstream.tensor.buffer,
        epilogue: Epilogue(accumulate: downstream.accumulates), workers: context.workers)
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func addBias<S: Scalar>(_ bias: Buffer<S>, to y: Buffer<S>, _ area: Int, _ workers: WorkerPool) {
  workers.run(count: y.count / area, grain: max(1, 16384 / area)) { planes in
    for plane in planes {
      let value = bias[plane % bias.count]
      for i in (plane * area)..<((plane + 1) * area) { y[i] += value }
    }
  }
}
