/// A counter-based random number generator: numbers are a pure function of (key, counter, position). Any thread can compute
/// any number in any order. The state is two integers, so a resumed run draws the numbers of the uninterrupted one.
///
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
public struct RandomStream: Sendable, Hashable {
  /// Selects the sequence.
  public var key: UInt64
  /// Selects a subsequence, for instance the training step.
  public var counter: UInt64

  /// The stream of `key` that starts at subsequence `counter`.
  public init(key: UInt64, counter: UInt64 = 0) {
    self.key = key
    self.counter = counter
  }

  /// An independent stream for another purpose.
  public func derived(_ purpose: UInt64) -> RandomStream {
    let mixed = block(purpose ^ 0x9E37_79B9_7F4A_7C15)
    return RandomStream(key: UInt64(mixed.x) | UInt64(mixed.y) << 32, counter: counter)
  }

  /// Four random words at `position` of the current subsequence.
  @inlinable
  public func block(_ position: UInt64) -> SIMD4<UInt32> {
    var c = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32),
      UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32))
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(c.x) &* 0xD251_1F53
      let p1 = UInt64(c.z) &* 0xCD9E_8D57
      c = SIMD4(
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c.y ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c.w ^ k1, UInt32(truncatingIfNeeded: p0))
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return c
  }

  /// A uniform number in [0, 1) with 32 random bits.
  @inlinable
  public func uniform(_ position: UInt64) -> Double {
    let words = block(position >> 2)
    return Double(words[Int(position & 3)]) * 0x1p-32
  }

  /// A uniform integer in `0..<bound` (Lemire's multiplication method with 64 bits and without rejection; the bias is below
  /// 2^-32).
  @inlinable
  public func integer(below bound: Int, at position: UInt64) -> Int {
    let words = block(position)
    let wide = UInt64(words.x) | UInt64(words.y) << 32
    return Int(wide.multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A standard normal number, mean 0 and standard deviation 1 (Box and Muller 1958).
  public func normal(_ position: UInt64) -> Double {
    let words = block(position)
    let u = (Double(words.x) + Double(words.z) * 0x1p-32 + 0x1p-33) * 0x1p-32
    let v = (Double(words.y) + Double(words.w) * 0x1p-32) * 0x1p-32
    return (-2 * Double.log(u)).squareRoot() * Double.cos(2 * Double.pi * v)
  }
}
