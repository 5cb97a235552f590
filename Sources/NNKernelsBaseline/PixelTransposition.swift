// Neighbouring pixels of some channels, turned so that the channels of a pixel lie side by side.

/// As many planes as a vector of pixels has lanes, `stride` scalars apart; those from `count` on read as zero.
struct PlaneGroup {
  /// A pixel of the first plane.
  let base: UnsafePointer<Float>
  let stride: Int
  let count: Int
  /// At least as many zeros as there are pixels to read.
  let zeros: UnsafePointer<Float>

  @inline(__always)
  private func plane(_ index: Int) -> UnsafePointer<Float> { index < count ? base + index * stride : zeros }

  /// Writes one vector of channels for each of the `width` pixels from `base` on.
  @inline(__always)
  func transpose(_ width: Int, into target: UnsafeMutablePointer<Float>) {
    let lanes = PixelVector.scalarCount
    var pixel = 0
    while pixel + lanes <= width {
      transposeSquare(pixel, target + pixel * lanes)
      pixel += lanes
    }
    guard pixel < width else { return }
    if width >= lanes {
      // The last square begins early: some pixels are written twice, with the same values.
      transposeSquare(width - lanes, target + (width - lanes) * lanes)
    } else {
      for channel in 0..<lanes {
        let from = plane(channel)
        for pixel in 0..<width { target[pixel * lanes + channel] = from[pixel] }
      }
    }
  }

  #if LEVEL_V4 || LEVEL_V3
    @inline(__always)
    private func transposeSquare(_ pixel: Int, _ target: UnsafeMutablePointer<Float>) {
      let (a0, a1) = divided(loadPixels(plane(0) + pixel), loadPixels(plane(1) + pixel))
      let (a2, a3) = divided(loadPixels(plane(2) + pixel), loadPixels(plane(3) + pixel))
      let (a4, a5) = divided(loadPixels(plane(4) + pixel), loadPixels(plane(5) + pixel))
      let (a6, a7) = divided(loadPixels(plane(6) + pixel), loadPixels(plane(7) + pixel))
      let ((b0, b2), (b1, b3)) = (divided(a0, a2), divided(a1, a3))
      let ((b4, b6), (b5, b7)) = (divided(a4, a6), divided(a5, a7))
      let ((c0, c4), (c1, c5)) = (divided(b0, b4), divided(b1, b5))
      let ((c2, c6), (c3, c7)) = (divided(b2, b6), divided(b3, b7))
      storePixels(c0, target)
      storePixels(c1, target + 8)
      storePixels(c2, target + 16)
      storePixels(c3, target + 24)
      storePixels(c4, target + 32)
      storePixels(c5, target + 40)
      storePixels(c6, target + 48)
      storePixels(c7, target + 56)
    }
  #else
    @inline(__always)
    private func transposeSquare(_ pixel: Int, _ target: UnsafeMutablePointer<Float>) {
      let (a0, a1) = divided(loadPixels(plane(0) + pixel), loadPixels(plane(1) + pixel))
      let (a2, a3) = divided(loadPixels(plane(2) + pixel), loadPixels(plane(3) + pixel))
      let ((b0, b2), (b1, b3)) = (divided(a0, a2), divided(a1, a3))
      storePixels(b0, target)
      storePixels(b1, target + 4)
      storePixels(b2, target + 8)
      storePixels(b3, target + 12)
    }
  #endif
}

#if LEVEL_V4 || LEVEL_V3
  /// The lanes with even and with odd numbers of two vectors. Doing so for the pairs of rows that differ in one bit of
  /// their number, one bit after the other, turns rows into columns.
  @_transparent
  private func divided(_ a: PixelVector, _ b: PixelVector) -> (PixelVector, PixelVector) {
    let both = SIMD16<Float>(lowHalf: a, highHalf: b)
    return (both.evenHalf, both.oddHalf)
  }
