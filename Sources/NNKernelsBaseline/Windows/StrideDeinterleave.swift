import NNKernelsCommon

/// The polyphase layout of an image row for windows of stride S: the row's columns deinterleaved by their remainder
/// modulo S, one contiguous array per phase.
///
///     phases[p][q] = x[q S + p - padding],  0 <= p < S
///
/// Tap k of window j reads x[j S + k - padding] = phases[k mod S][j + k / S]: neighbouring windows read contiguous
/// scalars for each tap, whatever the stride.
///
/// Rows should be deinterleaved well before they are read: a vector load that overlaps two recent, narrower stores
/// cannot be forwarded from the store buffer and stalls.
struct StrideDeinterleave {
  /// Columns of the row.
  let width: Int
  /// Columns of padding before the row.
  let padding: Int
  /// Columns from one window to the next: the number of phases.
  let stride: Int
  /// Scalars of a phase, including those that the vector of the last windows reads past the end.
  let length: Int

  /// For `outputs` windows of `kernel` columns.
  init(width: Int, padding: Int, stride: Int, kernel: Int, outputs: Int) {
    self.width = width
    self.padding = padding
    // A single window has no neighbour: its columns can stay contiguous.
    self.stride = outputs == 1 ? 1 : stride
    let lanes = Vector.scalarCount
    let read = (outputs + lanes - 1) / lanes * lanes + (kernel - 1) / self.stride
    let written = (width - 1 + padding) / self.stride + 1
    length = (max(read, written) + lanes - 1) / lanes * lanes
  }

  /// Scalars of a deinterleaved row: S phases.
  var count: Int { stride * length }

  /// The offset of what window 0 reads at tap `column`; window j reads j scalars further.
  @inline(__always)
  func offset(_ column: Int) -> Int { column % stride * length + column / stride }

  /// Writes the offset of each tap of a two-dimensional window, row by row.
  @discardableResult @inline(__always)
  func writeOffsets(_ kernel: Extent, _ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Int32> {
    let offsets = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
    for row in 0..<kernel.height {
      for column in 0..<kernel.width {
        offsets[row * kernel.width + column] = Int32(truncatingIfNeeded: row * count + offset(column))
      }
    }
    return UnsafePointer(offsets)
  }

  /// Deinterleaves a row into `phases`. The padding before and after its columns is left as it is.
  @inline(__always)
  func split<R: PixelRow>(_ row: R, into phases: UnsafeMutablePointer<Float>) {
    switch stride {
    case 1: copy(row, phases + padding)
    case 2: splitPairs(row, phases)
    default:
      for phase in 0..<stride {
        // The first column c >= 0 with (c + padding) mod S = phase.
        var column = (phase - padding % stride + stride) % stride
        var target = phase * length + (column + padding) / stride
        while column < width {
          phases[target] = row.pixel(column)
          column += stride
          target += 1
        }
      }
    }
  }

  @inline(__always)
  private func copy<R: PixelRow>(_ row: R, _ target: UnsafeMutablePointer<Float>) {
    var i = 0
    while i + PixelVector.scalarCount <= width {
      storePixels(row.pixels(i), target + i)
      i += PixelVector.scalarCount
    }
    while i < width {
      target[i] = row.pixel(i)
      i += 1
    }
  }

  /// Stride 2: even and odd columns of two vectors at a time.
  @inline(__always)
  private func splitPairs<R: PixelRow>(_ row: R, _ phases: UnsafeMutablePointer<Float>) {
    let even = phases + (padding % 2 * length + padding / 2)
    let odd = phases + ((padding + 1) % 2 * length + (padding + 1) / 2)
    let lanes = PixelVector.scalarCount
    var i = 0
    while 2 * (i + lanes) <= width {
      let columns = PixelPairs(lowHalf: row.pixels(2 * i), highHalf: row.pixels(2 * i + lanes))
      storePixels(columns.evenHalf, even + i)
      storePixels(columns.oddHalf, odd + i)
      i += lanes
    }
    while 2 * i < width {
      even[i] = row.pixel(2 * i)
      if 2 * i + 1 < width { odd[i] = row.pixel(2 * i + 1) }
      i += 1
    }
  }
}

/// The scalars of a row: a row of an image, or the elementwise reduction of several.
protocol PixelRow {
  /// The vector of contiguous scalars from `column` on.
  func pixels(_ column: Int) -> PixelVector
  func pixel(_ column: Int) -> Float
}

/// A row in memory.
struct PlainRow: PixelRow {
  let base: UnsafePointer<Float>

  @inline(__always) func pixels(_ column: Int) -> PixelVector { loadPixels(base + column) }
  @inline(__always) func pixel(_ column: Int) -> Float { base[column] }
}
