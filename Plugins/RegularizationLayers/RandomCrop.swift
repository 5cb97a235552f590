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
  @specialized(where S == Float)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let parts = Parts(context.input.shape, size, context.phase == .training ? context.random : nil)
    parts.forEachRow(context.workers) { row, start in
      let from = context.input.buffer.slice(from: start, count: size.width)
      context.output.buffer.slice(from: row * size.width, count: size.width).copy(from: from)
    }
  }

  /// dx = dy within the part that was cut out, else 0.
  @specialized(where S == Float)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted else { return }
    let target = slot.tensor.buffer
    if !slot.accumulates { target.fill(0) }
    let parts = Parts(slot.tensor.shape, size, context.phase == .training ? context.random : nil)
    let upstream = context.upstream[0].buffer
    parts.forEachRow(context.workers) { row, start in
      S.scale(
        upstream.slice(from: row * size.width, count: size.width), by: 1,
        into: target.slice(from: start, count: size.width), accumulate: true, workers: context.workers)
    }
  }
}

/// The crops of the images of a batch.
private struct Parts {
  private let batch: Int
  private let channels: Int
  private let picture: Extent
  private let size: Extent
  private let random: RandomStream?

  /// - Parameters:
  ///   - shape: the images' shape, the batch first.
  ///   - random: the stream of the offsets; nil for centre crops.
  init(_ shape: Shape, _ size: Extent, _ random: RandomStream?) {
    (batch, channels, picture) = (shape[0], shape[1], Extent(shape[2], shape[3]))
    self.size = size
    self.random = random
  }

  /// The offset of a sample's crop: rows above and columns to the left.
  private func place(_ sample: Int) -> Extent {
    let room = Extent(picture.height - size.height, picture.width - size.width)
    guard let random else { return Extent(room.height / 2, room.width / 2) }
    return Extent(
      random.integer(below: room.height + 1, at: UInt64(2 * sample)),
      random.integer(below: room.width + 1, at: UInt64(2 * sample + 1)))
  }

  /// Calls `body` with the index of each row of all crops, and its offset in the images.
  func forEachRow(_ workers: WorkerPool, _ body: (_ row: Int, _ start: Int) -> Void) {
    let rows = channels * size.height
    workers.run(count: batch, grain: max(1, 16384 / max(1, rows * size.width))) { samples in
      for sample in samples {
        let place = place(sample)
        for row in 0..<rows {
          let (channel, i) = (row / size.height, row % size.height)
          let line = (sample * channels + channel) * picture.height + place.height + i
          body(sample * rows + row, line * picture.width + place.width)
        }
      }
    }
  }
}
