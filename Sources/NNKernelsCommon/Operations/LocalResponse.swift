/// A normalization by the squares at the same pixel of neighbouring channels:
///
///     y = x s^-beta,  s = k + alpha / size * sum of x^2 over the neighbours
public struct LocalResponse: Sendable, Hashable {
  /// Channels in the sum, the own one in their middle (the left of two middles).
  public var size: Int
  public var alpha: Double
  public var beta: Double
  public var k: Double

  public init(size: Int, alpha: Double, beta: Double, k: Double) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }

  /// The channels that channel `c` of `channels` is divided by.
  @inlinable @inline(__always)
  public func neighbours(_ c: Int, _ channels: Int) -> Range<Int> {
    max(0, c - size / 2)..<min(channels, c + (size - 1) / 2 + 1)
  }

  /// The channels that channel `c` of `channels` divides.
  @inlinable @inline(__always)
  public func reached(_ c: Int, _ channels: Int) -> Range<Int> {
    max(0, c - (size - 1) / 2)..<min(channels, c + size / 2 + 1)
  }
}

/// The size of [batch, channels, pixels].
public struct ChannelExtent: Sendable, Hashable {
  public var batch: Int
  public var channels: Int
  public var pixels: Int

  public init(batch: Int, channels: Int, pixels: Int) {
    self.batch = batch
    self.channels = channels
    self.pixels = pixels
  }

  /// Elements of a sample.
  public var sampleCount: Int { channels * pixels }
}
