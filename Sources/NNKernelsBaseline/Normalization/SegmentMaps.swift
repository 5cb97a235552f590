import NNKernelsCommon

/// y[i] = scale (x[i] - center) + shift for the elements i of a set, rectified if `rectifies`, see `Scalar.map`.
///
/// Bytes: 8 per element; bound by memory.
func affine(
  _ x: Buffer<Float>, _ map: CenteredScale<Float>, _ set: StridedSegments, _ rectifies: Bool, _ y: Buffer<Float>
) {
  if rectifies {
    run(AffineLoop(x: x.base, y: y.base, map: map, end: Rectifier()), set, fetching: x.base)
  } else {
    run(AffineLoop(x: x.base, y: y.base, map: map, end: Identity()), set, fetching: x.base)
  }
}

/// result[i] (+)= factor y[i] + slope (x[i] - center) + constant for the elements i of a set, see `Scalar.combine`.
///
/// Bytes: 12 per element, 16 when accumulating; bound by memory.
func combineLinearly(
  _ y: Buffer<Float>, _ x: Buffer<Float>, _ combination: LinearCombination<Float>, _ set: StridedSegments,
  _ result: Buffer<Float>, _ accumulate: Bool
) {
  run(
    CombinationLoop(
      y: y.base, x: x.base, result: result.base, accumulate: accumulate, combination: combination), set)
}

/// Runs a loop over the segments of a set, with software prefetching of `x` if given.
@inline(__always)
private func run<L: VectorLoop>(_ loop: L, _ set: StridedSegments, fetching x: UnsafePointer<Float>? = nil) {
  for segment in 0..<set.segments {
    if let x { prefetchSegment(after: segment, of: set, x) }
    let start = set.start + segment * set.stride
    loop.run(start..<(start + set.length))
  }
}

private struct AffineLoop<F: VectorFunction>: VectorLoop {
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let map: CenteredScale<Float>
  let end: F

  @inline(__always)
  private func value(_ x: Vector) -> Vector {
    let deviation = x - Vector(repeating: map.center)
    return end.value(multiplyAdd(deviation, Vector(repeating: map.scale), Vector(repeating: map.shift)))
  }

  @inline(__always)
  func whole(_ i: Int) { storeVector(value(loadVector(x + i)), y + i) }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) { storeVector(value(loadVector(x + i, count: count)), y + i, count: count) }
}

private struct CombinationLoop: VectorLoop {
  let y: UnsafePointer<Float>
  let x: UnsafePointer<Float>
  let result: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let combination: LinearCombination<Float>

  @inline(__always)
  private func value(_ load: (UnsafePointer<Float>) -> Vector, _ i: Int) -> Vector {
    let deviation = load(x + i) - Vector(repeating: combination.center)
    let own = multiplyAdd(
      load(y + i), Vector(repeating: combination.factor), Vector(repeating: combination.constant))
    let value = multiplyAdd(deviation, Vector(repeating: combination.slope), own)
    return accumulate ? load(UnsafePointer(result) + i) + value : value
  }

  @inline(__always)
  func whole(_ i: Int) { storeVector(value({ loadVector($0) }, i), result + i) }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    storeVector(value({ loadVector($0, count: count) }, i), result + i, count: count)
  }
}
