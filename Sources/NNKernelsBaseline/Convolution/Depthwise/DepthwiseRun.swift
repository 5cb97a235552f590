import NNKernelsCommon

extension Convolution {
  /// Whether this is a depthwise convolution that these kernels compute: one channel per group, strides of 1 or 2.
  var isDepthwise: Bool {
    groups == inputChannels && groups == outputChannels && dilation == Extent(1, 1) && stride.height <= 2
      && stride.width <= 2 && kernel.area <= 121 && input.width >= 4
  }
}

/// The planes of a depthwise convolution, a band of window rows at a time. The rows that a band reads are padded with
/// zeros and deinterleaved into a worker's first-level cache, see `StrideDeinterleave`.
struct DepthwiseBands {
  let shape: Convolution
  let output: Extent
  let polyphase: StrideDeinterleave
  let bands: RowBands
  /// Padded input rows that a band reads, at most.
  let rows: Int

  init(_ shape: Convolution) {
    self.shape = shape
    output = shape.output
    polyphase = StrideDeinterleave(
      width: shape.input.width, padding: shape.paddingBefore.width, stride: shape.stride.width,
      kernel: shape.kernel.width, outputs: output.width)
    bands = RowBands(
      rows: output.height, rowScalars: shape.stride.height * polyphase.count,
      fixedScalars: shape.kernel.height * polyphase.count)
    rows = (bands.size - 1) * shape.stride.height + shape.kernel.height
  }

  /// Scalars of a band's deinterleaved rows.
  var count: Int { rows * polyphase.count }
  /// Scalars of the offsets of a window's taps.
  var offsetCount: Int { shape.kernel.area }

  /// Bands that are worth a chunk.
  var grain: Int { max(1, 65536 * bands.count / max(1, output.area * shape.kernel.area)) }

  /// Pads and deinterleaves the rows that the window rows `windows` read. `memory` was zero or gathered before: the
  /// padding columns stay zero.
  @inline(__always)
  func gather(_ memory: UnsafeMutablePointer<Float>, _ windows: Range<Int>, from plane: UnsafePointer<Float>) {
    let top = windows.lowerBound * shape.stride.height - shape.paddingBefore.height
    let count = (windows.count - 1) * shape.stride.height + shape.kernel.height
    for row in 0..<count {
      let target = memory + row * polyphase.count
      if top + row >= 0, top + row < shape.input.height {
        polyphase.split(PlainRow(base: plane + (top + row) * shape.input.width), into: target)
      } else {
        clearPixels(target, polyphase.count)
      }
    }
  }
}

/// The pixels of one kernel row's taps.
struct ThreeTaps {
  let (first, second, third): (Vector, Vector, Vector)

  @inline(__always)
  init(_ pixels: UnsafePointer<Float>, _ taps: (Int, Int)) {
    (first, second, third) = (loadVector(pixels), loadVector(pixels + taps.0), loadVector(pixels + taps.1))
  }
}
