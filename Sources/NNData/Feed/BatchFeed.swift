import NNCore
import NNKernels

/// Gives a set's samples in batches, epoch after epoch, in an order that is a function of seed and epoch alone.
///
/// Where a processor is free, the next batch is gathered on it while the current one is in use. `epoch` and
/// `batchOfEpoch` are those of the batches given, so what has been gathered ahead is no part of a run's state. Nothing
/// is taken from the heap after the first batch. When the feed goes, its thread ends.
public final class BatchFeed<S: Scalar> {
  private let assembler: BatchAssembler<S>
  private let workers: WorkerPool
  let prefetcher: BatchPrefetcher<S>?
  /// Where the current batch is.
  private var slot = 0
  /// Batches that will still be asked for.
  private var left: Int
  /// Epochs given completely.
  public private(set) var epoch: Int
  /// Batches given of the current epoch.
  public private(set) var batchOfEpoch: Int

  /// A feed that starts at the given batch of the given epoch.
  ///
  /// - Parameter batches: how many will be asked for at most.
  public init(
    _ set: Dataset, _ settings: FeedSettings, epoch: Int = 0, batchOfEpoch: Int = 0, batches: Int = .max,
    workers: WorkerPool
  ) {
    let numbers = (set.inputs + set.targets).reduce(0) { $0 + $1.width } * min(settings.batch, set.count)
    let work = numbers * (settings.augmentations?.costFactor ?? 1)
    let ahead = batches > 1 ? settings.prefetching.threads(work: work, workers: workers) : 0
    assembler = BatchAssembler(set, settings, threads: max(ahead, workers.threads), slots: ahead > 0 ? 2 : 1)
    prefetcher = ahead > 0 ? BatchPrefetcher(assembler, threads: ahead) : nil
    self.workers = workers
    self.epoch = epoch
    self.batchOfEpoch = batchOfEpoch
    left = batches
  }

  /// Batches in an epoch.
  public var batchesPerEpoch: Int { assembler.batchesPerEpoch }

  /// Why a sample could not be read from its file; nil if all could.
  package var failure: DiagnosticError? { assembler.failure }

  /// Makes the next batch the current one and returns its number of samples. The memory of the one before it is reused.
  public func next() -> Int {
    let place = next(epoch, batchOfEpoch)
    if let prefetcher, prefetcher.hasBegun {
      prefetcher.fetch(workers: workers)
      slot = 1 - slot
    } else {
      assembler.gather(place, slot: slot, workers: workers)
    }
    epoch = place.epoch
    batchOfEpoch = place.batch + 1
    left -= 1
    if left > 0 { prefetcher?.begin(next(epoch, batchOfEpoch), slot: 1 - slot) }
    return assembler.count(place)
  }

  /// The current batch of an input, by its place in the set: batch x width. Valid until the next call of `next`.
  public func input(_ index: Int) -> Buffer<S> { assembler.input(index, slot: slot) }

  /// The lengths of the current batch's samples of an input; nil if they have none. Valid until the next call of `next`.
  public func lengths(_ index: Int) -> Buffer<Int32>? { assembler.lengths(index, slot: slot) }

  /// The current batch of a target, by its place in the set: batch x width, or batch x classes for labels that become
  /// one-hot. Valid until the next call of `next`.
  public func target(_ index: Int) -> Buffer<S> { assembler.target(index, slot: slot) }

  /// The batch after the first `batch` of an epoch.
  private func next(_ epoch: Int, _ batch: Int) -> BatchAssembler<S>.Place {
    batch == batchesPerEpoch ? .init(epoch: epoch + 1, batch: 0) : .init(epoch: epoch, batch: batch)
  }
}
