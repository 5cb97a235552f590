import NNKernelsCommon

/// How the pixels that a convolution reads lie in memory while it runs, so that all output pixels of a row read
/// neighbouring pixels for each weight.
///
/// Padding is written out. With a stride above 1, a channel is split into stride x stride planes, one for each
/// remainder of the row and the column: neighbouring windows then start at neighbouring pixels of one plane, whatever
/// the stride. A convolution without padding and with stride 1, whose rows are whole vectors, reads its input as it
/// lies.
struct ImagePlanes {
  let shape: Convolution
  /// Output rows that are computed from the planes, and therefore how many rows each plane has.
  let outputRows: Int
  /// Whether the input serves as it is.
  let isDirect: Bool
  /// Scalars from one row, plane and channel to the next.
  let pitch: Int
  let plane: Int
  let channel: Int

  init(_ shape: Convolution, outputRows: Int? = nil) {
    self.shape = shape
    isDirect = shape.hasPlainRows && shape.output.width % Vector.scalarCount == 0
    let rows = outputRows ?? shape.output.height
    self.outputRows = rows
    if isDirect {
      pitch = shape.input.width
      plane = shape.input.area
      channel = plane
    } else {
      let needed = (shape.output.width - 1) + (shape.reach.width - 1) / shape.stride.width + 1
      pitch = needed
      plane = pitch * (rows + (shape.reach.height - 1) / shape.stride.height)
      channel = plane * shape.stride.area
    }
  }

  /// Rows of a plane.
  @inline(__always) var planeRows: Int { outputRows + (shape.reach.height - 1) / shape.stride.height }

  /// Scalars of the planes of `channels` channels, with room for a vector that reads over the end.
  @inline(__always)
  func size(_ channels: Int) -> Int { isDirect ? 0 : channels * channel + Self.slack }

  /// Where the pixel that the first window multiplies with weight (u, v) lies in its channel.
  @inline(__always)
  func offset(_ u: Int, _ v: Int) -> Int {
    let (row, column) = (u * shape.dilation.height, v * shape.dilation.width)
    let (high, wide) = (shape.stride.height, shape.stride.width)
    if isDirect { return row * pitch + column }
    return (row % high * wide + column % wide) * plane + row / high * pitch + column / wide
  }

  /// Writes the offset of each weight of one output channel, with channels that lie `spacing` apart.
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

  /// Copies `channels` channels of one sample into the planes that output rows from `firstRow` on read. The planes of
  /// a channel begin `spacing` scalars behind those of the one before; `channel` unless given.
  ///
  /// Bytes: 8 per pixel, once for each chunk of work that reads them.
  @inline(never)
  func fill(
    _ target: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, channels: Int, firstRow: Int,
    spacing: Int? = nil
  ) {
    let spacing = spacing ?? channel
    let rows = planeRows
    let (high, wide) = (shape.stride.height, shape.stride.width)
    for phaseRow in 0..<high {
      // The rows of the plane that are rows of the input.
      let top = firstRow * high + phaseRow - shape.paddingBefore.height
      let first = min(rows, top >= 0 ? 0 : (high - 1 - top) / high)
      let end = max(first, min(rows, (max(0, shape.input.height - top) + high - 1) / high))
      for phaseColumn in 0..<wide {
        let columns = inside(phaseColumn)
        let from = source + (top * shape.input.width + phaseColumn - shape.paddingBefore.width)
        for c in 0..<channels {
          let to = target + (c * spacing + (phaseRow * wide + phaseColumn) * plane)
          clearPixels(to, first * pitch)
          var row = to + first * pitch
          var line = from + (c * shape.input.area + first * high * shape.input.width)
          for _ in first..<end {
            clearPixels(row, columns.lowerBound)
            if wide == 1 {
              copyPixels(line + columns.lowerBound, row + columns.lowerBound, columns.count)
            } else {
              for j in columns { row[j] = line[j * wide] }
            }
            clearPixels(row + columns.upperBound, pitch - columns.upperBound)
            row += pitch
            line += high * shape.input.width
          }
          clearPixels(row, (rows - end) * pitch)
        }
      }
    }
    clearPixels(target + ((channels - 1) * spacing + channel), Self.slack)
  }

