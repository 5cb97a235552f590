import NNCore
import NNKernels

/// The steps of an `<augment>` section: changes to the inputs that are pictures, and then perhaps one to the batch.
public struct AugmentationSteps: Sendable {
  let pictures: [any Augmentation]
  let batch: (any BatchAugmentation)?

  /// Tells the steps apart.
  ///
  /// - Parameter failure: turns what is wrong with a step, and the step's index, into the error to throw: it is no
  ///   augmentation, or comes after the batch is mixed.
  public init(
    _ elements: [any ElementValue], failure: (ElementError, Int) -> any Error = { error, _ in error }
  ) throws {
    var pictures: [any Augmentation] = []
    var batch: (any BatchAugmentation)?
    for (index, element) in elements.enumerated() {
      let name = element.schema.name
      if let batch {
        let mixer = batch.schema.name
        throw failure(
          ElementError(
            code: "after-mixing",
            "<\(name)> comes after <\(mixer)>, but a mixture of two samples is no sample that it could change",
            remedy: element is any BatchAugmentation ? "mix once" : "put <\(mixer)> last"), index)
      }
      switch element {
      case let step as any Augmentation: pictures.append(step)
      case let step as any BatchAugmentation: batch = step
      default: throw failure(ElementError(code: "not-augmentation", "<\(name)> is no change to pictures"), index)
      }
    }
    self.pictures = pictures
    self.batch = batch
  }

  /// The forms of a net's targets in training; nil if they are as in the data because nothing is mixed.
  ///
  /// Throws a `DiagnosticError` with every loss that takes no mixtures.
  public func targets(of plan: NetworkPlan) throws -> [String: TargetForm]? {
    try batch.map { try plan.mixedTargets(by: $0.schema.name) }
  }
}

/// Augmentation steps for a net's inputs and a run's seed.
///
/// Several pictures of one sample are changed by the same random numbers.
public struct Augmentations: Sendable {
  private let steps: AugmentationSteps
  /// For each input the size of its pictures; nil for an input that is none, which stays as it is.
  private let sizes: [ImageSize?]
  private let random: RandomStream
  private let seed: UInt64

  /// No steps at all if there are none to make.
  ///
  /// - Parameters:
  ///   - shapes: of one sample's inputs, as the net reads them.
  ///   - seed: of the run.
  ///   - failure: turns what is wrong with a step, and the step's index, into the error to throw: no input is a picture,
  ///     or one is too small.
  public init?(
    _ steps: AugmentationSteps, shapes: [Shape], seed: UInt64,
    failure: (ElementError, Int) -> any Error = { error, _ in error }
  ) throws {
    self.steps = steps
    self.seed = seed
    random = RandomStream(key: seed).derived(0xA465_E27D)
    guard let first = steps.pictures.first else {
      sizes = []
      if steps.batch == nil { return nil }
      return
    }
    sizes = shapes.map { ImageSize($0) }
    guard sizes.contains(where: { $0 != nil }) else {
      let read = shapes.map(\.description).joined(separator: " and ")
      throw failure(
        ElementError.shape(
          "<\(first.schema.name)> changes pictures, but the net reads the shape \(read)",
          remedy: "pictures have the shape channels x height x width, such as 3x32x32"), 0)
    }
    for (index, step) in steps.pictures.enumerated() {
      for case let size? in sizes {
        do { try step.check(size) } catch { throw failure(error, index) }
      }
    }
  }

  /// Numbers of scratch memory that a worker needs.
  var scratchCount: Int { sizes.reduce(0) { max($0, $1?.count ?? 0) } }

  /// Whether samples, and their targets, are mixed in the end.
  var isMixing: Bool { steps.batch != nil }

  /// How the samples of a batch are mixed; nil if they are not.
  ///
  /// - Parameter batchNumber: counts the batches of the run.
  func mixture(batchNumber: Int, count: Int) -> Mixture? {
    steps.batch.map { Mixture($0, seed: seed, batchNumber: batchNumber, count: count) }
  }

  /// Work for each number of a batch, gathering being 1: a change to pictures takes about four times as long.
  var costFactor: Int { 1 + 4 * steps.pictures.count + (isMixing ? 1 : 0) }

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
      for index in 0..<steps.pictures.count {
        let stream = RandomStream(
          key: random.key &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15, counter: UInt64(batchNumber))
        steps.pictures[index].apply(picture, size, scratch: memory, random: stream.sample(row))
      }
    }
  }
}

extension RandomStream {
  /// The numbers for one sample of a batch: a key of its own, so that positions start at 0.
  func sample(_ row: Int) -> RandomStream {
    RandomStream(key: key ^ (UInt64(row) &+ 1) &* 0xD1B5_4A32_D192_ED03, counter: counter)
  }

  /// A number from -1 to 1.
  func signed(_ position: UInt64) -> Double { 2 * uniform(position) - 1 }
}
