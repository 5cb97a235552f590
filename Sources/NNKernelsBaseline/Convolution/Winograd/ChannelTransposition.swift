// Conversion between the planar layout [channel][pixel] (NCHW) and the channel-blocked layout [pixel][channel of the
// block] (NCHWc), whose blocks have as many channels as a vector has lanes.

/// The planes of a block of channels to be read: channel c begins at base + c stride. Channels from `count` on are
/// zero.
struct ChannelBlock {
  let base: UnsafePointer<Float>
  let stride: Int
  let count: Int
  /// Scalars of each plane that may be read.
  let readable: Int
  /// As many zeros as a vector has lanes.
  let zeros: UnsafePointer<Float>

  /// target[p][c] = plane c [first + p] for p < width.
  ///
  /// Blocks of lanes x lanes scalars are transposed in registers. The last block starts early enough to stay within
  /// `readable`, so up to lanes - 1 vectors before and behind those asked for are written too.
  @inline(__always)
  func transpose(_ first: Int, _ width: Int, into target: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    guard readable >= lanes else { return transposeScalars(first, width, into: target) }
    var done = 0
    while done < width {
      let start = min(first + done, readable - lanes)
      done += start - (first + done)
      transposeBlock(start, target + done * lanes)
      done += lanes
    }
  }

  /// The same for planes with fewer pixels than a vector has lanes.
  @inline(never)
  private func transposeScalars(_ first: Int, _ width: Int, into target: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    for channel in 0..<lanes {
      for pixel in 0..<width {
        target[pixel * lanes + channel] = channel < count ? base[channel * stride + first + pixel] : 0
      }
    }
  }

  @inline(never)
  private func transposeBlock(_ pixel: Int, _ target: UnsafeMutablePointer<Float>) {
    let first = base + pixel
    if count == Vector.scalarCount {
      forEachColumn(zeros: zeros, of: { first + $0 * stride }) { column, channels in
        storeVector(channels, target + column * Vector.scalarCount)
      }
    } else {
      forEachColumn(zeros: zeros, of: { $0 < count ? first + $0 * stride : zeros }) { column, channels in
        storeVector(channels, target + column * Vector.scalarCount)
      }
    }
  }
}

/// The planes of a block of channels to be written: channel c begins at base + c stride. Lanes from `count` on are
/// dropped.
struct ChannelBlockTarget {
  let base: UnsafeMutablePointer<Float>
  let stride: Int
  let count: Int
  /// The bias of each channel: as many scalars as a vector has lanes.
  let bias: UnsafePointer<Float>
  /// As many zeros as a vector has lanes.
  let zeros: UnsafePointer<Float>
  /// The lower bound of every pixel: 0 for ReLU, else -infinity.
  let lowest: Float
  /// Whether pixels are added to those at the target.
  let accumulate: Bool

  /// plane c [p] (+)= max(source[p][c] + bias[c], lowest) for p < width. Behind its last pixel, `source` has room for
  /// lanes more vectors, which are read.
  @inline(__always)
  func store(_ source: UnsafePointer<Float>, _ width: Int) {
    let lanes = Vector.scalarCount
    var pixel = 0
    while pixel + lanes <= width {
      storeBlock(source + pixel * lanes, pixel)
      pixel += lanes
    }
    guard pixel < width else { return }
    if width >= lanes, !accumulate {
      // The last block starts early enough to be whole; the overlap is written twice, with the same values.
      storeBlock(source + (width - lanes) * lanes, width - lanes)
    } else {
      storePartialBlock(source + pixel * lanes, pixel, width - pixel)
    }
  }

  /// max(pixels + bias, lowest); NaN lanes stay NaN.
  @inline(__always)
  private func finished(_ pixels: Vector, _ channel: Int) -> Vector {
    let (value, lowest) = (pixels + Vector(repeating: bias[channel]), Vector(repeating: lowest))
    return value.replacing(with: lowest, where: value .< lowest)
  }

  @inline(never)
  private func storeBlock(_ source: UnsafePointer<Float>, _ pixel: Int) {
    let first = base + pixel
    if count == Vector.scalarCount, !accumulate {
      forEachColumn(zeros: zeros, of: { source + $0 * Vector.scalarCount }) { channel, pixels in
        storeVector(finished(pixels, channel), first + channel * stride)
      }
    } else {
      forEachColumn(zeros: zeros, of: { source + $0 * Vector.scalarCount }) { channel, pixels in
        guard channel < count else { return }
        let to = first + channel * stride
        let value = finished(pixels, channel)
        storeVector(accumulate ? loadVector(to) + value : value, to)
      }
    }
  }

  /// The same for the first `width` pixels of a block.
  @inline(never)
  private func storePartialBlock(_ source: UnsafePointer<Float>, _ pixel: Int, _ width: Int) {
    forEachColumn(zeros: zeros, of: { source + $0 * Vector.scalarCount }) { channel, pixels in
      guard channel < count else { return }
      let to = base + (channel * stride + pixel)
      let value = finished(pixels, channel)
      storeVector(accumulate ? loadVector(to, count: width) + value : value, to, count: width)
    }
  }
}
