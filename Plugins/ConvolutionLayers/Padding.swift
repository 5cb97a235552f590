import NNCore
import NNKernels

/// How much a convolution pads its input with zeros.
public enum Padding: Sendable, Hashable {
  /// So many rows above and below, and columns to the left and right.
  case extent(Extent)
  /// `same`: the output is as large as the input, with stride 1; where the total is odd, the larger half is behind.
  case same

  static let attribute = AttributeSchema.optional(
    "padding", .pairOrWord(0...Window.largest, ["same", "valid"]), default: .integers([0, 0]),
    "Rows and columns of zeros on each side; same makes the output as large as the input (stride 1), valid is 0.")

  init(_ attributes: Attributes) {
    switch attributes["padding"] {
    case .integers(let sizes)?: self = .extent(Extent(sizes[0], sizes[1]))
    case .text("same")?: self = .same
    default: self = .extent(Extent(0, 0))
    }
  }

  /// Sets the padding of `shape`.
  func apply(to shape: inout Convolution) {
    switch self {
    case .extent(let extent):
      shape.paddingBefore = extent
      shape.paddingAfter = extent
    case .same:
      let total = Extent(shape.reach.height - 1, shape.reach.width - 1)
      shape.paddingBefore = Extent(total.height / 2, total.width / 2)
      shape.paddingAfter = Extent(total.height - total.height / 2, total.width - total.width / 2)
    }
  }
}
