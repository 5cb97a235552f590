// Pixels of some channels, transposed so that the channels of a pixel lie side by side, and back.

/// The planes of as many channels as a vector has lanes, `stride` scalars apart; those from `count` on read as zero.
struct PlaneGroup {
  /// The first pixel of the first plane.
  let base: UnsafePointer<Float>
  let stride: Int
  let count: Int
  /// Scalars from the start of each plane on that may be read.
  let readable: Int
  /// As many zeros as a vector has lanes.
  let zeros: UnsafePointer<Float>

  /// Writes one vector of channels for each of the `width` pixels from `first` on.
  ///
  /// Pixels are transposed in squares, which never leave what may be read; so fewer than a vector's lanes of other pixels
  /// are written before and behind those asked for.
  @inline(__always)
  func transpose(_ first: Int, _ width: Int, into target: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    guard readable >= lanes else { return transposeFew(first, width, into: target) }
    var done = 0
    while done < width {
      let start = min(first + done, readable - lanes)
      done += start - (first + done)
      transposeSquare(start, target + done * lanes)
      done += lanes
    }
  }

  /// The same where less than a square may be read.
  @inline(never)
  private func transposeFew(_ first: Int, _ width: Int, into target: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    for channel in 0..<lanes {
      for pixel in 0..<width {
        target[pixel * lanes + channel] = channel < count ? base[channel * stride + first + pixel] : 0
      }
    }
  }

  @inline(never)
  private func transposeSquare(_ pixel: Int, _ target: UnsafeMutablePointer<Float>) {
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

/// The planes of as many channels as a vector has lanes, which pixels with their channels side by side go to; lanes
/// from `count` on go nowhere.
struct PlaneTargets {
  /// A pixel of the first plane.
  let base: UnsafeMutablePointer<Float>
  /// Scalars from one plane to the next.
  let stride: Int
  let count: Int
  /// What is added to each pixel of a channel: as many scalars as a vector has lanes.
  let offsets: UnsafePointer<Float>
  /// As many zeros as a vector has lanes.
  let zeros: UnsafePointer<Float>
  /// What every pixel is raised to.
  let lowest: Float
  /// Whether pixels are added to what is there.
  let accumulate: Bool

  /// Writes `width` pixels from `base` on. Behind them, `source` has as many vectors as a vector has lanes.
  @inline(__always)
  func fill(from source: UnsafePointer<Float>, _ width: Int) {
    let lanes = Vector.scalarCount
    var pixel = 0
    while pixel + lanes <= width {
      fillSquare(source + pixel * lanes, pixel)
      pixel += lanes
    }
    guard pixel < width else { return }
    if width >= lanes, !accumulate {
      // The last square begins early: some pixels are written twice, with the same values.
      fillSquare(source + (width - lanes) * lanes, width - lanes)
    } else {
      fillPart(source + pixel * lanes, pixel, width - pixel)
    }
  }

  /// A channel's pixels with its offset; a lane that is not a number stays one.
  @inline(__always)
  private func finished(_ pixels: Vector, _ channel: Int) -> Vector {
    let (value, lowest) = (pixels + Vector(repeating: offsets[channel]), Vector(repeating: lowest))
    return value.replacing(with: lowest, where: value .< lowest)
  }

  @inline(never)
  private func fillSquare(_ source: UnsafePointer<Float>, _ pixel: Int) {
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

  /// The same for the first `width` pixels of a square alone.
  @inline(never)
  private func fillPart(_ source: UnsafePointer<Float>, _ pixel: Int, _ width: Int) {
    forEachColumn(zeros: zeros, of: { source + $0 * Vector.scalarCount }) { channel, pixels in
      guard channel < count else { return }
      let to = base + (channel * stride + pixel)
      let value = finished(pixels, channel)
      storeVector(accumulate ? loadVector(to, count: width) + value : value, to, count: width)
    }
  }
}
