import NNCore
import NNImages

/// How picture files become samples. It is stored with the weights, so that prediction treats pictures as training did.
public struct PictureForm: Sendable, Hashable {
  /// Channels x height x width of a sample.
  public let shape: Shape
  /// How pictures of another size get there.
  package let mode: ResizeMode
  /// Whether the channels are blue, green and red, as OpenCV and Caffe's older nets have them.
  package let isReversed: Bool

  init(_ shape: Shape, _ mode: ResizeMode, isReversed: Bool = false) {
    self.shape = shape
    self.mode = mode
    self.isReversed = isReversed
  }

  /// What suits a net that reads `shape` and was trained on something else than picture files; nil if that is no
  /// picture of one or three channels.
  public init?(_ shape: Shape) {
    guard let size = ImageSize(shape), size.channels == 1 || size.channels == 3 else { return nil }
    self.init(Shape(size.channels, size.height, size.width), .stretch)
  }

  /// The form as text, such as `3x32x32 crop` or `3x32x32 crop bgr`.
  public var encoded: String { "\(shape) \(mode.rawValue)" + (isReversed ? " bgr" : "") }

  /// Reads `encoded` back; nil when the text is something else.
  public init?(encoded: String) {
    let words = encoded.split(separator: " ").map(String.init)
    guard words.count == 2 || words.count == 3 && words[2] == "bgr", let mode = ResizeMode(rawValue: words[1]),
      let shape = Shape(words[0].split(separator: "x").compactMap { Int($0) }), let form = PictureForm(shape)
    else { return nil }
    self.init(form.shape, mode, isReversed: words.count == 3)
  }
}
