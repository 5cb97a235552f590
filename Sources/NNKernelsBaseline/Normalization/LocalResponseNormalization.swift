import NNKernelsCommon

/// y = x s^-beta with s = k + alpha / size * sum of x^2 over the neighbouring channels, see `Scalar.localResponse`. The
/// power is exp(-beta log s): s is of the order of 1, so the relative error is that of a few roundings.
///
/// Operations: some 60 per element, the exponential and the logarithm, and 2 for each neighbour. Bytes: 8 per element
/// from memory; the neighbours come from the nearest caches.
func localResponse(
  _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool
) {
  workers.run(count: extent.batch * extent.channels, grain: max(1, 4096 / max(1, extent.pixels))) { planes in
    for plane in planes {
      let own = plane * extent.pixels
      let loop = ResponseLoop(
        divisor: ResponseDivisor(window, extent, UnsafePointer(x.base), plane), x: x.base + own, y: y.base + own)
      loop.runChunk(0..<extent.pixels)
    }
  }
}

/// The gradient of `localResponse`, see `Scalar.localResponseBackward`. Per pixel, for the channels i and j,
///
///     dx[i] (+)= dy[i] s[i]^-beta
///                - 2 alpha beta / size x[i] sum over the j with i in s[j] of dy[j] x[j] s[j]^(-beta - 1)
///
/// A sample at a time: the terms of the sums go to `products`, then each channel adds up its window of them.
///
/// Operations: some 70 per element and 3 for each neighbour. Bytes: 12 per element from memory, 16 when accumulating.
func localResponseBackward(
  _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Float>, _ upstream: Buffer<Float>,
  _ products: Buffer<Float>, _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) {
  let factor = Float(-2 * window.alpha * window.beta / Double(window.size))
  workers.run(count: extent.batch, grain: max(1, 4096 / max(1, extent.sampleCount))) { samples in
    for plane in (samples.lowerBound * extent.channels)..<(samples.upperBound * extent.channels) {
      let own = plane * extent.pixels
      let loop = ResponseTermLoop(
        divisor: ResponseDivisor(window, extent, UnsafePointer(x.base), plane), x: x.base + own,
        upstream: upstream.base + own, products: products.base + own, downstream: downstream.base + own,
        accumulate: accumulate)
      loop.runChunk(0..<extent.pixels)
    }
    for plane in (samples.lowerBound * extent.channels)..<(samples.upperBound * extent.channels) {
      let own = plane * extent.pixels
      let channel = plane % extent.channels
      let reached = window.reached(channel, extent.channels)
      let loop = ResponseSumLoop(
        factor: factor, x: x.base + own, downstream: downstream.base + own,
        products: products.base + (own + (reached.lowerBound - channel) * extent.pixels), count: reached.count,
        pixels: extent.pixels)
      loop.runChunk(0..<extent.pixels)
    }
  }
}

/// s for one plane, from the channels of its window.
private struct ResponseDivisor {
  /// The first plane of the window.
  let base: UnsafePointer<Float>
  let count: Int
  let pixels: Int
  /// alpha / size.
  let factor: Float
  let k: Float
  let beta: Float

  init(_ window: LocalResponse, _ extent: ChannelExtent, _ x: UnsafePointer<Float>, _ plane: Int) {
    let channel = plane % extent.channels
    let neighbours = window.neighbours(channel, extent.channels)
    base = x + (plane - channel + neighbours.lowerBound) * extent.pixels
    count = neighbours.count
    pixels = extent.pixels
    factor = Float(window.alpha / Double(window.size))
    k = Float(window.k)
    beta = Float(window.beta)
  }

  /// s of the elements from `i` on that `load` reads.
  @inline(__always)
  func value(_ load: (UnsafePointer<Float>) -> Vector, _ i: Int) -> Vector {
    var squares = Vector.zero
    for channel in 0..<count {
      let other = load(base + (channel * pixels + i))
      squares = multiplyAdd(other, other, squares)
    }
    return multiplyAdd(squares, Vector(repeating: factor), Vector(repeating: k))
  }

  /// s^-beta.
  @inline(__always)
  func power(_ divisor: Vector) -> Vector { vectorExp(vectorLog(divisor) * -beta) }
}

/// y = x s^-beta.
private struct ResponseLoop: VectorLoop {
  let divisor: ResponseDivisor
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>

  @inline(__always)
  func whole(_ i: Int) { storeVector(loadVector(x + i) * divisor.power(divisor.value({ loadVector($0) }, i)), y + i) }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    let power = divisor.power(divisor.value({ loadVector($0, count: count) }, i))
    storeVector(loadVector(x + i, count: count) * power, y + i, count: count)
  }
}

/// products = dy x s^(-beta - 1), downstream (+)= dy s^-beta.
private struct ResponseTermLoop: VectorLoop {
  let divisor: ResponseDivisor
  let x: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let products: UnsafeMutablePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func whole(_ i: Int) {
    let scale = divisor.value({ loadVector($0) }, i)
    let gradient = loadVector(upstream + i) * divisor.power(scale)
    storeVector(gradient * loadVector(x + i) / scale, products + i)
    storeVector(accumulate ? loadVector(downstream + i) + gradient : gradient, downstream + i)
  }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    let scale = divisor.value({ loadVector($0, count: count) }, i)
    let gradient = loadVector(upstream + i, count: count) * divisor.power(scale)
    storeVector(gradient * loadVector(x + i, count: count) / scale, products + i, count: count)
    storeVector(
      accumulate ? loadVector(downstream + i, count: count) + gradient : gradient, downstream + i, count: count)
  }
}

/// downstream += factor x (sum of `products` over the window).
private struct ResponseSumLoop: VectorLoop {
  let factor: Float
  let x: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  /// The first plane of the window.
  let products: UnsafePointer<Float>
  let count: Int
  let pixels: Int

  @inline(__always)
  private func value(_ load: (UnsafePointer<Float>) -> Vector, _ i: Int) -> Vector {
    var sum = Vector.zero
    for channel in 0..<count { sum += load(products + (channel * pixels + i)) }
    return multiplyAdd(load(x + i) * factor, sum, load(UnsafePointer(downstream) + i))
  }

  @inline(__always)
  func whole(_ i: Int) { storeVector(value({ loadVector($0) }, i), downstream + i) }

  @inline(__always)
  func rest(_ i: Int, _ lanes: Int) {
    storeVector(value({ loadVector($0, count: lanes) }, i), downstream + i, count: lanes)
  }
}
