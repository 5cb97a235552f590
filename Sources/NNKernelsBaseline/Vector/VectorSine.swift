/// The reduction of an angle x = n pi/2 + r, |r| <= pi/4: n mod 4 in the low bits of `quadrant`.
private struct ReducedAngle {
  var quadrant: VectorBits
  var rest: Vector

  /// In double precision, with pi/2 split into 36 and 53 bits: n has 17 bits at most, so the product with the first is
  /// exact, and r is exact to single precision also next to multiples of pi/2. Larger angles are rare, and their lanes are
  /// reduced one by one.
  @inline(__always)
  init(_ x: Vector) {
    let shift = Vector(repeating: 0x1.8p23)
    let isLarge = magnitude(x) .> Vector(repeating: 1e5)
    let near = select(isLarge, .zero, x)
    let sum = multiplyAdd(near, Vector(repeating: 0.636_619_772), shift)
    quadrant = bits(sum)
    rest = inDoublePrecision(near, sum - shift, AngleRest())
    if laneMaximum(select(isLarge, Vector(repeating: 1), .zero)) > 0 { reduceLargeLanes(x, &quadrant, &rest) }
  }
}

private struct AngleRest: DoubleFunction {
  @inline(__always)
  func value(_ x: DoubleVector, _ n: DoubleVector) -> DoubleVector {
    let first = multiplyAdd(n, DoubleVector(repeating: -0x1.921FB5444p+0), x)
    return multiplyAdd(n, DoubleVector(repeating: -0x1.68C234C4C6629p-39), first)
  }
}

/// Payne and Hanek's reduction of the lanes beyond 1e5: x = m 2^e with a whole m, and only the bits of 2/pi that m 2^e
/// moves to the units and behind them take part in the product, 96 of them.
@inline(never)
private func reduceLargeLanes(_ x: Vector, _ quadrant: inout VectorBits, _ rest: inout Vector) {
  for lane in 0..<Vector.scalarCount where x[lane].magnitude > 1e5 {
    let value = x[lane]
    guard value.isFinite else {
      rest[lane] = .nan
      continue
    }
    let m = UInt64(value.bitPattern & 0x7F_FFFF | 0x80_0000)
    // x = m 2^e; bits of 2/pi worth 4 or more in the product are left out.
    let e = Int(value.bitPattern >> 23 & 0xFF) - 150
    let (upper, lower) = bitsOfTwoOverPi(from: e - 2)
    let turns = m &* upper &+ (m &* (lower >> 32)) >> 32
    let nearest = (turns &+ 1 << 61) >> 62
    let angle = Double(Int64(bitPattern: turns &- nearest << 62)) * 0x1.921FB54442D18p-62
    let isNegative = value < 0
    rest[lane] = Float(isNegative ? -angle : angle)
    quadrant[lane] = Int32(truncatingIfNeeded: isNegative ? 0 &- Int(nearest) : Int(nearest))
  }
}

/// 128 bits of 2/pi = 0.101..., from the bit worth 2^-(start + 1) on; bits before the point are 0.
private func bitsOfTwoOverPi(from start: Int) -> (UInt64, UInt64) {
  func word(_ index: Int) -> UInt64 {
    switch index {
    case 0: 0xA2F9_836E_4E44_1529
    case 1: 0xFC27_57D1_F534_DDC0
    case 2: 0xDB62_9599_3C43_9041
    case 3: 0xFE51_63AB_DEBB_C561
    case 4: 0xB724_6E3A_424D_D2E0
    default: 0
    }
  }
  let index = start >> 6
  let shift = UInt64(start & 63)
  func shifted(_ index: Int) -> UInt64 {
    shift == 0 ? word(index) : word(index) << shift | word(index + 1) >> (64 - shift)
  }
  return (shifted(index), shifted(index + 1))
}

/// sin(n pi/2 + r): the sine or cosine of r, |r| <= pi/4, by minimax polynomials with relative errors of 4.4e-9 and 1.4e-10,
/// with a sign by the quadrant.
@inline(__always)
private func quadrantSine(_ quadrant: VectorBits, _ r: Vector) -> Vector {
  let z = r * r
  var p = Vector(repeating: -1.950_306_9e-4)
  p = multiplyAdd(p, z, Vector(repeating: 8.332_071e-3))
  p = multiplyAdd(p, z, Vector(repeating: -0.166_666_53))
  let sine = multiplyAdd(p * z, r, r)
  var q = Vector(repeating: 2.441_919_7e-5)
  q = multiplyAdd(q, z, Vector(repeating: -1.388_719_4e-3))
  q = multiplyAdd(q, z, Vector(repeating: 4.166_664_3e-2))
  // 1 - z/2 loses at most half a unit, since z/2 is below a third.
  let cosine = multiplyAdd(q * z, z, multiplyAdd(z, Vector(repeating: -0.5), Vector(repeating: 1)))
  let one = VectorBits(repeating: 1)
  let value = select((quadrant & one) .== one, cosine, sine)
  // Bit 1 of the quadrant becomes the sign.
  return vector(bits(value) ^ ((quadrant & VectorBits(repeating: 2)) &<< 30))
}

struct Sine: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let angle = ReducedAngle(x)
    // -0 stays what it is.
    return select(x .== Vector.zero, x, quadrantSine(angle.quadrant, angle.rest))
  }
}

struct Cosine: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector {
    let angle = ReducedAngle(x)
    return quadrantSine(angle.quadrant &+ 1, angle.rest)
  }
}

struct NegativeSine: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { -Sine().value(x) }
}