  /// Scalars behind the last plane that a vector may read over its end.
  static let slack = 2 * Vector.scalarCount

  /// The columns of a plane that are pixels of the input.
  @inline(__always)
  private func inside(_ phaseColumn: Int) -> Range<Int> {
    let range = Convolution.insideRange(
      phase: phaseColumn, stride: shape.stride.width, padding: shape.paddingBefore.width, input: shape.input.width)
    return min(range.lowerBound, pitch)..<min(range.upperBound, pitch)
  }

  /// Copies, or adds, the planes of `channels` channels back into an image.
  @inline(never)
  func drain(
    _ planes: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, channels: Int, accumulate: Bool
  ) {
    let (high, wide) = (shape.stride.height, shape.stride.width)
    let rows = planeRows
    for c in 0..<channels {
      for y in 0..<shape.input.height {
        let row = y + shape.paddingBefore.height
        let to = target + (c * shape.input.area + y * shape.input.width)
        let hasRow = row / high < rows
        for phase in 0..<min(wide, shape.padded.width) {
          let from = planes + (c * channel + (row % high * wide + phase) * plane + row / high * pitch)
          let columns = inside(phase)
          let first = to + (phase - shape.paddingBefore.width)
          if !accumulate { clearRest(to, phase, hasRow ? columns : 0..<0) }
          guard hasRow else { continue }
          if wide == 1, !accumulate {
            copyPixels(from + columns.lowerBound, first + columns.lowerBound, columns.count)
          } else if accumulate {
            for j in columns { first[j * wide] += from[j] }
          } else {
            for j in columns { first[j * wide] = from[j] }
          }
        }
      }
    }
  }

  /// Sets to zero what no window reads.
  @inline(__always)
  private func clearRest(_ row: UnsafeMutablePointer<Float>, _ phase: Int, _ columns: Range<Int>) {
    let range = Convolution.insideRange(
      phase: phase, stride: shape.stride.width, padding: shape.paddingBefore.width, input: shape.input.width)
    let first = row + (phase - shape.paddingBefore.width)
    for j in range where !columns.contains(j) { first[j * shape.stride.width] = 0 }
  }
}

extension Convolution {
  /// Whether windows move by one pixel and no padding is there.
  @inline(__always)
  var hasPlainRows: Bool {
    stride == Extent(1, 1) && paddingBefore == Extent(0, 0) && paddingAfter == Extent(0, 0)
  }

  /// The same convolution with all pixels in one row, if every window is a single pixel.
  @inline(__always)
  var flattened: Convolution {
    guard hasPlainRows, kernel == Extent(1, 1), input.height > 1 else { return self }
    var flat = self
    flat.input = Extent(1, input.area)
    return flat
  }

  /// The indices j for which j stride + phase - padding lies in 0 ..< input.
  @inline(__always)
  static func insideRange(phase: Int, stride: Int, padding: Int, input: Int) -> Range<Int> {
    let first = max(0, padding - phase + stride - 1) / stride
    let end = max(0, input + padding - phase + stride - 1) / stride
    return first < end ? first..<end : first..<first
  }
}

/// Sets `count` scalars to zero, without a call for short rows.
@inline(__always)
func clearPixels(_ target: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i + Vector.scalarCount <= count {
    storeVector(.zero, target + i)
    i += Vector.scalarCount
  }
  if i < count { storeVector(.zero, target + i, count: count - i) }
}

/// Copies `count` scalars that may lie anywhere, without a call for short rows.
@inline(__always)
func copyPixels(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i + Vector.scalarCount <= count {
    storeVector(loadVector(source + i), target + i)
    i += Vector.scalarCount
  }
  if i < count { copyFew(UnsafeRawPointer(source + i), UnsafeMutableRawPointer(target + i), count - i) }
}
