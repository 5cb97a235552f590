import NNCore
import NNKernels

/// Gives a set's samples in batches, epoch after epoch, in an order that is a function of seed and epoch alone.
///
/// Where a processor is free, the next batch is gathered on it while the current one is in use. `epoch` and
/// `batchOfEpoch` count the batches handed out, so prefetched batches are not part of a run's state. Nothing is
/// allocated after the first batch. The feed's thread ends with it.
public final class BatchFeed<S: Scalar> {
  private let gatherer: BatchAssembler<S>
  private let workers: WorkerPool
  let prefetcher: BatchPrefetcher<S>?
  /// The slot of the current batch.
  private var slot = 0
  /// Batches still to be requested.
  private var left: Int
  /// Completed epochs.
  public private(set) var epoch: Int
  /// Batches handed out in the current epoch.
  public private(set) var batchOfEpoch: Int

  /// A feed that starts at the given batch of the given epoch.
  ///
  /// - Parameters:
  ///   - batch: samples in a batch; the last of an epoch may have fewer.
  ///   - preprocessing: for each of the set's inputs; fewer leave the others as they are.
  ///   - shuffles: whether each epoch has an order of its own; if not, it is the set's.
  ///   - augmentations: changes to the samples.
  ///   - targetForms: how the net wants the targets, by name. Labels become one-hot where it wants numbers.
  ///   - batches: the most that will be requested.
  public convenience init(
    _ set: Dataset, batch: Int, preprocessing: [AffinePreprocessing], seed: UInt64, shuffles: Bool, epoch: Int = 0,
    batchOfEpoch: Int = 0, augmentations: Augmentations? = nil, targetForms: [String: TargetForm] = [:],
    batches: Int = .max, workers: WorkerPool
  ) {
    self.init(
      set, batch: batch, preprocessing: preprocessing, seed: seed, shuffles: shuffles, epoch: epoch,
      batchOfEpoch: batchOfEpoch, augmentations: augmentations, targetForms: targetForms, batches: batches,
      workers: workers,
      prefetching: .whenItPays)
  }

  /// A feed with a given prefetching policy.
  package init(
    _ set: Dataset, batch: Int, preprocessing: [AffinePreprocessing], seed: UInt64, shuffles: Bool, epoch: Int = 0,
    batchOfEpoch: Int = 0, augmentations: Augmentations? = nil, targetForms: [String: TargetForm] = [:],
    batches: Int = .max, workers: WorkerPool,
    prefetching: Prefetching
  ) {
    let numbers = (set.inputs + set.targets).reduce(0) { $0 + $1.width } * min(batch, set.count)
    let ahead =
      batches > 1 ? prefetching.threads(work: numbers * (augmentations?.costFactor ?? 1), workers: workers) : 0
    gatherer = BatchAssembler(
      set, batch: batch, preprocessing: preprocessing, seed: seed, shuffles: shuffles, augmentations: augmentations,
      targetForms: targetForms, threads: max(ahead, workers.threads), slots: ahead > 0 ? 2 : 1)
    prefetcher = ahead > 0 ? BatchPrefetcher(gatherer, threads: ahead) : nil
    self.workers = workers
    self.epoch = epoch
    self.batchOfEpoch = batchOfEpoch
    left = batches
  }

  /// Batches in an epoch.
  public var batchesPerEpoch: Int { gatherer.batchesPerEpoch }

  /// Makes the next batch the current one and says how many samples it has. The one before it is gone.
  public func next() -> Int {
    let place = next(epoch, batchOfEpoch)
    if let prefetcher, prefetcher.hasBegun {
      prefetcher.fetch(workers: workers)
      slot = 1 - slot
    } else {
      gatherer.gather(place, slot: slot, workers: workers)
    }
    epoch = place.epoch
    batchOfEpoch = place.batch + 1
    left -= 1
    if left > 0 { prefetcher?.begin(next(epoch, batchOfEpoch), slot: 1 - slot) }
    return gatherer.count(place)
  }

  /// The samples of the current batch for an input, by its place in the set.
  public func input(_ index: Int) -> Buffer<S> { gatherer.input(index, slot: slot) }

  /// The current batch of a target, by its place in the set.
  public func target(_ index: Int) -> Buffer<S> { gatherer.target(index, slot: slot) }

  /// The batch after the first `batch` of an epoch.
  private func next(_ epoch: Int, _ batch: Int) -> BatchAssembler<S>.Place {
    batch == batchesPerEpoch ? .init(epoch: epoch + 1, batch: 0) : .init(epoch: epoch, batch: batch)
  }
}
