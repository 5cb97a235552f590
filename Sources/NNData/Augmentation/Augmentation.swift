import NNCore
import NNKernels

/// A random change to a picture, in training only: a step of a model's `<augment>` section.
///
/// What is drawn is a function of the run's seed, the step and the sample's place in its batch alone, so a resumed run
/// and one on other threads see the same pictures. Changes come after preprocessing: 0 is then the mean, if the numbers
/// are standardized, and fills what comes into view.
public protocol Augmentation: ElementValue {
  /// Throws an `ElementError` if pictures of this size cannot be changed so. No size is refused by default.
  func check(_ size: ImageSize) throws(ElementError)

  /// Changes one picture.
  ///
  /// - Parameters:
  ///   - picture: channels x height x width, changed in place.
  ///   - scratch: memory of the same size with any contents.
  ///   - random: the stream of this picture; positions 0 to 15 are the step's own.
  func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream)
}

extension Augmentation {
  /// Throws an `ElementError` if pictures of this size cannot be changed so; none, unless a step says otherwise.
  public func check(_ size: ImageSize) throws(ElementError) {}
}

/// The size of a picture.
public struct ImageSize: Sendable, Hashable {
  /// The number of channels.
  public let channels: Int
  /// The number of rows.
  public let height: Int
  /// The number of pixels in a row.
  public let width: Int

  /// The size of pictures of a shape: channels x height x width, or height x width. Nil for other shapes.
  public init?(_ shape: Shape) {
    switch shape.rank {
    case 2: (channels, height, width) = (1, shape[0], shape[1])
    case 3: (channels, height, width) = (shape[0], shape[1], shape[2])
    default: return nil
    }
  }

  /// The number of elements: channels x height x width.
  public var count: Int { channels * height * width }
}
