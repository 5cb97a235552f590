import NNKernels

extension RandomStream {
  /// A number from 0 to 1 with the distribution Beta(alpha, alpha), alpha > 0: a function of key and counter.
  ///
  /// Up to 1/2 by rejection (Jöhnk 1964), which keeps more than three quarters of its attempts, in logarithms so that
  /// small alphas do not underflow; beyond by Ulrich's formula (1984), which needs none.
  func symmetricBeta(_ alpha: Double) -> Double {
    // Not zero, whose logarithm is infinite.
    func open(_ position: UInt64) -> Double { uniform(position) + 0x1p-33 }
    if alpha > 0.5 {
      let radius = (1 - Double.pow(open(0), 2 / (2 * alpha - 1))).squareRoot()
      return 0.5 * (1 + radius * Double.cos(2 * Double.pi * uniform(1)))
    }
    for attempt in 0..<Self.mostAttempts {
      let first = Double.log(open(2 * attempt)) / alpha
      let second = Double.log(open(2 * attempt + 1)) / alpha
      if Double.exp(first) + Double.exp(second) <= 1 { return 1 / (1 + Double.exp(second - first)) }
    }
    return 0.5
  }

  /// As many attempts fail together once in 10^40 times.
  private static var mostAttempts: UInt64 { 64 }
}
