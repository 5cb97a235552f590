/// The adjoints of Winograd's transforms that the gradient of weights needs, for tiles of six inputs along a side: 4
/// outputs and 3 weights, or 2 outputs and 5 weights. The points and their scales are those of `Winograd`, for either
/// size (Lavin and Gray 2015).
struct WinogradAdjoint {
  /// Weights along a side of the kernel: 3 or 5.
  let kernel: Int

  /// Outputs along a side of a tile.
  @inline(__always) var outputs: Int { Winograd.inputs + 1 - kernel }

  /// The gradients of six sums from those of the outputs they make.
  @inline(__always)
  func sums(
    _ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int
  ) {
    let (d0, d1) = (loadPixels(from), loadPixels(from + step))
    if kernel == 5 {
      Winograd.store((d0, d0 + d1, d0 - d1, d0 + d1 * 2, d0 - d1 * 2, d1), to, pitch)
    } else {
      let (d2, d3) = (loadPixels(from + 2 * step), loadPixels(from + 3 * step))
      let (even, odd) = (d0 + d2, d1 + d3)
      let (far, step) = (d0 + d2 * 4, d1 * 2 + d3 * 8)
      Winograd.store((d0, even + odd, even - odd, far + step, far - step, d3), to, pitch)
    }
  }

  /// The gradients of a line of weights from those of the six transformed ones.
  @inline(__always)
  func weights(
    _ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int
  ) {
    let m = Winograd.load(from, step)
    let (a, b) = ((m.1 + m.2) * (-1 / 6), (m.1 - m.2) * (-1 / 6))
    let (c, d) = ((m.3 + m.4) * (1 / 24), (m.3 - m.4) * (1 / 24))
    storePixels(m.0 * 0.25 + a + c, to)
    storePixels(b + d * 2, to + pitch)
    if kernel == 3 {
      storePixels(a + c * 4 + m.5, to + 2 * pitch)
    } else {
      storePixels(a + c * 4, to + 2 * pitch)
      storePixels(b + d * 8, to + 3 * pitch)
      storePixels(a + c * 16 + m.5, to + 4 * pitch)
    }
  }
}
