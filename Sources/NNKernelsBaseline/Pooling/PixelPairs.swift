// Windows of 2 x 2 pixels with stride 2, a vector of windows at a time. Pixels of two rows are deinterleaved into even
// and odd columns, so that lane j holds one tap of window j. Taps are numbered 0 1 / 2 3.
//
// Everything is written for `PixelVector`: functions that are generic over the vector's type become a call per lane.
// Half a vector is computed in the low half of a whole one.

/// The maximum of each window, and its tap. The first of equal numbers wins, and NaN wins over everything before it.
@_transparent
private func maximum(_ top: PixelPairs, _ bottom: PixelPairs) -> (best: PixelVector, taps: PixelVector) {
  var (best, taps) = (top.evenHalf, PixelVector.zero)
  take(top.oddHalf, 1, &best, &taps)
  take(bottom.evenHalf, 2, &best, &taps)
  take(bottom.oddHalf, 3, &best, &taps)
  return (best, taps)
}

@_transparent
private func take(_ value: PixelVector, _ tap: Float, _ best: inout PixelVector, _ taps: inout PixelVector) {
  let wins = (value .> best) .| (value .!= value)
  best = best.replacing(with: value, where: wins)
  taps = taps.replacing(with: PixelVector(repeating: tap), where: wins)
}

/// The gradient of both pixel rows: each window's at its tap, zero at the other three.
@_transparent
private func scattered(_ gradient: PixelVector, _ taps: PixelVector) -> (top: PixelPairs, bottom: PixelPairs) {
  var (top, bottom) = (PixelPairs(), PixelPairs())
  top.evenHalf = chosen(gradient, taps, 0)
  top.oddHalf = chosen(gradient, taps, 1)
  bottom.evenHalf = chosen(gradient, taps, 2)
  bottom.oddHalf = chosen(gradient, taps, 3)
  return (top, bottom)
}

@_transparent
private func chosen(_ gradient: PixelVector, _ taps: PixelVector, _ tap: Float) -> PixelVector {
  PixelVector.zero.replacing(with: gradient, where: taps .== PixelVector(repeating: tap))
}

@_transparent
private func load<V: BitwiseCopyable>(_ pointer: UnsafePointer<Float>, as type: V.Type) -> V {
  UnsafeRawPointer(pointer).loadUnaligned(as: type)
}

@_transparent
private func store<V: BitwiseCopyable>(_ vector: V, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: V.self)
}

/// The maxima of a vector of windows over the rows `above` and `below`, and their taps if `taps` is given.
@inline(__always)
func poolVector(
  _ above: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
  _ taps: UnsafeMutablePointer<Float>?
) {
  let result = maximum(load(above, as: PixelPairs.self), load(below, as: PixelPairs.self))
  store(result.best, y)
  if let taps { store(result.taps, taps) }
}

/// Scatters the gradients of a vector of windows to their taps.
@inline(__always)
func scatterVector(
  _ taps: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>, _ above: UnsafeMutablePointer<Float>,
  _ below: UnsafeMutablePointer<Float>, _ accumulate: Bool
) {
  var (top, bottom) = scattered(loadPixels(upstream), loadPixels(taps))
  if accumulate {
    top += load(above, as: PixelPairs.self)
    bottom += load(below, as: PixelPairs.self)
  }
  store(top, above)
  store(bottom, below)
}

#if LEVEL_V4 || LEVEL_V3
  /// `poolVector` for half a vector of windows.
  @_transparent
  func poolHalfVector(
    _ above: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    _ taps: UnsafeMutablePointer<Float>?
  ) {
    let result = maximum(
      PixelPairs(lowHalf: loadPixels(above), highHalf: .zero), PixelPairs(lowHalf: loadPixels(below), highHalf: .zero))
    store(result.best.lowHalf, y)
    if let taps { store(result.taps.lowHalf, taps) }
  }

  /// `scatterVector` for half a vector of windows.
  @_transparent
  func scatterHalfVector(
    _ taps: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>, _ above: UnsafeMutablePointer<Float>,
    _ below: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    let half = SIMD4<Float>.self
    let gradient = scattered(
      PixelVector(lowHalf: load(upstream, as: half), highHalf: .zero),
      PixelVector(lowHalf: load(taps, as: half), highHalf: .zero))
    let (top, bottom) = (gradient.top.lowHalf, gradient.bottom.lowHalf)
    storePixels(accumulate ? loadPixels(above) + top : top, above)
    storePixels(accumulate ? loadPixels(below) + bottom : bottom, below)
  }
#endif
