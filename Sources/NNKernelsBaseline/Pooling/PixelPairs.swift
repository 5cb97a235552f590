// Windows of 2 x 2 pixels side by side, eight and four at once. Both are written out: functions that are generic over
// the vector become calls for each lane.

/// Eight windows.
@inline(__always)
func poolEight(
  _ above: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
  _ positions: UnsafeMutablePointer<Float>?
) {
  let top = UnsafeRawPointer(above).loadUnaligned(as: SIMD16<Float>.self)
  let bottom = UnsafeRawPointer(below).loadUnaligned(as: SIMD16<Float>.self)
  var (best, place) = (top.evenHalf, SIMD8<Float>.zero)
  take(top.oddHalf, 1, &best, &place)
  take(bottom.evenHalf, 2, &best, &place)
  take(bottom.oddHalf, 3, &best, &place)
  UnsafeMutableRawPointer(y).storeBytes(of: best, as: SIMD8<Float>.self)
  if let positions { UnsafeMutableRawPointer(positions).storeBytes(of: place, as: SIMD8<Float>.self) }
}

@_transparent
private func take(
  _ value: SIMD8<Float>, _ number: Float, _ best: inout SIMD8<Float>, _ place: inout SIMD8<Float>
) {
  let wins = (value .> best) .| (value .!= value)
  best = best.replacing(with: value, where: wins)
  place = place.replacing(with: SIMD8<Float>(repeating: number), where: wins)
}

/// Sends the gradients of eight windows to their places.
@inline(__always)
func spreadEight(
  _ positions: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>, _ above: UnsafeMutablePointer<Float>,
  _ below: UnsafeMutablePointer<Float>, _ accumulate: Bool
) {
  let value = UnsafeRawPointer(upstream).loadUnaligned(as: SIMD8<Float>.self)
  let place = UnsafeRawPointer(positions).loadUnaligned(as: SIMD8<Float>.self)
  var (top, bottom) = (SIMD16<Float>(), SIMD16<Float>())
  top.evenHalf = chosen(value, place, 0)
  top.oddHalf = chosen(value, place, 1)
  bottom.evenHalf = chosen(value, place, 2)
  bottom.oddHalf = chosen(value, place, 3)
  if accumulate {
    top += UnsafeRawPointer(above).loadUnaligned(as: SIMD16<Float>.self)
    bottom += UnsafeRawPointer(below).loadUnaligned(as: SIMD16<Float>.self)
  }
  UnsafeMutableRawPointer(above).storeBytes(of: top, as: SIMD16<Float>.self)
  UnsafeMutableRawPointer(below).storeBytes(of: bottom, as: SIMD16<Float>.self)
}

@_transparent
private func chosen(_ value: SIMD8<Float>, _ place: SIMD8<Float>, _ number: Float) -> SIMD8<Float> {
  SIMD8<Float>.zero.replacing(with: value, where: place .== SIMD8<Float>(repeating: number))
}

/// Four windows.
@inline(__always)
func poolFour(
  _ above: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
  _ positions: UnsafeMutablePointer<Float>?
) {
  let top = UnsafeRawPointer(above).loadUnaligned(as: SIMD8<Float>.self)
  let bottom = UnsafeRawPointer(below).loadUnaligned(as: SIMD8<Float>.self)
  var (best, place) = (top.evenHalf, SIMD4<Float>.zero)
  take(top.oddHalf, 1, &best, &place)
  take(bottom.evenHalf, 2, &best, &place)
  take(bottom.oddHalf, 3, &best, &place)
  UnsafeMutableRawPointer(y).storeBytes(of: best, as: SIMD4<Float>.self)
  if let positions { UnsafeMutableRawPointer(positions).storeBytes(of: place, as: SIMD4<Float>.self) }
}

@_transparent
private func take(
  _ value: SIMD4<Float>, _ number: Float, _ best: inout SIMD4<Float>, _ place: inout SIMD4<Float>
) {
  let wins = (value .> best) .| (value .!= value)
  best = best.replacing(with: value, where: wins)
  place = place.replacing(with: SIMD4<Float>(repeating: number), where: wins)
}

/// Sends the gradients of four windows to their places.
@inline(__always)
func spreadFour(
  _ positions: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>, _ above: UnsafeMutablePointer<Float>,
  _ below: UnsafeMutablePointer<Float>, _ accumulate: Bool
) {
  let value = UnsafeRawPointer(upstream).loadUnaligned(as: SIMD4<Float>.self)
  let place = UnsafeRawPointer(positions).loadUnaligned(as: SIMD4<Float>.self)
  var (top, bottom) = (SIMD8<Float>(), SIMD8<Float>())
  top.evenHalf = chosen(value, place, 0)
  top.oddHalf = chosen(value, place, 1)
  bottom.evenHalf = chosen(value, place, 2)
  bottom.oddHalf = chosen(value, place, 3)
  if accumulate {
    top += UnsafeRawPointer(above).loadUnaligned(as: SIMD8<Float>.self)
    bottom += UnsafeRawPointer(below).loadUnaligned(as: SIMD8<Float>.self)
  }
  UnsafeMutableRawPointer(above).storeBytes(of: top, as: SIMD8<Float>.self)
  UnsafeMutableRawPointer(below).storeBytes(of: bottom, as: SIMD8<Float>.self)
}

@_transparent
private func chosen(_ value: SIMD4<Float>, _ place: SIMD4<Float>, _ number: Float) -> SIMD4<Float> {
  SIMD4<Float>.zero.replacing(with: value, where: place .== SIMD4<Float>(repeating: number))
}
