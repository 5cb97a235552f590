import NNCore
import NNKernels

/// Makes pictures brighter or darker.
public struct Brightness: Augmentation, DeclaredElement {
  /// The declaration of `<brightness>`.
  public static let schema = ElementSchema(
    .augmentation, "brightness", summary: "Adds a random number to all of a picture's.",
    formula: "x := x + a, a uniform from -by to by", example: #"<brightness by="0.2"/>"#,
    attributes: [.required("by", .number(.positive), "The largest change, in the numbers that the net reads.")])

  private let change: Double

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { change = attributes.number("by") }

  /// Changes the picture in place, as the declaration says; see `Augmentation.apply`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream) {
    let summand = S(change * random.signed(0))
    for i in 0..<picture.count { picture[i] += summand }
  }
}

/// Makes pictures more or less contrasted.
public struct Contrast: Augmentation, DeclaredElement {
  /// The declaration of `<contrast>`.
  public static let schema = ElementSchema(
    .augmentation, "contrast", summary: "Multiplies the differences from a picture's mean by a random factor.",
    formula: "x := m + a (x - m), m the picture's mean, a uniform from 1 - by to 1 + by",
    example: #"<contrast by="0.2"/>"#,
    attributes: [.required("by", .number(NumberRange(0, 1, excludesLower: true)), "The largest change of the factor.")])

  private let change: Double

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { change = attributes.number("by") }

  /// Changes the picture in place, as the declaration says; see `Augmentation.apply`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream) {
    var total = 0.0
    for i in 0..<picture.count { total += Double(picture[i]) }
    let mean = S(total / Double(max(1, picture.count)))
    let factor = S(1 + change * random.signed(0))
    for i in 0..<picture.count { picture[i] = mean + factor * (picture[i] - mean) }
  }
}
