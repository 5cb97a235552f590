import NNCore
import NNKernels

/// A convolution of images: every output pixel is a weighted sum of a window of the input, the same weights everywhere.
public struct Conv2D: ConvolutionLayer {
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
  /// The size of the kernel.
  public let kernel: Extent
  /// The stride in pixels.
  public let stride: Extent
  /// The zero padding.
  public let padding: Padding
  /// The dilation in pixels.
  public let dilation: Extent
  /// Groups of channels; nil if every input channel is one.
  public let groups: Int?
  /// Whether each channel has a bias.
  public private(set) var hasBias: Bool
  /// The initializer of the weights; biases begin at 0.
  public let initializer: Initializer

  /// The layer that a model file describes.
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

  /// The convolution of an input of channels x height x width. Throws an `ElementError` for another shape.
  public func convolution(_ input: Shape) throws -> Convolution {
    let (inputChannels, size) = try Window.image(input, "conv2d")
    return shape(inputChannels, size)
  }

  /// The same of an input that the plan has accepted.
  public func assumedConvolution(_ input: Shape) -> Convolution { shape(input[0], Extent(input[1], input[2])) }

  private func shape(_ inputChannels: Int, _ size: Extent) -> Convolution {
    var shape = Convolution(
      inputChannels: inputChannels, outputChannels: channels ?? inputChannels, input: size, kernel: kernel,
      stride: stride, dilation: dilation, groups: groups ?? inputChannels)
    padding.apply(to: &shape)
    return shape
  }

  /// Whether the padding makes the output as large as the input.
  public var keepsSize: Bool { padding == .same }
  /// 2: rows and columns.
  public var dimensions: Int { 2 }

  /// The same convolution with a bias.
  public var biased: Self {
    var layer = self
    layer.hasBias = true
    return layer
  }
}
