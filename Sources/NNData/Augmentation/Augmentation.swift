import NNCore
import NNKernels

/// A random change to a picture, in training only: a step of a model's `<augment>` section.
///
/// What is drawn is a function of the run's seed, the step and the sample's place in its batch alone, so a resumed run
/// and one on other threads see the same pictures. Changes come after preprocessing: 0 is then the mean, if the numbers
/// are standardized, and fills what comes into view.
public protocol Augmentation: ElementValue {
  /// Throws an `ElementError` if pictures of this size cannot be changed so.
  func check(_ size: ImageSize) throws(ElementError)

  /// Changes one picture.
  ///
  /// - Parameters:
  ///   - picture: its numbers, channel by channel, row by row.
  ///   - scratch: as much memory again, whose contents do not matter.
  ///   - random: the numbers for this picture; positions 0 to 15 are its own.
  func apply<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, scratch: Buffer<S>, random: RandomStream)
}

extension Augmentation {
  public func check(_ size: ImageSize) throws(ElementError) {}
}

/// The size of a picture.
public struct ImageSize: Sendable, Hashable {
  /// Numbers for each pixel.
  public let channels: Int
  /// Rows.
  public let height: Int
  /// Pixels in a row.
  public let width: Int

  /// The size of pictures of a shape: channels x height x width, or height x width. Nil for other shapes.
  public init?(_ shape: Shape) {
    switch shape.rank {
    case 2: (channels, height, width) = (1, shape[0], shape[1])
    case 3: (channels, height, width) = (shape[0], shape[1], shape[2])
    default: return nil
    }
  }

  /// Numbers in a picture.
  public var count: Int { channels * height * width }
}

/// The steps of an `<augment>` section: changes to the inputs that are pictures, and then perhaps mixing.
///
/// Several pictures of one sample are changed by the same random numbers.
public struct Augmentations: Sendable {
  private let steps: [any Augmentation]
  /// For each input the size of its pictures; nil for an input that is none, which stays as it is.
  private let sizes: [ImageSize?]
  private let random: RandomStream
  private let mixup: Mixup?
  private let seed: UInt64

  /// No steps at all if there are none to make.
  ///
  /// - Parameters:
  ///   - shapes: of one sample's inputs, as the net reads them.
  ///   - seed: of the run.
  ///   - mixup: how the samples of a batch are mixed in the end.
  public init?(
    _ steps: [any Augmentation], shapes: [Shape], seed: UInt64, mixup: Mixup? = nil
  ) throws(ElementError) {
    self.steps = steps
    self.mixup = mixup
    self.seed = seed
    random = RandomStream(key: seed).derived(0xA465_E27D)
    guard let first = steps.first else {
      sizes = []
      if mixup == nil { return nil }
      return
    }
    sizes = shapes.map { ImageSize($0) }
    guard sizes.contains(where: { $0 != nil }) else {
      let read = shapes.map(\.description).joined(separator: " and ")
      throw ElementError.shape(
        "<\(first.schema.name)> changes pictures, but the net reads the shape \(read)",
        remedy: "pictures have the shape channels x height x width, such as 3x32x32")
    }
    for step in steps {
      for case let size? in sizes { try step.check(size) }
    }
  }

  /// Numbers of scratch memory that a worker needs.
  var scratchCount: Int { sizes.reduce(0) { max($0, $1?.count ?? 0) } }

  /// Whether samples, and their targets, are mixed in the end.
  var isMixing: Bool { mixup != nil }

  /// How the samples of a batch are mixed; nil if they are not.
  ///
  /// - Parameter batchNumber: counts the batches of the run.
  func mixture(batchNumber: Int, count: Int) -> Mixture? {
    mixup?.mixture(seed: seed, batchNumber: batchNumber, count: count)
  }

  /// How often a number is gone through, gathering included; a change takes about four times as long as gathering.
  var costFactor: Int { 1 + 4 * steps.count + (isMixing ? 1 : 0) }

  /// Changes the batch of one input, if it is one of pictures.
  ///
  /// - Parameters:
  ///   - input: its place among the net's inputs.
  ///   - scratch: `scratchCount` numbers for each of the pool's threads.
  ///   - batchNumber: counts the batches of the run.
  func apply<S: Scalar>(
    _ batch: Buffer<S>, input: Int, count: Int, scratch: Buffer<S>, batchNumber: Int, workers: WorkerPool
  ) {
    guard input < sizes.count, let size = sizes[input] else { return }
    let width = size.count
    workers.run(chunks: count) { row, worker in
      let picture = batch.slice(from: row * width, count: width)
      let memory = scratch.slice(from: worker * width, count: width)
      for index in 0..<steps.count {
        let stream = RandomStream(
          key: random.key &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15, counter: UInt64(batchNumber))
        steps[index].apply(picture, size, scratch: memory, random: stream.sample(row))
      }
    }
  }
}

extension RandomStream {
  /// The numbers for one sample of the step: its own key, so that positions start at 0.
  fileprivate func sample(_ row: Int) -> RandomStream {
    RandomStream(key: key ^ (UInt64(row) &+ 1) &* 0xD1B5_4A32_D192_ED03, counter: counter)
  }

  /// A number from -1 to 1.
  func signed(_ position: UInt64) -> Double { 2 * uniform(position) - 1 }
}
