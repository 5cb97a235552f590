import NNCore
import NNKernels

/// Puts batches together: which samples they have, and their numbers as the net reads them.
///
/// One thread at a time may use it; threads that take turns hand it over to one another.
final class BatchAssembler<S: Scalar>: @unchecked Sendable {
  /// A batch of a run.
  struct Place {
    /// Epochs before its own.
    var epoch: Int
    /// Batches before it in its epoch.
    var batch: Int
  }

  private let set: Dataset
  private let settings: FeedSettings
  private let inputTables: [AffineTable<S>]
  private let targetTable: AffineTable<S>
  private let scratch: Storage<S>
  private let slots: [BatchMemory<S>]
  private let completion: BatchCompletion<S>
  /// For each input, memory for the samples of a batch that are read from its file; nil where they are in memory.
  private let stored: [StoredBatch?]
  private let storedNumbers: [StoredNumbers]
  private let shuffling: SampleShuffling
  private var order: [Int32]
  private var orderedEpoch = -1

  /// An assembler with memory for `slots` batches that gathers on pools of at most `threads` threads.
  init(_ set: Dataset, _ settings: FeedSettings, threads: Int, slots: Int) {
    self.set = set
    self.settings = settings
    let size = min(settings.batch, set.count)
    scratch = Storage(count: (settings.augmentations?.scratchCount ?? 0) * threads)
    inputTables = set.inputs.enumerated().map { index, input in
      let affine = index < settings.preprocessing.count ? settings.preprocessing[index] : .identity
      precondition(affine.fits(input.width), "preprocessing for samples of another width")
      return AffineTable(affine, width: input.width)
    }
    targetTable = AffineTable(.identity, width: 1)
    let completion = BatchCompletion<S>(set, size: size, settings)
    self.completion = completion
    self.slots = (0..<slots).map { _ in completion.memory(size: size) }
    order = set.rows
    stored = set.inputs.map { StoredBatch($0, size: size, threads: threads) }
    storedNumbers = set.storedNumbers
    shuffling = SampleShuffling(count: set.count, window: set.storedNumbers.map(\.window).min())
  }

  /// Why a sample could not be read from its file; nil if all could.
  var failure: DiagnosticError? {
    for index in 0..<storedNumbers.count { if let failure = storedNumbers[index].failure { return failure } }
    return nil
  }

  /// Batches in an epoch.
  var batchesPerEpoch: Int { settings.batchesPerEpoch(set) }

  /// Samples in a batch: the last of an epoch may have fewer.
  func count(_ place: Place) -> Int { min(settings.batch, set.count - place.batch * settings.batch) }

  /// The memory of a slot's input, by its place in the set.
  func input(_ index: Int, slot: Int) -> Buffer<S> { slots[slot].inputs[index].buffer }

  /// The lengths of a slot's input, by its place in the set; nil if its samples have none.
  func lengths(_ index: Int, slot: Int) -> Buffer<Int32>? { slots[slot].lengths[index]?.buffer }

  /// The memory of a slot's target, by its place in the set.
  func target(_ index: Int, slot: Int) -> Buffer<S> { slots[slot].targets[index].buffer }

  /// Gathers, converts, preprocesses and augments a batch. What it writes is a function of the batch alone: the same on any
  /// thread and on any number of them.
  func gather(_ place: Place, slot: Int, workers: WorkerPool) {
    if orderedEpoch != place.epoch { putInOrder(place.epoch) }
    let count = count(place)
    let start = place.batch * settings.batch
    let batchNumber = place.epoch * batchesPerEpoch + place.batch
    let slot = slots[slot]
    announce(after: start)
    order.withUnsafeBufferPointer { order in
      let rows = UnsafeBufferPointer(rebasing: order[start..<(start + count)])
      for index in set.inputs.indices {
        let gathered = completion.gathered(input: index, for: slot)
        if let lengths = set.inputs[index].lengths, let gathered = slot.lengths[index]?.buffer {
          for (place, row) in rows.enumerated() { gathered[place] = lengths[Int(row)] }
        }
        let own = settings.augmentations == nil ? settings.part?(count) ?? 0..<count : 0..<count
        let width = set.inputs[index].width
        set.inputs[index].gather(
          UnsafeBufferPointer(rebasing: rows[own]), inputTables[index], stored: stored[index],
          into: gathered.slice(from: own.lowerBound * width, count: own.count * width), workers: workers)
        settings.augmentations?.apply(
          gathered, input: index, count: count, scratch: scratch.buffer, batchNumber: batchNumber, workers: workers)
      }
      for index in set.targets.indices {
        set.targets[index].gather(
          rows, targetTable, into: completion.gathered(target: index, for: slot), workers: workers)
      }
    }
    let mixture = settings.augmentations?.mixture(batchNumber: batchNumber, count: count)
    completion.complete(slot, count: count, mixture, workers: workers)
  }

  /// At the first batch of a window tells the system that the next window will be read.
  private func announce(after start: Int) {
    let window = shuffling.window
    guard !storedNumbers.isEmpty, start % window < settings.batch else { return }
    let next = (start / window + 1) * window
    guard next < order.count else { return }
    order.withUnsafeBufferPointer { order in
      let rows = UnsafeBufferPointer(rebasing: order[next..<min(order.count, next + window)])
      for index in stored.indices { stored[index]?.announce(rows) }
    }
  }

  /// Shuffles the set's own order.
  private func putInOrder(_ epoch: Int) {
    orderedEpoch = epoch
    guard let seed = settings.shuffleSeed else { return }
    let random = RandomStream(key: seed).derived(0x0A7D_E2B1).subsequence(UInt64(epoch))
    order.withUnsafeMutableBufferPointer { order in
      set.rows.withUnsafeBufferPointer { shuffling.shuffle($0, random, into: order) }
    }
  }
}

extension RandomStream {
  /// The subsequence of the given number.
  fileprivate func subsequence(_ number: UInt64) -> RandomStream { RandomStream(key: key, counter: number) }
}
