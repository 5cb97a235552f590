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

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { side = attributes.integer("size") }

  /// Changes the picture in place, as the declaration says; see `Augmentation.apply`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream) {
    cover(
      picture, size, column: random.integer(below: size.width, at: 0), row: random.integer(below: size.height, at: 1))
  }

  /// Sets the part of the square side x side to 0 that lies within the picture: the pixels from `column` - floor(side / 2)
  /// to the right and from `row` - floor(side / 2) downwards.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func cover<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, column: Int, row: Int) {
    let (left, top) = (column - side / 2, row - side / 2)
    let columns = max(0, left)..<min(size.width, left + side)
    let rows = max(0, top)..<min(size.height, top + side)
    for channel in 0..<size.channels {
      for y in rows {
        let start = (channel * size.height + y) * size.width
        for x in columns { picture[start + x] = 0 }
      }
    }
  }
}
