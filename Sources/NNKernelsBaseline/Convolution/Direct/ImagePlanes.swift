import NNKernelsCommon

/// The memory layout of the pixels that a direct convolution reads: padded and in polyphase form, so that for each
/// weight the windows of an output row read contiguous pixels.
///
/// With stride S, a channel is split into S.height x S.width phase planes: plane (p, q) holds the pixels whose padded
/// row is p modulo S.height and whose padded column is q modulo S.width. Neighbouring windows are then neighbouring
/// pixels of one plane. Phases that no weight reads, because the kernel is smaller than the stride, are left out. If windows
/// do not overlap, rows of windows continue each other too. A convolution with stride 1 and without padding whose output rows are whole vectors reads its
/// input in place.
struct ImagePlanes {
  let shape: Convolution
  /// Output rows that are computed from the planes.
  let outputRows: Int
  /// Whether the input is read in place.
  let isDirect: Bool
  /// Scalars from one row to the next.
  let pitch: Int
  /// Scalars of a phase plane.
  let plane: Int
  /// Scalars of a channel: all its phase planes.
  let channel: Int
  /// Rows and columns of phases that the kernel reads, the stride at most.
  let phases: Extent

  init(_ shape: Convolution, outputRows: Int? = nil) {
    self.shape = shape
    isDirect = shape.hasPlainRows && shape.output.width % Vector.scalarCount == 0
    let rows = outputRows ?? shape.output.height
    self.outputRows = rows
    phases = Extent(min(shape.stride.height, shape.reach.height), min(shape.stride.width, shape.reach.width))
    if isDirect {
      pitch = shape.input.width
      plane = shape.input.area
      channel = plane
    } else {
      let needed = (shape.output.width - 1) + (shape.reach.width - 1) / shape.stride.width + 1
      pitch = needed
      plane = pitch * (rows + (shape.reach.height - 1) / shape.stride.height)
      channel = plane * phases.area
    }
  }

  /// Rows of a phase plane, the halo of the kernel included.
  @inline(__always) var planeRows: Int { outputRows + (shape.reach.height - 1) / shape.stride.height }

  /// Whether each weight reads contiguous pixels for all windows, row after row: the windows do not overlap.
  @inline(__always) var isContiguous: Bool {
    !isDirect && pitch == shape.output.width && planeRows == outputRows
  }

  /// Scalars of the planes of `channels` channels, with the slack behind them.
  @inline(__always)
  func size(_ channels: Int) -> Int { isDirect ? 0 : channels * channel + Self.slack }

  /// The offset in its channel of the pixel that window (0, 0) multiplies with tap (u, v).
  @inline(__always)
  func offset(_ u: Int, _ v: Int) -> Int {
    let (row, column) = (u * shape.dilation.height, v * shape.dilation.width)
    let (high, wide) = (shape.stride.height, shape.stride.width)
    if isDirect { return row * pitch + column }
    return (row % high * phases.width + column % wide) * plane + row / high * pitch + column / wide
  }

  /// Writes the offset of each weight (c, u, v) of an output channel: c spacing + offset(u, v).
  func writeOffsets(_ target: UnsafeMutablePointer<Int32>, spacing: Int) {
    var next = target
    for c in 0..<shape.groupInputs {
      for u in 0..<shape.kernel.height {
        for v in 0..<shape.kernel.width {
          next.pointee = Int32(truncatingIfNeeded: c * spacing + offset(u, v))
          next += 1
        }
      }
    }
  }

  /// Pads and deinterleaves `channels` channels of one sample: the rows that output rows from `firstRow` on read.
  /// Channel c goes to target + c spacing; `spacing` is `channel` unless given.
  ///
  /// Bytes: 8 per pixel, once for each chunk that reads it.
  @inline(never)
  func gather(
    _ target: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, channels: Int, firstRow: Int,
    spacing: Int? = nil
  ) {
    let spacing = spacing ?? channel
    let rows = planeRows
    let (high, wide) = (shape.stride.height, shape.stride.width)
    withUnsafeTemporaryAllocation(of: Range<Int>.self, capacity: phases.width) { columns in
      for phase in 0..<phases.width { columns[phase] = inside(phase) }
      for phaseRow in 0..<phases.height {
        // The rows first..<end of the phase planes that are not padding.
        let top = firstRow * high + phaseRow - shape.paddingBefore.height
        let first = min(rows, top >= 0 ? 0 : (high - 1 - top) / high)
        let end = max(first, min(rows, (max(0, shape.input.height - top) + high - 1) / high))
        for c in 0..<channels {
          // All phases of a channel's rows, one after the other, while these are in the first-level cache.
          for phase in 0..<phases.width {
            let columns = columns[phase]
            let to = target + (c * spacing + (phaseRow * phases.width + phase) * plane)
            clearPixels(to, first * pitch)
            var row = to + first * pitch
            var line = source + (c * shape.input.area + (top + first * high) * shape.input.width)
            line += columns.lowerBound * wide + phase - shape.paddingBefore.width
            for _ in first..<end {
              clearPixels(row, columns.lowerBound)
              splitPixels(line, stride: wide, into: row + columns.lowerBound, columns.count)
              clearPixels(row + columns.upperBound, pitch - columns.upperBound)
              row += pitch
              line += high * shape.input.width
            }
            clearPixels(row, (rows - end) * pitch)
          }
        }
      }
    }
    clearPixels(target + ((channels - 1) * spacing + channel), Self.slack)
  }

