/// The shape of a two-dimensional pooling of [batch, channels, height, width], plane by plane.
public struct Pooling: Sendable, Hashable {
  public var channels: Int
  public var input: Extent
  public var kernel: Extent
  public var stride: Extent
  /// Padding rows above and below, and padding columns left and right.
  public var padding: Extent
  /// Ceiling mode: whether the last window may extend beyond the padded input.
  public var roundsUp: Bool
  /// Whether padding pixels count in an average's divisor.
  public var countsPadding: Bool

  public init(
    channels: Int, input: Extent, kernel: Extent, stride: Extent, padding: Extent = Extent(0, 0),
    roundsUp: Bool = false, countsPadding: Bool = true
  ) {
    self.channels = channels
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.roundsUp = roundsUp
    self.countsPadding = countsPadding
  }

  /// The size of the output; at least 1 x 1 if a window fits into the padded input.
  public var output: Extent {
    Extent(
      windows(input.height, kernel.height, stride.height, padding.height),
      windows(input.width, kernel.width, stride.width, padding.width))
  }

  /// Windows along one dimension: room / stride + 1, rounded down or, in ceiling mode, up. A window that would start in
  /// the trailing padding is dropped.
  private func windows(_ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Int {
    let room = input + 2 * padding - kernel
    guard roundsUp else { return room / stride + 1 }
    let count = (room + stride - 1) / stride + 1
    return (count - 1) * stride >= input + padding ? count - 1 : count
  }

  /// Whether the windows are disjoint and inside of the input: kernel = stride, no padding, no partial window.
  public var isTiling: Bool {
    kernel == stride && padding == Extent(0, 0) && output.height * kernel.height <= input.height
      && output.width * kernel.width <= input.width
  }

  /// The rows of the input that window row `index` covers.
  @inlinable @inline(__always)
  public func rows(_ index: Int) -> Range<Int> {
    let start = index * stride.height - padding.height
    return max(0, start)..<min(input.height, start + kernel.height)
  }

  /// The columns of the input that window column `index` covers.
  @inlinable @inline(__always)
  public func columns(_ index: Int) -> Range<Int> {
    let start = index * stride.width - padding.width
    return max(0, start)..<min(input.width, start + kernel.width)
  }

  /// The divisor of an average: the window's pixels inside of the input, or inside of the padded input.
  @inlinable @inline(__always)
  public func divisor(_ i: Int, _ j: Int) -> Int {
    guard countsPadding else { return rows(i).count * columns(j).count }
    let (top, left) = (i * stride.height - padding.height, j * stride.width - padding.width)
    return (min(top + kernel.height, input.height + padding.height) - top)
      * (min(left + kernel.width, input.width + padding.width) - left)
  }
}
