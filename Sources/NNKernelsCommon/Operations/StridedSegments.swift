/// A set of elements made of equidistant contiguous segments, such as one channel's planes in all samples of a batch.
/// Segment s covers the indices start + s stride ..< start + s stride + length.
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

  /// Elements of all segments.
  public var count: Int { segments * length }

  /// The block length of blocked summation: elements that kernels sum in single precision before they add the partial sum
  /// in double precision.
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

  /// From the shifted sums of `count` numbers: sum of (x - shift) and sum of (x - shift)^2.
  package init(count: Int, shift: Double, sum: Double, squares: Double) {
    let offset = sum / Double(count)
    self.init(mean: shift + offset, variance: max(0, squares / Double(count) - offset * offset))
  }
}

/// The sums of a normalization's backward pass: sum of y, and sum of y (x - center).
public struct DeviationSums: Sendable, Hashable {
  public var sum: Double
  public var product: Double

  public init(sum: Double, product: Double) {
    self.sum = sum
    self.product = product
  }
}

/// y = scale (x - center) + shift.
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

/// result = factor y + slope (x - center) + constant.
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