#else
  /// The lanes with even and with odd numbers of two vectors. Doing so for the pairs of rows that differ in one bit of
  /// their number, one bit after the other, turns rows into columns.
  @_transparent
  private func divided(_ a: PixelVector, _ b: PixelVector) -> (PixelVector, PixelVector) {
    let both = SIMD8<Float>(lowHalf: a, highHalf: b)
    return (both.evenHalf, both.oddHalf)
  }
#endif

/// As many planes as a vector has lanes, `stride` scalars apart, which pixels with their channels side by side go to;
/// lanes from `count` on go nowhere.
struct PlaneTargets {
  /// A pixel of the first plane.
  let base: UnsafeMutablePointer<Float>
  let stride: Int
  let count: Int
  /// What is added to each pixel, and what it is raised to.
  let offset: PixelVector
  let lowest: PixelVector
  /// Whether pixels are added to what is there.
  let accumulate: Bool

  /// Writes `width` pixels from `base` on.
  @inline(__always)
  func fill(from source: UnsafePointer<Float>, _ width: Int) {
    let lanes = PixelVector.scalarCount
    var pixel = 0
    if !accumulate {
      while pixel + lanes <= width {
        fillSquare(source, pixel)
        pixel += lanes
      }
      guard pixel < width else { return }
      // The last square begins early: some pixels are written twice, with the same values.
      if width >= lanes { return fillSquare(source, width - lanes) }
    }
    while pixel < width {
      let value = finished(source + pixel * lanes)
      for channel in 0..<count {
        let to = base + (channel * stride + pixel)
        to.pointee = accumulate ? to.pointee + value[channel] : value[channel]
      }
      pixel += 1
    }
  }

  /// A pixel with its offset; a lane that is not a number stays one.
  @inline(__always)
  private func finished(_ source: UnsafePointer<Float>) -> PixelVector {
    let value = loadPixels(source) + offset
    return value.replacing(with: lowest, where: value .< lowest)
  }

  @inline(__always)
  private func put(_ vector: PixelVector, _ channel: Int, _ pixel: Int) {
    if channel < count { storePixels(vector, base + (channel * stride + pixel)) }
  }

  #if LEVEL_V4 || LEVEL_V3
    @inline(__always)
    private func fillSquare(_ source: UnsafePointer<Float>, _ pixel: Int) {
      let from = source + pixel * 8
      let (a0, a1) = divided(finished(from), finished(from + 8))
      let (a2, a3) = divided(finished(from + 16), finished(from + 24))
      let (a4, a5) = divided(finished(from + 32), finished(from + 40))
      let (a6, a7) = divided(finished(from + 48), finished(from + 56))
      let ((b0, b2), (b1, b3)) = (divided(a0, a2), divided(a1, a3))
      let ((b4, b6), (b5, b7)) = (divided(a4, a6), divided(a5, a7))
      let ((c0, c4), (c1, c5)) = (divided(b0, b4), divided(b1, b5))
      let ((c2, c6), (c3, c7)) = (divided(b2, b6), divided(b3, b7))
      put(c0, 0, pixel)
      put(c1, 1, pixel)
      put(c2, 2, pixel)
      put(c3, 3, pixel)
      put(c4, 4, pixel)
      put(c5, 5, pixel)
      put(c6, 6, pixel)
      put(c7, 7, pixel)
    }
  #else
    @inline(__always)
    private func fillSquare(_ source: UnsafePointer<Float>, _ pixel: Int) {
      let from = source + pixel * 4
      let (a0, a1) = divided(finished(from), finished(from + 4))
      let (a2, a3) = divided(finished(from + 8), finished(from + 12))
      let ((b0, b2), (b1, b3)) = (divided(a0, a2), divided(a1, a3))
      put(b0, 0, pixel)
      put(b1, 1, pixel)
      put(b2, 2, pixel)
      put(b3, 3, pixel)
    }
  #endif
}
