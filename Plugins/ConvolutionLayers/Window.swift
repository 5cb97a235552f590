import NNCore
import NNKernels

/// The attributes that convolutions and poolings share: kernel, stride, dilation and padding.
enum Window {
  /// The largest kernel, stride or dilation: no image is larger, and sizes made of it cannot overflow.
  static let largest = 65_535

  static let stride = AttributeSchema.optional(
    "stride", .pair(1...largest), default: .integers([1, 1]), "Pixels from one window to the next.")
  static let dilation = AttributeSchema.optional(
    "dilation", .pair(1...largest), default: .integers([1, 1]),
    "Pixels from one weight to the next; above 1, the kernel has gaps.")

  /// The pair called `name`.
  static func extent(_ attributes: Attributes, _ name: String) -> Extent {
    let sizes = attributes.integers(name)
    return Extent(sizes[0], sizes[1])
  }

  /// The sizes of an image of [channels, height, width], or the error that says it is none.
  static func image(_ shape: Shape, _ element: String) throws -> (channels: Int, size: Extent) {
    guard shape.rank == 3 else {
      throw ElementError.shape(
        "<\(element)> reads images of channels x height x width, but its input has the shape \(shape)",
        remedy: shape.rank == 2
          ? "put <reshape shape=\"1x\(shape)\"/> before it, which makes an image of one channel"
          : "put <reshape/> before it")
    }
    return (shape[0], Extent(shape[1], shape[2]))
  }
}

extension Extent {
  /// The size as shapes are written.
  var text: String { "\(height)x\(width)" }
}
