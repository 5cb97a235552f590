import NNKernels

/// A choice among nets of fewer steps by the longest of some samples.
package enum FewerSteps {
  /// The place of the first net that holds all steps of all samples, in a list with the fewest steps first; nil if none does.
  @inline(__always)
  package static func choice(
    _ count: Int, steps: (Int) -> Int, lengths: Buffer<Int32>, _ samples: Range<Int>
  ) -> Int? {
    var longest = 0
    for sample in samples { longest = max(longest, Int(lengths[sample])) }
    var index = 0
    while index < count, steps(index) < longest { index += 1 }
    return index < count ? index : nil
  }

  /// Copies the valid steps of samples to where each has room for fewer.
  ///
  /// - Parameters:
  ///   - width: scalars of a step.
  ///   - source: samples x `from` scalars.
  ///   - target: room for those of `samples`, `to` scalars each.
  @inline(__always)
  package static func copy<S: Scalar>(
    _ samples: Range<Int>, lengths: Buffer<Int32>, width: Int, of source: Buffer<S>, from: Int, into target: Buffer<S>,
    to: Int
  ) {
    for sample in samples {
      let valid = Int(lengths[sample]) * width
      target.slice(from: (sample - samples.lowerBound) * to, count: valid).copy(
        from: source.slice(from: sample * from, count: valid))
    }
  }
}
