/// Local response normalization across channels (Krizhevsky et al. 2012), for each pixel:
///
///     y[c] = x[c] s[c]^-beta,  s[c] = k + alpha / size * sum over the window of channel c of x[c']^2
public struct LocalResponse: Sendable, Hashable {
  /// Channels of the window c - size / 2 ... c + (size - 1) / 2, with integer division.
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

  /// The window of channel `c` among `channels` channels: the channels whose squares s[c] sums.
  @inlinable @inline(__always)
  public func neighbours(_ c: Int, _ channels: Int) -> Range<Int> {
    max(0, c - size / 2)..<min(channels, c + (size - 1) / 2 + 1)
  }

  /// The channels whose windows contain channel `c`.
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
