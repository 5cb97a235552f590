/// Parts of an array that belong together, such as a channel's planes in all samples of a batch: `segments` stretches of
/// `length` elements each, the first at `start`, whose beginnings lie `stride` apart.
public struct StridedSegments: Sendable, Hashable {
  public var start: Int
  public var segments: Int
  public var stride: Int
  public var length: Int

  public init(start: Int, segments: Int = 1, stride: Int = 0, length: Int) {
    self.start = start
    self.segments = segments
    self.stride = stride
    self.length = length
  }

  /// Elements of all stretches.
  public var count: Int { segments * length }

  /// Elements whose sum kernels take in the elements' own precision before they go on in double precision.
  package static let block = 2048
}

/// The mean and the biased variance of a set of numbers.
public struct Moments: Sendable, Hashable {
  public var mean: Double
  public var variance: Double

  public init(mean: Double, variance: Double) {
    self.mean = mean
    self.variance = variance
  }

  /// From sums of the deviations of `count` numbers from `shift`, and of their squares.
  package init(count: Int, shift: Double, sum: Double, squares: Double) {
    let offset = sum / Double(count)
    self.init(mean: shift + offset, variance: max(0, squares / Double(count) - offset * offset))
  }
}

/// The sum of a set of numbers, and that of their products with the deviations of others.
public struct DeviationSums: Sendable, Hashable {
  public var sum: Double
  public var product: Double

  public init(sum: Double, product: Double) {
    self.sum = sum
    self.product = product
  }
}

/// scale (x - center) + shift, a function of one number.
public struct CenteredScale<Element: BitwiseCopyable & Sendable>: Sendable {
  public var center: Element
  public var scale: Element
  public var shift: Element

  public init(center: Element, scale: Element, shift: Element) {
    self.center = center
    self.scale = scale
    self.shift = shift
  }
}

/// factor y + slope (x - center) + constant, a function of two numbers.
public struct LinearCombination<Element: BitwiseCopyable & Sendable>: Sendable {
  public var factor: Element
  public var slope: Element
  public var center: Element
  public var constant: Element

  public init(factor: Element, slope: Element, center: Element, constant: Element) {
    self.factor = factor
    self.slope = slope
    self.center = center
    self.constant = constant
  }
}
