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

/// Windows from floor(i input / output) to ceil((i + 1) input / output).
struct AdaptiveWindows: Sendable {
  let input: Extent
  let output: Extent

  @inline(__always)
  private static func window(_ index: Int, _ input: Int, _ output: Int) -> Range<Int> {
    (index * input / output)..<(((index + 1) * input + output - 1) / output)
  }

  @inline(__always) func rows(_ index: Int) -> Range<Int> { Self.window(index, input.height, output.height) }
  @inline(__always) func columns(_ index: Int) -> Range<Int> { Self.window(index, input.width, output.width) }
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
    // Places are saved as scalars, and single precision holds whole numbers up to this one exactly.
    guard !takesLargest || inputs[0][1] * inputs[0][2] <= 1 << 24 else {
      throw ElementError.shape("<\(name)> reads channels of at most \(1 << 24) pixels, but its input is \(inputs[0])")
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
      adaptiveMaximum(
        AdaptiveWindows(input: input, output: output), x, y, context.saved, context.workers)
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
      adaptiveMaximumBackward(
        AdaptiveWindows(input: input, output: output), upstream, context.saved, downstream, context.workers)
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

@specialized(where S == Float)
@specialized(where S == Double)
private func adaptiveMaximum<S: Scalar>(
  _ windows: AdaptiveWindows, _ x: Buffer<S>, _ y: Buffer<S>, _ positions: Buffer<S>, _ workers: WorkerPool
) {
  let (area, outputs, width) = (windows.input.area, windows.output.area, windows.input.width)
  workers.run(count: x.count / area, grain: max(1, 4096 / area)) { planes in
    // All planes have the same windows.
    for i in 0..<windows.output.height {
      let rows = windows.rows(i)
      for j in 0..<windows.output.width {
        let columns = windows.columns(j)
        let first = rows.lowerBound * width + columns.lowerBound
        for plane in planes {
          let image = x.slice(from: plane * area, count: area)
          var (largest, place) = (image[first], 0)
          var line = 0
          for _ in rows {
            for c in line..<(line + columns.count) {
              let value = image[first + c]
              if value > largest || value.isNaN { (largest, place) = (value, c) }
            }
            line += width
          }
          let target = plane * outputs + i * windows.output.width + j
          y[target] = largest
          if positions.count > 0 { positions[target] = S(place) }
        }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func adaptiveMaximumBackward<S: Scalar>(
  _ windows: AdaptiveWindows, _ upstream: Buffer<S>, _ positions: Buffer<S>, _ downstream: GradientSlot<S>,
  _ workers: WorkerPool
) {
  let (area, outputs, width) = (windows.input.area, windows.output.area, windows.input.width)
  let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
  workers.run(count: target.count / area, grain: max(1, 4096 / area)) { planes in
    if !accumulates { target.slice((planes.lowerBound * area)..<(planes.upperBound * area)).fill(0) }
    for i in 0..<windows.output.height {
      let line = windows.rows(i).lowerBound * width
      for j in 0..<windows.output.width {
        let first = line + windows.columns(j).lowerBound
        for plane in planes {
          let index = plane * outputs + i * windows.output.width + j
          target[plane * area + first + Int(positions[index])] += upstream[index]
        }
      }
    }
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
