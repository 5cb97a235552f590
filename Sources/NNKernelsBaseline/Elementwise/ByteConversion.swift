import NNKernelsCommon

/// y[i] = scale[i] bytes[i] + shift[i], see `Scalar.convert`. Product and sum are rounded separately, not fused, so that
/// all levels give the same bits.
///
/// Bytes: 5 per element; memory-bound. The compiler vectorises these loops.
func convertBytes(
  _ bytes: UnsafeBufferPointer<UInt8>, _ scales: Buffer<Float>, _ shifts: Buffer<Float>, _ y: Buffer<Float>
) {
  guard let source = bytes.baseAddress else { return }
  let target = y.base
  if scales.count == 1 {
    let (scale, shift) = (scales.base[0], shifts.base[0])
    for i in 0..<bytes.count { target[i] = Float(source[i]) * scale + shift }
  } else {
    let (scale, shift) = (UnsafePointer(scales.base), UnsafePointer(shifts.base))
    for i in 0..<bytes.count { target[i] = Float(source[i]) * scale[i] + shift[i] }
  }
}
