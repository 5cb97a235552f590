import NNCore
import NNKernels

/// A layer of average pooling.
public protocol AveragePoolingLayer: PoolingLayer {}

extension AveragePoolingLayer {
  /// Channels x rows of windows x columns of windows. Throws an `ElementError` for a window that does not fit.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (shape, output) = try checkedPooling(inputs[0])
    let operations = Count.product(output.elementCount, shape.kernel.area)
    return LayerPlan(
      outputs: [output], backwardNeeds: [], window: shape.layerWindow, forwardOperations: operations,
      backwardOperations: operations)
  }

  /// y = sum of the window / its pixels.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.averagePool(
      pooling(context.input.shape.sample), batch: context.batch, context.input.buffer, into: context.output.buffer,
      workers: context.workers)
  }

  /// dx = sum over the windows that hold the pixel of dy / their pixels.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    S.averagePoolBackward(
      pooling(downstream.tensor.shape.sample), batch: context.batch, upstream: context.upstream[0].buffer,
      downstream: downstream.tensor.buffer, accumulate: downstream.accumulates, workers: context.workers)
  }
}

/// Average pooling: the mean of each window.
public struct AveragePool2D: AveragePoolingLayer {
  /// The declaration of `<averagePool2d>`.
  public static let schema = ElementSchema(
    .layer, "averagePool2d", summary: "Takes the mean of each window of each channel.",
    formula: "y = sum of the window / its pixels; dx = dy / its pixels", reference: "as torch.nn.AvgPool2d",
    example: #"<reshape shape="1x8x8"/><averagePool2d kernel="2"/>"#,
    attributes: PoolWindow.attributes + [
      .optional(
        "countPadding", .boolean, default: .boolean(true),
        "Whether the padding's pixels count in the mean, as zeros.")
    ])

  private let window: PoolWindow
  private let countsPadding: Bool

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    window = PoolWindow(attributes)
    countsPadding = attributes.boolean("countPadding")
  }

  /// The layer; the stride is the kernel's size unless given.
  public init(
    kernel: Extent, stride: Extent? = nil, padding: Extent = Extent(0, 0), roundsUp: Bool = false,
    countsPadding: Bool = true
  ) {
    window = PoolWindow(kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp)
    self.countsPadding = countsPadding
  }

  /// The given windows.
  public func pooling(_ channels: Int, _ size: Extent) -> Pooling {
    window.pooling(channels, size, countsPadding: countsPadding)
  }
}

/// Global average pooling: the mean of each channel.
public struct GlobalAveragePool: AveragePoolingLayer {
  /// The declaration of `<globalAveragePool>`.
  public static let schema = ElementSchema(
    .layer, "globalAveragePool", summary: "Takes the mean of each channel.",
    formula: "y = sum of the channel / its pixels; dx = dy / its pixels",
    reference: "Lin et al. 2014; as torch.nn.AdaptiveAvgPool2d(1)",
    example: #"<reshape shape="1x8x8"/><globalAveragePool/>"#)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// One window, the whole channel.
  public func pooling(_ channels: Int, _ size: Extent) -> Pooling {
    Pooling(channels: channels, input: size, kernel: size, stride: size)
  }
}
