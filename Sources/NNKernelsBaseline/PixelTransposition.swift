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
