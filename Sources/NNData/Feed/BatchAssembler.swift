import NNCore
import NNKernels

/// Assembles batches: draws their samples, gathers, converts, preprocesses and augments them.
///
/// One thread at a time may use it.
final class BatchAssembler<S: Scalar>: @unchecked Sendable {
  /// A batch of a run.
  struct Place {
    /// Epochs before its own.
    var epoch: Int
    /// Batches before it in its epoch.
    var batch: Int
  }

  /// The memory of one batch.
  private struct Slot {
    let inputs: [Storage<S>]
    let targets: [Storage<S>]
  }

  private let set: Dataset
  private let batch: Int
  private let seed: UInt64
  private let shuffles: Bool
  private let inputTables: [AffineTable<S>]
  private let targetTable: AffineTable<S>
  private let augmentations: Augmentations?
  private let scratch: Storage<S>
  private let slots: [Slot]
  /// Staging memory for samples to be mixed, and for labels to become one-hot.
  private let waiting: Slot
  /// For each target, the classes of its one-hot form; 0 for a target that stays as it is.
  private let classCounts: [Int]
  private var order: [Int32]
  private var orderedEpoch = -1

  /// An assembler with memory for `slots` batches that works on pools of at most `threads` threads.
  ///
  /// - Parameters:
  ///   - preprocessing: for each of the set's inputs; fewer leave the others as they are.
  ///   - targetForms: how the net wants the targets, by name; as they are if it does not say.
  init(
    _ set: Dataset, batch: Int, preprocessing: [AffinePreprocessing], seed: UInt64, shuffles: Bool,
    augmentations: Augmentations?, targetForms: [String: TargetForm], threads: Int, slots: Int
  ) {
    self.set = set
    self.batch = batch
    self.seed = seed
    self.shuffles = shuffles
    self.augmentations = augmentations
    let size = min(batch, set.count)
    scratch = Storage(count: (augmentations?.scratchCount ?? 0) * threads)
    inputTables = set.inputs.enumerated().map { index, input in
      let affine = index < preprocessing.count ? preprocessing[index] : .identity
      precondition(affine.fits(input.width), "preprocessing for samples of another width")
      return AffineTable(affine, width: input.width)
    }
    targetTable = AffineTable(.identity, width: 1)
    let classCounts = set.targets.map { target -> Int in
      guard case .classes = target.form, target.width == 1, case .values(let shape)? = targetForms[target.name] else {
        return 0
      }
      return shape.elementCount > 1 ? shape.elementCount : 0
    }
    self.classCounts = classCounts
    self.slots = (0..<slots).map { _ in
      Slot(
        inputs: set.inputs.map { Storage(count: $0.width * size) },
        targets: set.targets.indices.map { Storage(count: max(set.targets[$0].width, classCounts[$0]) * size) })
    }
    let isMixing = augmentations?.isMixing ?? false
    waiting = Slot(
      inputs: set.inputs.map { Storage(count: isMixing ? $0.width * size : 0) },
      targets: set.targets.indices.map {
        Storage(count: isMixing || classCounts[$0] > 0 ? set.targets[$0].width * size : 0)
      })
    order = set.rows
  }

  /// Batches in an epoch.
  var batchesPerEpoch: Int { (set.count + batch - 1) / batch }

  /// Samples in a batch: the last of an epoch may have fewer.
  func count(_ place: Place) -> Int { min(batch, set.count - place.batch * batch) }

  /// The memory of a slot's input, by its place in the set.
  func input(_ index: Int, slot: Int) -> Buffer<S> { slots[slot].inputs[index].buffer }

  /// The memory of a slot's target, by its place in the set.
  func target(_ index: Int, slot: Int) -> Buffer<S> { slots[slot].targets[index].buffer }

  /// Gathers, converts, preprocesses and augments a batch. What it writes depends on the batch alone, not on who calls
  /// it, when, or how many threads share the work.
  func gather(_ place: Place, slot: Int, workers: WorkerPool) {
    if orderedEpoch != place.epoch { putInOrder(place.epoch) }
    let count = count(place)
    let start = place.batch * batch
    let batchNumber = place.epoch * batchesPerEpoch + place.batch
    let isMixing = augmentations?.isMixing ?? false
    let slot = slots[slot]
    let inputs = isMixing ? waiting.inputs : slot.inputs
    order.withUnsafeBufferPointer { order in
      let rows = UnsafeBufferPointer(rebasing: order[start..<(start + count)])
      for index in set.inputs.indices {
        set.inputs[index].gather(rows, inputTables[index], into: inputs[index].buffer, workers: workers)
      }
      for index in set.targets.indices {
        let waits = isMixing || classCounts[index] > 0
        set.targets[index].gather(
          rows, targetTable, into: (waits ? waiting : slot).targets[index].buffer, workers: workers)
      }
    }
    if let augmentations {
      for index in inputs.indices {
        augmentations.apply(
          inputs[index].buffer, input: index, count: count, scratch: scratch.buffer, batchNumber: batchNumber,
          workers: workers)
      }
    }
    if let mixture = augmentations?.mixture(batchNumber: batchNumber, count: count) {
      mix(mixture, into: slot, workers: workers)
    } else {
      for index in set.targets.indices where classCounts[index] > 0 {
        oneHot(
          waiting.targets[index].buffer, count: count, into: slot.targets[index].buffer, classes: classCounts[index])
      }
    }
  }

  /// Mixes the staged samples.
  private func mix(_ mixture: Mixture, into slot: Slot, workers: WorkerPool) {
    for index in set.inputs.indices {
      mixture.mix(
        waiting.inputs[index].buffer, into: slot.inputs[index].buffer, width: set.inputs[index].width, workers: workers)
    }
    for index in set.targets.indices {
      let (from, to) = (waiting.targets[index].buffer, slot.targets[index].buffer)
      if classCounts[index] > 0 {
        mixture.mixLabels(from, into: to, classes: classCounts[index])
      } else {
        mixture.mix(from, into: to, width: set.targets[index].width, workers: workers)
      }
    }
  }

  /// The order of an epoch: a Fisher-Yates shuffle of the set's own order.
  private func putInOrder(_ epoch: Int) {
    orderedEpoch = epoch
    guard shuffles else { return }
    let random = RandomStream(key: seed).derived(0x0A7D_E2B1).subsequence(UInt64(epoch))
    order.withUnsafeMutableBufferPointer { order in
      for index in order.indices { order[index] = set.rows[index] }
      var last = order.count - 1
      while last > 0 {
        order.swapAt(last, random.integer(below: last + 1, at: UInt64(last)))
        last -= 1
      }
    }
  }
}

extension RandomStream {
  /// The subsequence of the given number.
  fileprivate func subsequence(_ number: UInt64) -> RandomStream { RandomStream(key: key, counter: number) }
}
