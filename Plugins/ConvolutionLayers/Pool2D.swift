import NNCore
import NNKernels

/// A pooling layer: it reduces each window of each channel to one number.
public protocol PoolingLayer: DeclaredLayer {
  /// The pooling of images of the given size.
  func pooling(_ channels: Int, _ size: Extent) -> Pooling
}

extension PoolingLayer {
  /// The pooling of a sample of the given shape, which is an image.
  func pooling(_ image: Shape) -> Pooling { pooling(image[0], Extent(image[1], image[2])) }

  /// The pooling of an input and its output's shape, or the error that says why there is none.
  func checkedPooling(_ input: Shape) throws -> (Pooling, Shape) {
    let name = Self.schema.name
    let (channels, size) = try Window.image(input, name)
    let shape = pooling(channels, size)
    guard 2 * shape.padding.height <= shape.kernel.height, 2 * shape.padding.width <= shape.kernel.width else {
      throw ElementError(
        code: "bad-value",
        "the padding \(shape.padding.text) of <\(name)> is more than half of its kernel \(shape.kernel.text)",
        attribute: "padding")
    }
    guard shape.kernel.height <= size.height + 2 * shape.padding.height,
      shape.kernel.width <= size.width + 2 * shape.padding.width
    else {
      let padded = Extent(size.height + 2 * shape.padding.height, size.width + 2 * shape.padding.width)
      throw ElementError.shape(
        "the kernel \(shape.kernel.text) of <\(name)> is larger than its input \(input)"
          + (padded == size ? "" : " (\(padded.text) with its padding)"),
        remedy: "make the kernel smaller")
    }
    guard let output = Shape([channels, shape.output.height, shape.output.width]) else {
      throw ElementError.shape("<\(name)> would make more than \(Shape.maximumElementCount) elements")
    }
    return (shape, output)
  }
}

extension Pooling {
  /// The windows as a plan describes them.
  var layerWindow: LayerWindow {
    LayerWindow(size: [kernel.height, kernel.width], stride: [stride.height, stride.width])
  }
}

/// The attributes of the window of a pooling.
struct PoolWindow: Sendable, Hashable {
  static let attributes: [AttributeSchema] = [
    .required("kernel", .pair(1...Window.largest), "The size of the window."),
    .optional(
      "stride", .pair(1...Window.largest), "Pixels from one window to the next; the size of the window unless given."),
    .optional(
      "padding", .pair(0...Window.largest), default: .integers([0, 0]),
      "Rows and columns on each side that windows may reach over, at most half of the kernel."),
    .optional(
      "ceil", .boolean, default: .boolean(false), "Whether a last window that reaches over the edge counts."),
  ]

  var kernel: Extent
  var stride: Extent
  var padding: Extent
  var roundsUp: Bool

  init(kernel: Extent, stride: Extent?, padding: Extent, roundsUp: Bool) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.roundsUp = roundsUp
  }

  init(_ attributes: Attributes) {
    self.init(
      kernel: Window.extent(attributes, "kernel"),
      stride: attributes.has("stride") ? Window.extent(attributes, "stride") : nil,
      padding: Window.extent(attributes, "padding"), roundsUp: attributes.boolean("ceil"))
  }

  func pooling(_ channels: Int, _ size: Extent, countsPadding: Bool = true) -> Pooling {
    Pooling(
      channels: channels, input: size, kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp,
      countsPadding: countsPadding)
  }
}
