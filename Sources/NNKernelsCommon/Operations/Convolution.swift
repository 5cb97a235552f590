/// A height and a width, in pixels unless said otherwise.
public struct Extent: Sendable, Hashable {
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// Pixels of a plane of this size.
  public var area: Int { height * width }
}

/// The shape of a two-dimensional convolution, which is a cross-correlation:
///
///     y[n, o, i, j] = b[o] + sum over c, u, v of
///       w[o, c, u, v] x[n, g groupInputs + c, i stride + u dilation - padding, j stride + v dilation - padding]
///
/// with g = o / groupOutputs, the group of output channel o.
///
/// Inputs are [batch, channels, height, width], weights [output channels, input channels / groups, kernel height,
/// kernel width], all row-major; pixels outside the input count as zero. Group g of the output channels reads group g
/// of the input channels alone.
public struct Convolution: Sendable, Hashable {
  public var inputChannels: Int
  public var outputChannels: Int
  public var groups: Int
  public var input: Extent
  public var kernel: Extent
  public var stride: Extent
  public var dilation: Extent
  /// Rows above and columns to the left of the input that count as zero.
  public var paddingBefore: Extent
  /// Rows below and columns to the right of the input that count as zero.
  public var paddingAfter: Extent

  public init(
    inputChannels: Int, outputChannels: Int, input: Extent, kernel: Extent, stride: Extent = Extent(1, 1),
    dilation: Extent = Extent(1, 1), paddingBefore: Extent = Extent(0, 0), paddingAfter: Extent = Extent(0, 0),
    groups: Int = 1
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.groups = groups
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
  }

  /// The kernel's extent with dilation: (kernel - 1) dilation + 1.
  public var reach: Extent {
    Extent((kernel.height - 1) * dilation.height + 1, (kernel.width - 1) * dilation.width + 1)
  }

  /// The size of the input with its padding.
  public var padded: Extent {
    Extent(
      input.height + paddingBefore.height + paddingAfter.height, input.width + paddingBefore.width + paddingAfter.width)
  }

  /// The size of the output; at least 1 x 1 if the kernel fits into the padded input.
  public var output: Extent {
    Extent((padded.height - reach.height) / stride.height + 1, (padded.width - reach.width) / stride.width + 1)
  }

  /// Input channels that one output channel reads.
  public var groupInputs: Int { inputChannels / groups }
  /// Output channels of one group.
  public var groupOutputs: Int { outputChannels / groups }
  /// Weights of one output channel.
  public var weightsPerOutput: Int { groupInputs * kernel.area }
  /// Scalars of one sample's input.
  public var inputCount: Int { inputChannels * input.area }
  /// Scalars of one sample's output.
  public var outputCount: Int { outputChannels * output.area }

  /// Multiplications and additions of one sample's forward pass, each counted as one operation; padding counts too.
  public var operations: Int { 2 * outputCount * weightsPerOutput }
}
