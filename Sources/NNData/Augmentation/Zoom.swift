import NNCore
import NNKernels

/// Cuts a part out of pictures and draws it in full size.
public struct Zoom: Augmentation, DeclaredElement {
  /// The declaration of `<zoom>`.
  public static let schema = ElementSchema(
    .augmentation, "zoom",
    summary: "Cuts a random part out of a picture and draws it in the picture's size; between pixels it is bilinear.",
    reference: "as torchvision.transforms.RandomResizedCrop with an unchanged aspect",
    example: #"<zoom least="0.8"/>"#,
    attributes: [
      .required(
        "least", .number(NumberRange(0.05, 1, excludesUpper: true)),
        "The smallest part, as a share of the picture's sides; all shares up to 1 are as likely.")
    ])

  private let least: Double

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { least = attributes.number("least") }

  /// Changes the picture in place, as the declaration says; see `Augmentation.apply`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream) {
    let share = least + (1 - least) * random.uniform(0)
    let room = (1 - share) / 2
    let x = room * Double(size.width - 1) * random.signed(1)
    let y = room * Double(size.height - 1) * random.signed(2)
    Self.cut(picture, size, share: share, x: x, y: y, scratch: scratch)
  }

  /// Draws a part of a picture in the picture's size.
  ///
  /// - Parameters:
  ///   - share: the part's sides as a share of the picture's.
  ///   - x: how far the part's middle lies to the right of the picture's, in pixels.
  ///   - y: how far it lies below.
  static func cut<S: Scalar>(
    _ picture: Buffer<S>, _ size: ImageSize, share: Double, x: Double, y: Double, scratch: Buffer<S>
  ) {
    resample(picture, size, AffineTransform(xx: share, xy: 0, yx: 0, yy: share, x: x, y: y), scratch: scratch)
  }
}
