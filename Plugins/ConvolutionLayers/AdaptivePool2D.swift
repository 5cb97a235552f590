import NNCore
import NNKernels

/// Adaptive pooling: each channel is cut into a given number of windows of nearly equal size, each reduced to one
/// number.
public protocol AdaptivePoolingLayer: DeclaredLayer {
  /// The size of the output.
  var output: Extent { get }
  /// Whether windows are reduced to their maximum; else to their mean.
  var takesLargest: Bool { get }
}

extension AdaptivePoolingLayer {
  static var sizeAttribute: AttributeSchema {
    .required("size", .pair(1...Window.largest), "The size of the output.")
  }

  /// Channels x the given size. Throws an `ElementError` for an input that is no image.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let name = Self.schema.name
    let (channels, _) = try Window.image(inputs[0], name)
    guard let shape = Shape([channels, output.height, output.width]) else {
      throw ElementError.shape("<\(name)> would make more than \(Shape.maximumElementCount) elements")
    }
    let count = max(shape.elementCount, inputs[0].elementCount)
    return LayerPlan(
      outputs: [shape], savedPerSample: takesLargest ? shape.elementCount : 0, backwardNeeds: [],
      forwardOperations: count, backwardOperations: count)
  }

  /// The mean or the largest number of each window. Of the largest its place is saved, counted in the image from the window's
  /// first pixel.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (x, y, input) = (context.input.buffer, context.output.buffer, size(context.input.shape))
    if takesLargest {
      AdaptiveMaximum(input: input, output: output)
        .forward(x, into: y, places: context.saved, workers: context.workers)
    } else {
      means(input).forward(x, into: y, workers: context.workers)
    }
  }

  /// dy to the largest pixel of each window, or in equal shares to all.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    let (upstream, input) = (context.upstream[0].buffer, size(downstream.tensor.shape))
    if takesLargest {
      AdaptiveMaximum(input: input, output: output).backward(
        upstream, places: context.saved, into: downstream.tensor.buffer, accumulate: downstream.accumulates,
        workers: context.workers)
    } else {
      means(input).backward(
        upstream, into: downstream.tensor.buffer, accumulate: downstream.accumulates, workers: context.workers)
    }
  }

  private func size(_ images: Shape) -> Extent { Extent(images[2], images[3]) }

  private func means(_ input: Extent) -> SeparableResampling {
    SeparableResampling(rows: .mean, columns: .mean, input: input, output: output)
  }
}

/// Adaptive average pooling: the means of a given number of windows.
public struct AdaptiveAveragePool2D: AdaptivePoolingLayer {
  /// The declaration of `<adaptiveAveragePool2d>`.
  public static let schema = ElementSchema(
    .layer, "adaptiveAveragePool2d",
    summary: "Takes the mean of each of a given number of windows that cover each channel.",
    formula: "y[i] = mean of x from floor(i input / output) to ceil((i + 1) input / output), in both directions",
    reference: "as torch.nn.AdaptiveAvgPool2d",
    example: #"<reshape shape="1x8x8"/><adaptiveAveragePool2d size="3"/>"#, attributes: [sizeAttribute])

  /// The size of the output.
  public let output: Extent
  /// The mean is taken.
  public var takesLargest: Bool { false }

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { output = Window.extent(attributes, "size") }

  /// The layer.
  public init(output: Extent) { self.output = output }
}

/// Adaptive max pooling: the maxima of a given number of windows.
public struct AdaptiveMaxPool2D: AdaptivePoolingLayer {
  /// The declaration of `<adaptiveMaxPool2d>`.
  public static let schema = ElementSchema(
    .layer, "adaptiveMaxPool2d",
    summary: "Keeps the largest number of each of a given number of windows that cover each channel.",
    formula: "y[i] = max of x from floor(i input / output) to ceil((i + 1) input / output), in both directions",
    reference: "as torch.nn.AdaptiveMaxPool2d",
    example: #"<reshape shape="1x8x8"/><adaptiveMaxPool2d size="3"/>"#, attributes: [sizeAttribute])

  /// The size of the output.
  public let output: Extent
  /// The largest number is taken.
  public var takesLargest: Bool { true }

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { output = Window.extent(attributes, "size") }

  /// The layer.
  public init(output: Extent) { self.output = output }
}
