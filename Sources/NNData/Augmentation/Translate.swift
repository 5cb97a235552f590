import NNCore
import NNKernels

/// Moves pictures by whole pixels: the same as a crop from a padded picture.
public struct Translate: Augmentation, DeclaredElement {
  /// The declaration of `<translate>`.
  public static let schema = ElementSchema(
    .augmentation, "translate",
    summary: "Moves a picture by up to so many pixels in each direction, as a random crop of the padded picture does.",
    reference: "as torchvision.transforms.RandomCrop of the picture's own size with padding",
    example: #"<translate by="4"/>"#,
    attributes: [
      .required("by", .integer(1...4096), "The most pixels; each distance is as likely as any other."),
      .optional(
        "fill", .choice(["zero", "edge"]), default: .text("zero"),
        "What comes into view: zeros (the mean, after standardize), or the outermost pixels again."),
    ])

  private let distance: Int
  private let repeatsEdge: Bool

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    distance = attributes.integer("by")
    repeatsEdge = attributes.text("fill") == "edge"
  }

  /// Throws an `ElementError` if pictures of this size cannot be changed so; none, unless a step says otherwise.
  public func check(_ size: ImageSize) throws(ElementError) {
    guard distance < size.height, distance < size.width else {
      throw ElementError(
        code: "out-of-range",
        "moving by \(distance) pixels leaves nothing of a picture of \(size.height)x\(size.width)",
        attribute: "by")
    }
  }

  /// Changes the picture in place, as the declaration says; see `Augmentation.apply`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream) {
    let right = random.integer(below: 2 * distance + 1, at: 0) - distance
    let down = random.integer(below: 2 * distance + 1, at: 1) - distance
    move(picture, size, right: right, down: down, scratch: scratch)
  }

  /// Moves a picture to the right and down.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func move<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, right: Int, down: Int, scratch: Buffer<S>) {
    guard right != 0 || down != 0 else { return }
    let (height, width) = (size.height, size.width)
    scratch.copy(from: picture)
    for channel in 0..<size.channels {
      let start = channel * height * width
      for y in 0..<height {
        let from = repeatsEdge ? min(max(y - down, 0), height - 1) : y - down
        let row = start + y * width
        guard from >= 0, from < height else {
          for x in 0..<width { picture[row + x] = 0 }
          continue
        }
        let source = start + from * width
        for x in 0..<width {
          let column = repeatsEdge ? min(max(x - right, 0), width - 1) : x - right
          picture[row + x] = column >= 0 && column < width ? scratch[source + column] : 0
        }
      }
    }
  }
}
