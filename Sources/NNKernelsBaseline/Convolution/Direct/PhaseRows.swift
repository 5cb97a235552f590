// Rows of pixels and their phases: phase p of a row of stride S holds its columns p, p + S, p + 2 S, ... Rows of images are
// short, so the last vector of a row overlaps the one before it.

/// target[j] = source[j stride] for j < count. Nothing behind the last of these pixels is read.
@inline(__always)
func splitPixels(
  _ source: UnsafePointer<Float>, stride: Int, into target: UnsafeMutablePointer<Float>, _ count: Int
) {
  switch stride {
  case 1: copyPixels(source, target, count)
  case 2 where count >= PixelVector.scalarCount:
    forEachOverlapping(count) { storePixels(everySecond(source + 2 * $0), target + $0) }
  case 3 where count >= PixelVector.scalarCount:
    forEachOverlapping(count) { storePixels(everyThird(source + 3 * $0), target + $0) }
  default:
    for j in 0..<count { target[j] = source[j * stride] }
  }
}

/// The transpose of `splitPixels` for `count` columns of two or three adjacent phases, which are `plane` scalars apart:
/// target[j stride + p] = phases[p plane + j]. Returns false, and does nothing, for other strides and for few columns. A
/// phase from `phases` on has no pixels: its targets become zero.
@inline(__always)
func joinPixels(
  _ source: UnsafePointer<Float>, plane: Int, phases: Int, stride: Int, into target: UnsafeMutablePointer<Float>,
  _ count: Int
) -> Bool {
  guard count >= PixelVector.scalarCount else { return false }
  func load(_ phase: Int, _ j: Int) -> PixelVector {
    phase < phases ? loadPixels(source + (phase * plane + j)) : .zero
  }
  switch stride {
  case 2:
    forEachOverlapping(count) { storePairs(load(0, $0), load(1, $0), target + 2 * $0) }
  case 3:
    forEachOverlapping(count) { storeTriples(load(0, $0), load(1, $0), load(2, $0), target + 3 * $0) }
  default: return false
  }
  return true
}

/// Calls `body` with the first index of each vector of `count` scalars; the last one overlaps the one before it.
@inline(__always)
private func forEachOverlapping(_ count: Int, _ body: (Int) -> Void) {
  let last = count - PixelVector.scalarCount
  var j = 0
  while j < last {
    body(j)
    j += PixelVector.scalarCount
  }
  body(last)
}

#if LEVEL_V4 || LEVEL_V3
  /// The pixels 0, 2, ..., 14 from `source` on.
  @_transparent
  private func everySecond(_ source: UnsafePointer<Float>) -> PixelVector {
    let (a, b) = (loadPixels(source), loadPixels(source + 7))
    return PixelVector(a[0], a[2], a[4], a[6], b[1], b[3], b[5], b[7])
  }

  /// The pixels 0, 3, ..., 21 from `source` on.
  @_transparent
  private func everyThird(_ source: UnsafePointer<Float>) -> PixelVector {
    let (a, b, c) = (loadPixels(source), loadPixels(source + 8), loadPixels(source + 14))
    return PixelVector(a[0], a[3], a[6], b[1], b[4], b[7], c[4], c[7])
  }

  /// Stores a[0] b[0] a[1] b[1] ...
  @_transparent
  private func storePairs(_ a: PixelVector, _ b: PixelVector, _ target: UnsafeMutablePointer<Float>) {
    storePixels(PixelVector(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3]), target)
    storePixels(PixelVector(a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7]), target + 8)
  }

  /// Stores a[0] b[0] c[0] a[1] b[1] c[1] ...
  @_transparent
  private func storeTriples(
    _ a: PixelVector, _ b: PixelVector, _ c: PixelVector, _ target: UnsafeMutablePointer<Float>
  ) {
    storePixels(PixelVector(a[0], b[0], c[0], a[1], b[1], c[1], a[2], b[2]), target)
    storePixels(PixelVector(c[2], a[3], b[3], c[3], a[4], b[4], c[4], a[5]), target + 8)
    storePixels(PixelVector(b[5], c[5], a[6], b[6], c[6], a[7], b[7], c[7]), target + 16)
  }
#else
  /// The pixels 0, 2, 4 and 6 from `source` on.
  @_transparent
  private func everySecond(_ source: UnsafePointer<Float>) -> PixelVector {
    let (a, b) = (loadPixels(source), loadPixels(source + 3))
    return PixelVector(a[0], a[2], b[1], b[3])
  }

  /// The pixels 0, 3, 6 and 9 from `source` on.
  @_transparent
  private func everyThird(_ source: UnsafePointer<Float>) -> PixelVector {
    let (a, b) = (loadPixels(source), loadPixels(source + 6))
    return PixelVector(a[0], a[3], b[0], b[3])
  }

  /// Stores a[0] b[0] a[1] b[1] ...
  @_transparent
  private func storePairs(_ a: PixelVector, _ b: PixelVector, _ target: UnsafeMutablePointer<Float>) {
    storePixels(PixelVector(a[0], b[0], a[1], b[1]), target)
    storePixels(PixelVector(a[2], b[2], a[3], b[3]), target + 4)
  }

  /// Stores a[0] b[0] c[0] a[1] b[1] c[1] ...
  @_transparent
  private func storeTriples(
    _ a: PixelVector, _ b: PixelVector, _ c: PixelVector, _ target: UnsafeMutablePointer<Float>
  ) {
    storePixels(PixelVector(a[0], b[0], c[0], a[1]), target)
    storePixels(PixelVector(b[1], c[1], a[2], b[2]), target + 4)
    storePixels(PixelVector(c[2], a[3], b[3], c[3]), target + 8)
  }
#endif
