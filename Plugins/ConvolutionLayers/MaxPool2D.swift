import NNCore
import NNKernels

/// A layer of max pooling.
public protocol MaxPoolingLayer: PoolingLayer {}

extension MaxPoolingLayer {
  /// The windows, which the maker of the channels may pool.
  public var facts: LayerFacts {
    LayerFacts(maximumOfWindows: { pooling($0) })
  }

  /// Channels x rows of windows x columns of windows. Throws an `ElementError` for a window that does not fit.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (shape, output) = try checkedPooling(inputs[0])
    return LayerPlan(
      outputs: [output], savedPerSample: output.elementCount, backwardNeeds: [], window: shape.layerWindow,
      forwardOperations: Count.product(output.elementCount, shape.kernel.area),
      backwardOperations: output.elementCount)
  }

  /// y = max of the window; its place is saved.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.maxPool(
      pooling(context.input.shape.sample), batch: context.batch, context.input.buffer, into: context.output.buffer,
      positions: context.saved, workers: context.workers)
  }

  /// dx = sum of dy over the windows whose largest pixel it is, the first among equals.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    S.maxPoolBackward(
      pooling(downstream.tensor.shape.sample), batch: context.batch, positions: context.saved,
      upstream: context.upstream[0].buffer, downstream: downstream.tensor.buffer, accumulate: downstream.accumulates,
      workers: context.workers)
  }
}

/// Max pooling: the maximum of each window.
public struct MaxPool2D: MaxPoolingLayer {
  /// The declaration of `<maxPool2d>`.
  public static let schema = ElementSchema(
    .layer, "maxPool2d", summary: "Keeps the largest number of each window of each channel.",
    formula: "y = max of the window; the gradient goes to the largest, the first among equals",
    reference: "as torch.nn.MaxPool2d",
    example: #"<reshape shape="1x8x8"/><maxPool2d kernel="2"/>"#, attributes: PoolWindow.attributes)

  private let window: PoolWindow

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { window = PoolWindow(attributes) }

  /// The layer; the stride is the kernel's size unless given.
  public init(kernel: Extent, stride: Extent? = nil, padding: Extent = Extent(0, 0), roundsUp: Bool = false) {
    window = PoolWindow(kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp)
  }

  /// The given windows.
  public func pooling(_ channels: Int, _ size: Extent) -> Pooling { window.pooling(channels, size) }
}

/// Global max pooling: the maximum of each channel.
public struct GlobalMaxPool: MaxPoolingLayer {
  /// The declaration of `<globalMaxPool>`.
  public static let schema = ElementSchema(
    .layer, "globalMaxPool", summary: "Keeps the largest number of each channel.",
    formula: "y = max of the channel; the gradient goes to the largest, the first among equals",
    reference: "as torch.nn.AdaptiveMaxPool2d(1)",
    example: #"<reshape shape="1x8x8"/><globalMaxPool/>"#)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// One window, the whole channel.
  public func pooling(_ channels: Int, _ size: Extent) -> Pooling {
    Pooling(channels: channels, input: size, kernel: size, stride: size)
  }
}
