import NNCore
import NNKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Turns pictures about their middle.
public struct Rotate: Augmentation, DeclaredElement {
  /// The declaration of `<rotate>`.
  public static let schema = ElementSchema(
    .augmentation, "rotate",
    summary: "Turns a picture about its middle by up to so many degrees; between pixels it is bilinear.",
    reference: "as torchvision.transforms.RandomRotation", example: #"<rotate degrees="10"/>"#,
    attributes: [
      .required("degrees", .number(NumberRange(0, 180, excludesLower: true)), "The largest angle, either way.")
    ])

  private let degrees: Double

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { degrees = attributes.number("degrees") }

  /// Changes the picture in place, as the declaration says; see `Augmentation.apply`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream) {
    Self.turn(picture, size, degrees: degrees * random.signed(0), scratch: scratch)
  }

  /// Turns a picture counterclockwise.
  static func turn<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, degrees: Double, scratch: Buffer<S>) {
    let angle = degrees * .pi / 180
    let (cosine, sine) = (cos(angle), sin(angle))
    // Rows count downwards, so this turns counterclockwise for the eye.
    resample(
      picture, size, AffineTransform(xx: cosine, xy: -sine, yx: sine, yy: cosine, x: 0, y: 0), scratch: scratch)
  }
}
