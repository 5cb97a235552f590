import NNKernelsCommon

extension Convolution {
  /// Whether every channel is convolved by itself, with windows one or two pixels apart.
  var isDepthwise: Bool {
    groups == inputChannels && groups == outputChannels && dilation == Extent(1, 1) && stride.height <= 2
      && stride.width <= 2 && kernel.area <= 121 && input.width >= 4
  }
}

/// Planes convolved one by one: the pixels that a row of windows multiplies with one weight lie side by side in a
/// worker's nearest memory, see `StrideDeinterleave`, padded with zeros, in bands of some rows of windows.
struct DepthwiseBands {
  let shape: Convolution
  let output: Extent
  let phases: StrideDeinterleave
  let bands: RowBands
  /// Rows of the padded image that a band reads, at most.
  let rows: Int

  init(_ shape: Convolution) {
    self.shape = shape
    output = shape.output
    phases = StrideDeinterleave(
      width: shape.input.width, padding: shape.paddingBefore.width, stride: shape.stride.width,
      kernel: shape.kernel.width, outputs: output.width)
    bands = RowBands(
      rows: output.height, rowScalars: shape.stride.height * phases.count,
      fixedScalars: shape.kernel.height * phases.count)
    rows = (bands.size - 1) * shape.stride.height + shape.kernel.height
  }

  /// Scalars of a band's memory, and of the places of a window.
  var count: Int { rows * phases.count }
  var offsetCount: Int { shape.kernel.area }

  /// Bands that are worth a chunk.
  var grain: Int { max(1, 65536 * bands.count / max(1, output.area * shape.kernel.area)) }

  /// Fills `memory`, which was zero or filled before, with the rows that `windows` read.
  @inline(__always)
  func fill(_ memory: UnsafeMutablePointer<Float>, _ windows: Range<Int>, from plane: UnsafePointer<Float>) {
    let top = windows.lowerBound * shape.stride.height - shape.paddingBefore.height
    let count = (windows.count - 1) * shape.stride.height + shape.kernel.height
    for row in 0..<count {
      let target = memory + row * phases.count
      if top + row >= 0, top + row < shape.input.height {
        phases.split(PlainRow(base: plane + (top + row) * shape.input.width), into: target)
      } else {
        clearPixels(target, phases.count)
      }
    }
  }
}
