import NNKernelsCommon

/// y[i] (+)= x[i] scale, or 0 where the element is dropped, see `Scalar.drop` and `Dropping`. A vector's lanes are blocks of
/// Philox4x32-10, so that the numbers need no rearrangement.
///
/// Operations: 20 multiplications of 32 bits for 8 elements. Bytes: 8 per element, 12 when accumulating.
func drop(
  _ x: Buffer<Float>, _ y: Buffer<Float>, _ dropping: Dropping, _ accumulate: Bool, _ workers: WorkerPool
) {
  let loop = DropLoop(
    x: x.base, y: y.base, count: x.count, limit: Int32(truncatingIfNeeded: dropping.limit),
    scale: Float(dropping.scale),
    dropping: dropping, accumulate: accumulate)
  let groups = (x.count + Dropping.groupSize - 1) / Dropping.groupSize
  workers.run(count: groups, grain: 64) { loop.run($0) }
}

private struct DropLoop {
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let count: Int
  let limit: Int32
  let scale: Float
  let dropping: Dropping
  let accumulate: Bool

  @inline(never)
  func run(_ groups: Range<Int>) {
    for group in groups {
      var block = 0
      while block < Dropping.blocks {
        let words = PhiloxWords(dropping, UInt64(group * Dropping.blocks + block))
        let start = group * Dropping.groupSize + block
        put(words.a, start)
        put(words.b, start + 2 * Dropping.blocks)
        put(words.c, start + 4 * Dropping.blocks)
        put(words.d, start + 6 * Dropping.blocks)
        block += Vector.scalarCount
      }
    }
  }

  /// The elements of the lower halves of `words` from `start` on, and those of the upper halves.
  @inline(__always)
  private func put(_ words: VectorBits, _ start: Int) {
    put(numbers: words & VectorBits(repeating: 0xFFFF), start)
    put(numbers: (words &>> 16) & VectorBits(repeating: 0xFFFF), start + Dropping.blocks)
  }

  @inline(__always)
  private func put(numbers: VectorBits, _ start: Int) {
    let left = count - start
    if left >= Vector.scalarCount {
      put(numbers, start, AllLanes())
    } else if left > 0 {
      put(numbers, start, FirstLanes(count: left))
    }
  }

  @inline(__always)
  private func put<L: Lanes>(_ numbers: VectorBits, _ i: Int, _ lanes: L) {
    let value = select(numbers .< VectorBits(repeating: limit), .zero, lanes.load(x + i) * scale)
    lanes.store(value, y + i, accumulate: accumulate)
  }
}

/// The words of consecutive blocks of a random stream, one block in each lane; see `RandomStream.block`.
private struct PhiloxWords {
  var a: VectorBits
  var b: VectorBits
  var c: VectorBits
  var d: VectorBits

  /// The blocks from `position` on, which is a multiple of the number of lanes.
  @inline(__always)
  init(_ random: Dropping, _ position: UInt64) {
    func word(_ x: UInt64, _ shift: UInt64) -> VectorBits {
      VectorBits(repeating: Int32(truncatingIfNeeded: x >> shift))
    }
    a = word(position, 0) &+ laneNumbers
    b = word(position, 32)
    c = word(random.counter, 0)
    d = word(random.counter, 32)
    var (k0, k1) = (UInt32(truncatingIfNeeded: random.key), UInt32(truncatingIfNeeded: random.key >> 32))
    for _ in 0..<10 {
      let (low0, high0) = wideProduct(a, 0xD251_1F53)
      let (low1, high1) = wideProduct(c, 0xCD9E_8D57)
      (a, b) = (high1 ^ b ^ VectorBits(repeating: Int32(bitPattern: k0)), low1)
      (c, d) = (high0 ^ d ^ VectorBits(repeating: Int32(bitPattern: k1)), low0)
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
  }
}

/// The lower and upper 32 bits of the products of unsigned numbers. Even and odd lanes are multiplied apart, as the
/// instruction does, whose operands are the lower halves of lanes of 64 bits.
@inline(__always)
private func wideProduct(_ x: VectorBits, _ factor: UInt64) -> (low: VectorBits, high: VectorBits) {
  let mask = WideBits(repeating: 0xFFFF_FFFF)
  let wide = unsafeBitCast(x, to: WideBits.self)
  let factors = WideBits(repeating: factor)
  let even = (wide & mask) &* factors
  let odd = (wide &>> 32) &* factors
  let low = (even & mask) | (odd &<< 32)
  let high = (even &>> 32) | (odd & ~mask)
  return (unsafeBitCast(low, to: VectorBits.self), unsafeBitCast(high, to: VectorBits.self))
}

#if LEVEL_V4
  private typealias WideBits = SIMD8<UInt64>
#elseif LEVEL_V3
  private typealias WideBits = SIMD4<UInt64>
#else
  private typealias WideBits = SIMD2<UInt64>
#endif
