import NNCore
import NNKernels

/// Covers a square of pictures.
public struct Cutout: Augmentation, DeclaredElement {
  /// The declaration of `<cutout>`.
  public static let schema = ElementSchema(
    .augmentation, "cutout",
    summary: "Sets a square at a random place to 0; its middle may be any pixel, so it may lie partly outside.",
    reference: "DeVries and Taylor 2017", example: #"<cutout size="8"/>"#,
    attributes: [.required("size", .integer(1...4096), "The square's side in pixels.")])

  private let side: Int

  public init(attributes: Attributes) throws { side = attributes.integer("size") }

  @specialized(where S == Float)
  @specialized(where S == Double)
  public func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream) {
    let left = random.integer(below: size.width, at: 0) - side / 2
    let top = random.integer(below: size.height, at: 1) - side / 2
    let columns = max(0, left)..<min(size.width, left + side)
    let rows = max(0, top)..<min(size.height, top + side)
    for channel in 0..<size.channels {
      for y in rows {
        let row = (channel * size.height + y) * size.width
        for x in columns { picture[row + x] = 0 }
      }
    }
  }
}
