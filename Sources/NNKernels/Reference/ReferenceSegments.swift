extension Scalar {
  public static func moments(_ x: Buffer<Self>, _ set: StridedSegments) -> Moments { referenceMoments(x, set) }

  public static func deviationSums(
    _ y: Buffer<Self>, _ x: Buffer<Self>, center: Self, _ set: StridedSegments
  ) -> DeviationSums {
    referenceDeviationSums(y, x, center, set)
  }

  public static func map(
    _ x: Buffer<Self>, _ map: CenteredScale<Self>, _ set: StridedSegments, rectifies: Bool, into y: Buffer<Self>
  ) {
    referenceAffine(x, map, set, rectifies, y)
  }

  public static func combine(
    _ y: Buffer<Self>, _ x: Buffer<Self>, _ combination: LinearCombination<Self>, _ set: StridedSegments,
    into result: Buffer<Self>, accumulate: Bool
  ) {
    referenceCombine(y, x, combination, set, result, accumulate)
  }
}

@inline(__always)
private func forEach(_ set: StridedSegments, _ body: (Int) -> Void) {
  for segment in 0..<set.segments {
    let start = set.start + segment * set.stride
    for i in start..<(start + set.length) { body(i) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceMoments<S: Scalar>(_ x: Buffer<S>, _ set: StridedSegments) -> Moments {
  // Shifted sums: the first element is about a standard deviation from the mean, so there is little cancellation.
  let shift = Double(x[set.start])
  var (sum, squares) = (0.0, 0.0)
  forEach(set) { i in
    let deviation = Double(x[i]) - shift
    sum += deviation
    squares += deviation * deviation
  }
  return Moments(count: set.count, shift: shift, sum: sum, squares: squares)
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceDeviationSums<S: Scalar>(
  _ y: Buffer<S>, _ x: Buffer<S>, _ center: S, _ set: StridedSegments
) -> DeviationSums {
  var sums = DeviationSums(sum: 0, product: 0)
  forEach(set) { i in
    sums.sum += Double(y[i])
    sums.product += Double(y[i]) * Double(x[i] - center)
  }
  return sums
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceAffine<S: Scalar>(
  _ x: Buffer<S>, _ map: CenteredScale<S>, _ set: StridedSegments, _ rectifies: Bool, _ y: Buffer<S>
) {
  forEach(set) { i in
    let value = (x[i] - map.center) * map.scale + map.shift
    y[i] = rectifies && value < 0 ? 0 : value
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceCombine<S: Scalar>(
  _ y: Buffer<S>, _ x: Buffer<S>, _ combination: LinearCombination<S>, _ set: StridedSegments, _ result: Buffer<S>,
  _ accumulate: Bool
) {
  forEach(set) { i in
    let value =
      combination.factor * y[i] + combination.slope * (x[i] - combination.center) + combination.constant
    result[i] = accumulate ? result[i] + value : value
  }
}
