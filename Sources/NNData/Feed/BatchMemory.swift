import NNCore
import NNKernels

/// Memory for the numbers of one batch: for each input and target of a set, samples x width.
struct BatchMemory<S: Scalar> {
  let inputs: [Storage<S>]
  let targets: [Storage<S>]
  /// For each input of sequences, the length of each sample.
  var lengths: [Storage<Int32>?] = []
}

/// The last stage of a batch: gathered samples are mixed where there is a mixture, labels become one-hot where the net
/// wants numbers. What goes through this stage is gathered into memory of its own.
struct BatchCompletion<S: Scalar> {
  private let isMixing: Bool
  private let waiting: BatchMemory<S>
  private let inputWidths: [Int]
  private let targetWidths: [Int]
  private let haveLengths: [Bool]
  /// For each target, the classes that its labels become one-hot over; 0 for one that stays as it is.
  private let classCounts: [Int]

  /// The stage for batches of at most `size` samples.
  init(_ set: Dataset, size: Int, _ settings: FeedSettings) {
    let isMixing = settings.augmentations?.isMixing ?? false
    let classCounts = set.targets.map { target -> Int in
      guard case .classes = target.form, target.width == 1,
        case .values(let shape)? = settings.targetForms[target.name]
      else { return 0 }
      return shape.elementCount > 1 ? shape.elementCount : 0
    }
    inputWidths = set.inputs.map(\.width)
    targetWidths = set.targets.map(\.width)
    haveLengths = set.inputs.map { $0.lengths != nil }
    waiting = BatchMemory(
      inputs: inputWidths.map { Storage(count: isMixing ? $0 * size : 0) },
      targets: zip(targetWidths, classCounts).map { Storage(count: isMixing || $1 > 0 ? $0 * size : 0) })
    self.isMixing = isMixing
    self.classCounts = classCounts
  }

  /// Memory for a batch of `size` samples as the net reads it.
  func memory(size: Int) -> BatchMemory<S> {
    BatchMemory(
      inputs: inputWidths.map { Storage(count: $0 * size) },
      targets: zip(targetWidths, classCounts).map { Storage(count: max($0, $1) * size) },
      lengths: haveLengths.map { $0 ? Storage(count: size) : nil })
  }

  /// Where an input is gathered that goes to `batch`.
  func gathered(input index: Int, for batch: BatchMemory<S>) -> Buffer<S> {
    (isMixing ? waiting : batch).inputs[index].buffer
  }

  /// Where a target is gathered that goes to `batch`.
  func gathered(target index: Int, for batch: BatchMemory<S>) -> Buffer<S> {
    (isMixing || classCounts[index] > 0 ? waiting : batch).targets[index].buffer
  }

  /// Completes `count` gathered samples.
  func complete(_ batch: BatchMemory<S>, count: Int, _ mixture: Mixture?, workers: WorkerPool) {
    if let mixture {
      for index in inputWidths.indices {
        mixture.mix(
          waiting.inputs[index].buffer, into: batch.inputs[index].buffer, width: inputWidths[index], workers: workers)
      }
    }
    for index in targetWidths.indices {
      let (from, to) = (waiting.targets[index].buffer, batch.targets[index].buffer)
      let classes = classCounts[index]
      if let mixture, classes > 0 {
        mixture.mixLabels(from, into: to, classes: classes)
      } else if let mixture {
        mixture.mix(from, into: to, width: targetWidths[index], workers: workers)
      } else if classes > 0 {
        oneHot(from, count: count, into: to, classes: classes)
      }
    }
  }
}
