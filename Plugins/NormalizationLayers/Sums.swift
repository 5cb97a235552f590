import NNKernels

/// Sums over stretches of an array, each in eight parts so that the compiler can use vectors, and in blocks that are
/// added in double precision so that long stretches lose nothing. The order depends on the length alone.
enum Sums {
  /// Elements whose sum is taken in the scalar's own precision.
  private static let block = 2048

  /// Mean and (biased) variance of `segments` stretches of `length` elements that begin `stride` apart.
  ///
  /// One pass: the sums are taken about the first element, which is as close to the mean as the deviation, so that
  /// their difference cancels little.
  @inline(__always)
  static func moments<S: Scalar>(
    _ x: Buffer<S>, start: Int, segments: Int, stride: Int, length: Int
  ) -> (mean: Double, variance: Double) {
    let shift = x[start]
    var (total, squares) = (0.0, 0.0)
    for segment in 0..<segments {
      var from = start + segment * stride
      let end = from + length
      while from < end {
        let count = min(block, end - from)
        let part = deviations(x, from, count, shift)
        total += Double(part.0)
        squares += Double(part.1)
        from += count
      }
    }
    let count = Double(segments * length)
    let mean = total / count
    return (Double(shift) + mean, max(0, squares / count - mean * mean))
  }

  /// The sums of y and y (x - center) over `segments` stretches.
  @inline(__always)
  static func products<S: Scalar>(
    _ y: Buffer<S>, _ x: Buffer<S>, center: S, start: Int, segments: Int, stride: Int, length: Int
  ) -> (sum: Double, product: Double) {
    var (total, products) = (0.0, 0.0)
    for segment in 0..<segments {
      var from = start + segment * stride
      let end = from + length
      while from < end {
        let count = min(block, end - from)
        let part = pairs(y, x, from, count, center)
        total += Double(part.0)
        products += Double(part.1)
        from += count
      }
    }
    return (total, products)
  }

  @inline(__always)
  private static func deviations<S: Scalar>(_ x: Buffer<S>, _ start: Int, _ count: Int, _ shift: S) -> (S, S) {
    var (a0, a1, a2, a3, a4, a5, a6, a7): (S, S, S, S, S, S, S, S) = (0, 0, 0, 0, 0, 0, 0, 0)
    var (q0, q1, q2, q3, q4, q5, q6, q7): (S, S, S, S, S, S, S, S) = (0, 0, 0, 0, 0, 0, 0, 0)
    var i = start
    let end = start + count
    while i + 8 <= end {
      let (d0, d1, d2, d3) = (x[i] - shift, x[i + 1] - shift, x[i + 2] - shift, x[i + 3] - shift)
      let (d4, d5, d6, d7) = (x[i + 4] - shift, x[i + 5] - shift, x[i + 6] - shift, x[i + 7] - shift)
      a0 += d0
      a1 += d1
      a2 += d2
      a3 += d3
      a4 += d4
      a5 += d5
      a6 += d6
      a7 += d7
      q0 += d0 * d0
      q1 += d1 * d1
      q2 += d2 * d2
      q3 += d3 * d3
      q4 += d4 * d4
      q5 += d5 * d5
      q6 += d6 * d6
      q7 += d7 * d7
      i += 8
    }
    while i < end {
      let d = x[i] - shift
      a0 += d
      q0 += d * d
      i += 1
    }
    return (
      ((a0 + a4) + (a1 + a5)) + ((a2 + a6) + (a3 + a7)), ((q0 + q4) + (q1 + q5)) + ((q2 + q6) + (q3 + q7))
    )
  }

  @inline(__always)
  private static func pairs<S: Scalar>(
    _ y: Buffer<S>, _ x: Buffer<S>, _ start: Int, _ count: Int, _ center: S
  ) -> (S, S) {
    var (a0, a1, a2, a3, a4, a5, a6, a7): (S, S, S, S, S, S, S, S) = (0, 0, 0, 0, 0, 0, 0, 0)
    var (q0, q1, q2, q3, q4, q5, q6, q7): (S, S, S, S, S, S, S, S) = (0, 0, 0, 0, 0, 0, 0, 0)
    var i = start
    let end = start + count
    while i + 8 <= end {
      a0 += y[i]
      a1 += y[i + 1]
      a2 += y[i + 2]
      a3 += y[i + 3]
      a4 += y[i + 4]
      a5 += y[i + 5]
      a6 += y[i + 6]
      a7 += y[i + 7]
      q0 += y[i] * (x[i] - center)
      q1 += y[i + 1] * (x[i + 1] - center)
      q2 += y[i + 2] * (x[i + 2] - center)
      q3 += y[i + 3] * (x[i + 3] - center)
      q4 += y[i + 4] * (x[i + 4] - center)
      q5 += y[i + 5] * (x[i + 5] - center)
      q6 += y[i + 6] * (x[i + 6] - center)
      q7 += y[i + 7] * (x[i + 7] - center)
      i += 8
    }
    while i < end {
      a0 += y[i]
      q0 += y[i] * (x[i] - center)
      i += 1
    }
    return (
      ((a0 + a4) + (a1 + a5)) + ((a2 + a6) + (a3 + a7)), ((q0 + q4) + (q1 + q5)) + ((q2 + q6) + (q3 + q7))
    )
  }
}
