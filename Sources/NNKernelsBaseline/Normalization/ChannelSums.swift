import NNKernelsCommon

/// sums[c] (+)= sum over n, p of x[n, c, p], see `Scalar.channelSums`: each plane is reduced by itself, then the
/// samples in order.
///
/// Bytes: 4 per element; bound by memory.
func channelSums(
  _ batch: Int, _ channels: Int, _ pixels: Int, _ x: Buffer<Float>, _ sums: Buffer<Float>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  let base = UnsafePointer(x.base)
  workers.run(count: channels, grain: max(1, 16384 / max(1, batch * pixels))) { range in
    for channel in range {
      var total: Float = 0
      for sample in 0..<batch { total += planeSum(base + (sample * channels + channel) * pixels, pixels) }
      sums.base[channel] = accumulate ? sums.base[channel] + total : total
    }
  }
}

/// The sum of `count` contiguous scalars, in two vectors of partial sums to hide the latency of additions.
@inline(__always)
private func planeSum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  var (even, odd) = (PixelVector.zero, PixelVector.zero)
  var i = 0
  while i + 2 * PixelVector.scalarCount <= count {
    even += loadPixels(x + i)
    odd += loadPixels(x + (i + PixelVector.scalarCount))
    i += 2 * PixelVector.scalarCount
  }
  var remainder: Float = 0
  while i < count {
    remainder += x[i]
    i += 1
  }
  return pixelSum(even + odd) + remainder
}