  /// Scalars behind the last plane that the last vector of a row may read.
  static let slack = 2 * Vector.scalarCount

  /// The columns of a phase plane that are not padding.
  @inline(__always)
  private func inside(_ phaseColumn: Int) -> Range<Int> {
    let range = Convolution.insideRange(
      phase: phaseColumn, stride: shape.stride.width, padding: shape.paddingBefore.width, input: shape.input.width)
    return min(range.lowerBound, pitch)..<min(range.upperBound, pitch)
  }

  /// The transpose of `gather`: interleaves the planes of `channels` channels into an image, or adds them to it.
  /// Padding is dropped.
  @inline(never)
  func scatter(
    _ planes: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, channels: Int, accumulate: Bool
  ) {
    let (high, wide) = (shape.stride.height, shape.stride.width)
    let (rows, width, before) = (planeRows, shape.input.width, shape.paddingBefore.width)
    // The columns of all phases whose pixels are in the image; `joinPixels` writes their pixels, from `first` on.
    var joined = (before + wide - 1) / wide..<max((before + wide - 1) / wide, min(pitch, (before + width) / wide))
    if accumulate || wide == 1 { joined = 0..<0 }
    for c in 0..<channels {
      for y in 0..<shape.input.height {
        let row = y + shape.paddingBefore.height
        let to = target + (c * shape.input.area + y * width)
        guard row % high < phases.height, row / high < rows else {
          if !accumulate { clearPixels(to, width) }
          continue
        }
        let from = planes + (c * channel + row % high * phases.width * plane + row / high * pitch)
        let first = joined.lowerBound * wide - before
        if joinPixels(
          from + joined.lowerBound, plane: plane, phases: phases.width, stride: wide, into: to + first, joined.count)
        {
          let end = first + joined.count * wide
          clearPixels(to, first)
          clearPixels(to + end, width - end)
          for phase in 0..<phases.width {
            let columns = inside(phase)
            for j in columns.lowerBound..<joined.lowerBound { to[j * wide + phase - before] = from[phase * plane + j] }
            for j in joined.upperBound..<columns.upperBound { to[j * wide + phase - before] = from[phase * plane + j] }
          }
          continue
        }
        if !accumulate, wide > 1 { clearPixels(to, width) }
        for phase in 0..<phases.width {
          let columns = inside(phase)
          let (from, first) = (from + phase * plane, to + (phase - before))
          if accumulate {
            for j in columns { first[j * wide] += from[j] }
          } else if wide == 1 {
            copyPixels(from + columns.lowerBound, first + columns.lowerBound, columns.count)
          } else {
            for j in columns { first[j * wide] = from[j] }
          }
        }
      }
    }
  }
}

extension Convolution {
  /// Whether the stride is 1 and there is no padding.
  @inline(__always)
  var hasPlainRows: Bool {
    stride == Extent(1, 1) && paddingBefore == Extent(0, 0) && paddingAfter == Extent(0, 0)
  }

  /// A 1 x 1 convolution with all pixels in one row; other convolutions as they are.
  @inline(__always)
  var flattened: Convolution {
    guard hasPlainRows, kernel == Extent(1, 1), input.height > 1 else { return self }
    var flat = self
    flat.input = Extent(1, input.area)
    return flat
  }

  /// The indices j with 0 <= j stride + phase - padding < input.
  @inline(__always)
  static func insideRange(phase: Int, stride: Int, padding: Int, input: Int) -> Range<Int> {
    let first = max(0, padding - phase + stride - 1) / stride
    let end = max(0, input + padding - phase + stride - 1) / stride
    return first < end ? first..<end : first..<first
  }
}

/// Sets `count` scalars to zero, inline: a call would dominate short rows.
@inline(__always)
func clearPixels(_ target: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i + Vector.scalarCount <= count {
    storeVector(.zero, target + i)
    i += Vector.scalarCount
  }
  if i < count { storeVector(.zero, target + i, count: count - i) }
}

/// Copies `count` scalars without alignment, inline: a call would dominate short rows.
@inline(__always)
func copyPixels(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i + Vector.scalarCount <= count {
    storeVector(loadVector(source + i), target + i)
    i += Vector.scalarCount
  }
  if i < count { copyFew(UnsafeRawPointer(source + i), UnsafeMutableRawPointer(target + i), count - i) }
}
