import NNCore
import NNKernels

/// Random crop: a window of each image at a random offset in training, the centre crop in prediction.
///
/// All channels of a sample have the same offset, which is a function of the stream and the sample's index.
public struct RandomCrop: DeclaredLayer {
  /// The declaration of `<randomCrop>`.
  public static let schema = ElementSchema(
    .layer, "randomCrop",
    summary: "Cuts a part out of each picture: at a random place in training, in the middle in prediction.",
    formula: "y[c,i,j] = x[c, top + i, left + j]; in prediction top = (height - size) / 2 rounded down, left as well",
    reference: "as torchvision.transforms.RandomCrop of a larger picture, and Keras's layer of this name",
    example: #"<reshape shape="1x8x8"/><randomCrop size="6"/>"#,
    attributes: [.required("size", .pair(1...Shape.maximumElementCount), "Rows and columns of the part.")])

  /// The size of the crop.
  public let size: Extent

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    let sizes = attributes.integers("size")
    size = Extent(sizes[0], sizes[1])
  }

  /// The layer.
  public init(size: Extent) { self.size = size }

  /// States that it draws random numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .random) }

  /// Channels x the given size. Throws an `ElementError` for an input that is no image or smaller.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let input = inputs[0]
    guard input.rank == 3 else {
      throw ElementError.shape(
        "<randomCrop> reads images of channels x height x width, but its input has the shape \(input)",
        remedy: "put <reshape/> before it")
    }
    guard size.height <= input[1], size.width <= input[2],
      let output = Shape([input[0], size.height, size.width])
    else {
      throw ElementError.shape(
        "<randomCrop> cannot cut \(size.height)x\(size.width) out of its input \(input)",
        remedy: "make the part smaller")
    }
    return LayerPlan(
      outputs: [output], backwardNeeds: [], forwardOperations: output.elementCount,
      backwardOperations: input.elementCount)
  }

  /// y[c,i,j] = x[c, top + i, left + j]; the place is drawn in training, and the middle in prediction.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let parts = Parts(context.input.shape, size, context.phase == .training ? context.random : nil)
    parts.rows.take(
      context.input.buffer, into: context.output.buffer, workers: context.workers, start: { parts.start($0) })
  }

  /// dx = dy within the part that was cut out, else 0.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted else { return }
    let parts = Parts(slot.tensor.shape, size, context.phase == .training ? context.random : nil)
    let (upstream, target) = (context.upstream[0].buffer, slot.tensor.buffer)
    if slot.accumulates {
      parts.rows.add(upstream, into: target, workers: context.workers, start: { parts.start($0) })
    } else {
      parts.rows.place(upstream, into: target, filler: 0, workers: context.workers, start: { parts.start($0) })
    }
  }
}

/// The crops of the images of a batch.
private struct Parts {
  /// The rows of a sample's crop in its image.
  let rows: RowPlacement
  private let width: Int
  private let room: Extent
  private let random: RandomStream?

  /// - Parameters:
  ///   - shape: the images' shape, the batch first.
  ///   - random: the stream of the offsets; nil for centre crops.
  init(_ shape: Shape, _ size: Extent, _ random: RandomStream?) {
    width = shape[3]
    room = Extent(shape[2] - size.height, width - size.width)
    rows = RowPlacement(
      planes: shape[1], plane: shape[2] * width, rows: size.height, run: size.width, stride: width)
    self.random = random
  }

  /// Where a sample's crop begins in each channel of its image.
  func start(_ sample: Int) -> Int {
    guard let random else { return room.height / 2 * width + room.width / 2 }
    let top = random.integer(below: room.height + 1, at: UInt64(2 * sample))
    return top * width + random.integer(below: room.width + 1, at: UInt64(2 * sample + 1))
  }
}
