/// Which elements of an array `Scalar.drop` sets to 0.
///
/// A group of 128 elements takes 16 consecutive blocks of the random stream, each of which has eight numbers of 16 bits: the
/// lower and upper halves of its words. Element 16 h + b of a group takes number h of block b, so that vectors of 4, 8 or
/// 16 lanes compute equally many blocks at once. It is dropped where that number is below `limit`.
public struct Dropping: Sendable, Hashable {
  /// 2^16 times the probability, rounded; at most 2^16 - 1.
  public let limit: UInt32
  /// The factor of the other elements: 1 divided by the probability that one stays, so that the mean is kept.
  public let scale: Double
  /// The random stream's key and subsequence.
  public let key: UInt64
  public let counter: UInt64

  /// Drops with probability `rate`, at least 0 and below 1, by the random stream of `key` and `counter`.
  public init(rate: Double, key: UInt64, counter: UInt64) {
    self.key = key
    self.counter = counter
    limit = UInt32(max(0, min(65535, (rate * 65536).rounded())))
    scale = 65536 / Double(65536 - limit)
  }

  /// Blocks of a group.
  package static let blocks = 16
  /// Elements of a group.
  package static let groupSize = 128
}
