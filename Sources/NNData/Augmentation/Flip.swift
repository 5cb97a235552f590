import NNCore
import NNKernels

/// Mirrors pictures.
public struct Flip: Augmentation, DeclaredElement {
  /// The declaration of `<flip>`.
  public static let schema = ElementSchema(
    .augmentation, "flip", summary: "Mirrors a picture, from left to right or from top to bottom.",
    reference: "as torchvision.transforms.RandomHorizontalFlip", example: "<flip/>",
    attributes: [
      .optional("probability", .number(.unit), default: .number(0.5), "How often."),
      .optional(
        "direction", .choice(["horizontal", "vertical"]), default: .text("horizontal"),
        "horizontal exchanges left and right, vertical top and bottom."),
    ])

  private let probability: Double
  private let isVertical: Bool

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    probability = attributes.number("probability")
    isVertical = attributes.text("direction") == "vertical"
  }

  /// Changes the picture in place, as the declaration says; see `Augmentation.apply`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream) {
    guard random.uniform(0) < probability else { return }
    let (height, width) = (size.height, size.width)
    for channel in 0..<size.channels {
      let start = channel * height * width
      if isVertical {
        for y in 0..<(height / 2) {
          let (top, bottom) = (start + y * width, start + (height - 1 - y) * width)
          for x in 0..<width { swap(picture, top + x, bottom + x) }
        }
      } else {
        for y in 0..<height {
          let row = start + y * width
          for x in 0..<(width / 2) { swap(picture, row + x, row + width - 1 - x) }
        }
      }
    }
  }

  @inline(__always)
  private func swap<S: Scalar>(_ picture: Buffer<S>, _ a: Int, _ b: Int) {
    let value = picture[a]
    picture[a] = picture[b]
    picture[b] = value
  }
}
