#if LEVEL_V4 || LEVEL_V3
  /// Two consecutive vectors of pixels.
  typealias PixelPairs = SIMD16<Float>
  /// Consecutive pixels of one row, the vectors of pooling and channel sums. Eight lanes even where registers hold
  /// sixteen: image rows are short, so wider vectors have longer remainders, and memory bandwidth is the limit.
  typealias PixelVector = SIMD8<Float>
#else
  /// Two consecutive vectors of pixels.
  typealias PixelPairs = SIMD8<Float>
  /// Consecutive pixels of one row, the vectors of pooling and channel sums.
  typealias PixelVector = SIMD4<Float>
#endif

/// An unaligned load.
@_transparent
func loadPixels(_ pointer: UnsafePointer<Float>) -> PixelVector {
  UnsafeRawPointer(pointer).loadUnaligned(as: PixelVector.self)
}

/// An unaligned store.
@_transparent
func storePixels(_ vector: PixelVector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: PixelVector.self)
}

#if LEVEL_V4
  /// The maximum, lane by lane: `value` where value > best or value is NaN, else `best`. Equal values keep `best`.
  @_transparent
  func firstLargest(_ value: PixelVector, _ best: PixelVector) -> PixelVector {
    best.replacing(with: value, where: value .> best).replacing(with: value, where: value .!= value)
  }
#endif

/// The horizontal sum, by halving: lanes i and i + n/2 first.
@_transparent
func pixelSum(_ x: PixelVector) -> Float {
  #if LEVEL_V4 || LEVEL_V3
    let four = x.lowHalf + x.highHalf
  #else
    let four = x
  #endif
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}
