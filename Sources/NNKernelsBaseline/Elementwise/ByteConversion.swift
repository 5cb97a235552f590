import NNKernelsCommon

/// y = scale bytes + shift, see `Scalar.convert`: a product and a sum, each rounded, so that no bit depends on the
/// level.
///
/// Bytes: 5 per element; bound by memory. The compiler makes vectors of these loops.
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
