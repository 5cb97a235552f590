import NNCore

/// How the samples of a set become batches.
public struct FeedSettings: Sendable {
  /// Samples in a batch; the last of an epoch may have fewer.
  public var batch: Int
  /// What each epoch's order is drawn from; nil for the set's own order in every epoch.
  public var shuffleSeed: UInt64?
  /// What is done to the numbers of each of the set's inputs; fewer leave the others as they are.
  public var preprocessing: [AffinePreprocessing]
  /// Random changes to the samples.
  public var augmentations: Augmentations?
  /// How the net wants the targets, by name: labels become one-hot where it wants several numbers. A target that is not
  /// named stays as it is.
  public var targetForms: [String: TargetForm]
  /// The part of a batch of so many samples that is wanted, where other processes take the rest; nil for all. The rest of an input
  /// is then undefined, unless samples are augmented.
  package var part: (@Sendable (_ count: Int) -> Range<Int>)?
  /// When batches are gathered ahead of their use.
  package var prefetching = Prefetching.whenItPays

  /// Settings; unless said otherwise samples are given as they are, in the set's order.
  public init(
    batch: Int, shuffleSeed: UInt64? = nil, preprocessing: [AffinePreprocessing] = [],
    augmentations: Augmentations? = nil, targetForms: [String: TargetForm] = [:]
  ) {
    self.batch = batch
    self.shuffleSeed = shuffleSeed
    self.preprocessing = preprocessing
    self.augmentations = augmentations
    self.targetForms = targetForms
  }

  /// Batches in an epoch: ceil(samples / batch).
  public func batchesPerEpoch(_ set: Dataset) -> Int { (set.count + batch - 1) / batch }
}
