import NNCore
import NNKernels

/// Gives a set's samples in batches, epoch after epoch, in an order that is a function of seed and epoch alone.
///
/// The samples are gathered, converted and preprocessed in one pass by the threads that also compute: on a machine whose
/// cores are all busy a thread of its own could only take their time. Nothing is taken from the heap after the first
/// epoch has begun.
public final class BatchFeed<S: Scalar> {
  private let set: Dataset
  private let batch: Int
  private let seed: UInt64
  private let shuffles: Bool
  private let workers: WorkerPool
  private let inputTables: [AffineTable<S>]
  private let targetTable: AffineTable<S>
  private let inputStorages: [Storage<S>]
  private let targetStorages: [Storage<S>]
  private let augmentations: Augmentations?
  private let scratch: Storage<S>
  private var order: [Int32]
  private var orderedEpoch = -1
  /// Epochs given completely.
  public private(set) var epoch: Int
  /// Batches given of the epoch at hand.
  public private(set) var batchOfEpoch: Int

  /// A feed that starts at the given batch of the given epoch.
  ///
  /// - Parameters:
  ///   - batch: samples in a batch; the last of an epoch may have fewer.
  ///   - shuffles: whether each epoch has an order of its own; if not, it is the set's.
  ///   - augmentations: changes to the first input's samples.
  public init(
    _ set: Dataset, batch: Int, preprocessing: AffinePreprocessing, seed: UInt64, shuffles: Bool, epoch: Int = 0,
    batchOfEpoch: Int = 0, augmentations: Augmentations? = nil, workers: WorkerPool
  ) {
    self.augmentations = augmentations
    scratch = Storage(count: (augmentations?.scratchCount ?? 0) * workers.threads)
    self.set = set
    self.batch = batch
    self.seed = seed
    self.shuffles = shuffles
    self.workers = workers
    self.epoch = epoch
    self.batchOfEpoch = batchOfEpoch
    let size = min(batch, set.count)
    inputTables = set.inputs.map {
      AffineTable(preprocessing.fits($0.width) ? preprocessing : .identity, width: $0.width)
    }
    targetTable = AffineTable(.identity, width: 1)
    inputStorages = set.inputs.map { Storage(count: $0.width * size) }
    targetStorages = set.targets.map { Storage(count: $0.width * size) }
    order = set.rows
  }

  /// Batches in an epoch.
  public var batchesPerEpoch: Int { (set.count + batch - 1) / batch }

  /// Gathers the next batch and says how many samples it has.
  public func next() -> Int {
    if batchOfEpoch == batchesPerEpoch {
      batchOfEpoch = 0
      epoch += 1
    }
    if orderedEpoch != epoch { putInOrder() }
    let start = batchOfEpoch * batch
    let count = min(batch, set.count - start)
    order.withUnsafeBufferPointer { order in
      let rows = UnsafeBufferPointer(rebasing: order[start..<(start + count)])
      for index in set.inputs.indices {
        set.inputs[index].gather(rows, inputTables[index], into: inputStorages[index].buffer, workers: workers)
      }
      for index in set.targets.indices {
        set.targets[index].gather(rows, targetTable, into: targetStorages[index].buffer, workers: workers)
      }
    }
    if let augmentations, let input = inputStorages.first {
      augmentations.apply(
        input.buffer, count: count, scratch: scratch.buffer, batchNumber: epoch * batchesPerEpoch + batchOfEpoch,
        workers: workers)
    }
    batchOfEpoch += 1
    return count
  }

  /// The samples of the current batch for an input, by its place in the set.
  public func input(_ index: Int) -> Buffer<S> { inputStorages[index].buffer }

  /// The current batch of a target, by its place in the set.
  public func target(_ index: Int) -> Buffer<S> { targetStorages[index].buffer }

  /// Fisher and Yates' shuffle of the set's own order.
  private func putInOrder() {
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
