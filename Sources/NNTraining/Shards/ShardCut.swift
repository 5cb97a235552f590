/// A batch cut into shards: contiguous parts whose sizes differ by at most one. A batch of fewer samples than shards leaves
/// some of them empty.
struct ShardCut: Sendable {
  /// Samples in the batch.
  let samples: Int
  /// The number of shards.
  let shards: Int

  /// The samples of a shard: from floor(shard samples / shards) to floor((shard + 1) samples / shards).
  subscript(shard: Int) -> Range<Int> { (shard * samples / shards)..<((shard + 1) * samples / shards) }

  /// Samples of the largest shard.
  var largest: Int { (samples + shards - 1) / shards }

  /// Samples of the smallest shard that has any.
  var smallest: Int { max(min(1, samples), samples / shards) }

  /// Levels of the binary tree over the shards: log2 of their number.
  var levels: Int { shards.trailingZeroBitCount }
}
