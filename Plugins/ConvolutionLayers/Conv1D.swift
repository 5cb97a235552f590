import NNCore
import NNKernels

/// A convolution of sequences: every output is a weighted sum of a window of the input, the same weights everywhere.
public struct Conv1D: ConvolutionLayer {
  /// The declaration of `<conv1d>`.
  public static let schema = ElementSchema(
    .layer, "conv1d", summary: "Every output of a sequence is a weighted sum of a window of the input, plus a bias.",
    formula: "y[o,i] = b[o] + sum over c,u of w[o,c,u] x[c, i stride + u dilation - padding]",
    reference: "as torch.nn.Conv1d; weight is channels x (input channels / groups) x kernel",
    example: #"<reshape shape="4x16"/><conv1d channels="8" kernel="3" padding="same"/>"#,
    attributes: [
      .required("channels", .integer(1...Window.largest), "The number of output channels."),
      .required("kernel", .integer(1...Window.largest), "The length of the window."),
      .optional("stride", .integer(1...Window.largest), default: .integer(1), "Steps from one window to the next."),
      .optional(
        "padding", .integerOrWord(0...Window.largest, ["same", "valid"]), default: .integer(0),
        "Zeros on each side; same makes the output as long as the input (stride 1), valid is 0."),
      .optional("dilation", .integer(1...Window.largest), default: .integer(1), "Steps from one weight to the next."),
      .optional(
        "groups", .integer(1...Window.largest), default: .integer(1),
        "Groups of channels; each group of outputs reads its group of inputs alone."),
      .optional("bias", .boolean, default: .boolean(true), "Whether a learned number is added to each channel."),
    ] + Initializer.attributes())

  /// The number of output channels.
  public let channels: Int
  /// The length of the kernel.
  public let kernel: Int
  /// The stride in steps.
  public let stride: Int
  /// Zeros on each side; nil for as many as make the output as long as the input.
  public let padding: Int?
  /// The dilation in steps.
  public let dilation: Int
  /// Groups of channels.
  public let groups: Int
  /// Whether a learned number is added to each channel.
  public private(set) var hasBias: Bool
  /// How the weights get their first values; the bias begins at zero.
  public let initializer: Initializer

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    let padding: Int?
    switch attributes["padding"] {
    case .integer(let size)?: padding = size
    case .text("same")?: padding = nil
    default: padding = 0
    }
    self.init(
      channels: attributes.integer("channels"), kernel: attributes.integer("kernel"),
      stride: attributes.integer("stride"), padding: padding, dilation: attributes.integer("dilation"),
      groups: attributes.integer("groups"), bias: attributes.boolean("bias"), initializer: Initializer(attributes))
  }

  /// A convolution.
  public init(
    channels: Int, kernel: Int, stride: Int = 1, padding: Int? = 0, dilation: Int = 1, groups: Int = 1,
    bias: Bool = true, initializer: Initializer = .he(gain: 1)
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

  /// The convolution of an input of channels x length, as images of one row. Throws an `ElementError` for another
  /// shape.
  public func convolution(_ input: Shape) throws -> Convolution {
    guard input.rank == 2 else {
      throw ElementError.shape(
        "<conv1d> reads sequences of channels x length, but its input has the shape \(input)",
        remedy: input.rank == 1
          ? "put <reshape shape=\"1x\(input)\"/> before it, which makes a sequence of one channel"
          : "put <reshape/> before it")
    }
    return assumedConvolution(input)
  }

  /// The same of an input that the plan has accepted.
  public func assumedConvolution(_ input: Shape) -> Convolution {
    var shape = Convolution(
      inputChannels: input[0], outputChannels: channels, input: Extent(1, input[1]), kernel: Extent(1, kernel),
      stride: Extent(1, stride), dilation: Extent(1, dilation), groups: groups)
    (padding.map { Padding.extent(Extent(0, $0)) } ?? .same).apply(to: &shape)
    return shape
  }

  /// Whether the padding makes the output as long as the input.
  public var keepsSize: Bool { padding == nil }
  /// 1: a sequence.
  public var dimensions: Int { 1 }

  /// The same convolution with a bias.
  public var biased: Self {
    var layer = self
    layer.hasBias = true
    return layer
  }
}
