#if LEVEL_V4 || LEVEL_V3
  /// Two vectors of pixels, one behind the other.
  typealias PixelPairs = SIMD16<Float>
  /// Neighbouring pixels of one row, as pooling and sums of channels compute them at once. Eight lanes even where
  /// registers hold sixteen: rows of images are short, and memory is the limit.
  typealias PixelVector = SIMD8<Float>
#else
  /// Two vectors of pixels, one behind the other.
  typealias PixelPairs = SIMD8<Float>
  /// Neighbouring pixels of one row, as pooling and sums of channels compute them at once.
  typealias PixelVector = SIMD4<Float>
#endif

/// The vector at `pointer`, which need not be aligned.
@_transparent
func loadPixels(_ pointer: UnsafePointer<Float>) -> PixelVector {
  UnsafeRawPointer(pointer).loadUnaligned(as: PixelVector.self)
}

/// Writes `vector` to `pointer`, which need not be aligned.
@_transparent
func storePixels(_ vector: PixelVector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: PixelVector.self)
}

#if LEVEL_V4
  /// `value` where it is larger than `best` or is not a number, so that the first among equals stays.
  @_transparent
  func firstLargest(_ value: PixelVector, _ best: PixelVector) -> PixelVector {
    best.replacing(with: value, where: value .> best).replacing(with: value, where: value .!= value)
  }
#endif

/// The sum of the lanes, halves first.
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
