extension Scalar {
  public static func convert(
    _ bytes: UnsafeBufferPointer<UInt8>, scales: Buffer<Self>, shifts: Buffer<Self>, into y: Buffer<Self>
  ) {
    referenceConvert(bytes, scales, shifts, y)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceConvert<S: Scalar>(
  _ bytes: UnsafeBufferPointer<UInt8>, _ scales: Buffer<S>, _ shifts: Buffer<S>, _ y: Buffer<S>
) {
  let isUniform = scales.count == 1
  for i in bytes.indices { y[i] = S(bytes[i]) * scales[isUniform ? 0 : i] + shifts[isUniform ? 0 : i] }
}
