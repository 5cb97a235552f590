extension Scalar {
  public static func localResponse(
    _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool
  ) {
    referenceLocalResponse(window, extent, x, y, workers)
  }

  public static func localResponseBackward(
    _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Self>, upstream: Buffer<Self>,
    products: Buffer<Self>, downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool
  ) {
    referenceLocalResponseBackward(window, extent, x, upstream, products, downstream, accumulate, workers)
  }
}

/// s[c] = k + alpha / size * sum over the window of channel `c` of x[c']^2, at `pixel` of the sample that starts at `start`.
@inline(__always)
private func divisor<S: Scalar>(
  _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<S>, _ start: Int, _ c: Int, _ pixel: Int
) -> S {
  var squares: S = 0
  for other in window.neighbours(c, extent.channels) {
    let value = x[start + other * extent.pixels + pixel]
    squares += value * value
  }
  return S(window.k) + S(window.alpha / Double(window.size)) * squares
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceLocalResponse<S: Scalar>(
  _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<S>, _ y: Buffer<S>, _ workers: WorkerPool
) {
  workers.run(count: extent.batch, grain: 1) { samples in
    for sample in samples {
      let start = sample * extent.sampleCount
      for c in 0..<extent.channels {
        for pixel in 0..<extent.pixels {
          let i = start + c * extent.pixels + pixel
          y[i] = x[i] * S.pow(divisor(window, extent, x, start, c, pixel), S(-window.beta))
        }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceLocalResponseBackward<S: Scalar>(
  _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<S>, _ upstream: Buffer<S>, _ products: Buffer<S>,
  _ downstream: Buffer<S>, _ accumulate: Bool, _ workers: WorkerPool
) {
  let factor = S(-2 * window.alpha * window.beta / Double(window.size))
  workers.run(count: extent.batch, grain: 1) { samples in
    for sample in samples {
      let start = sample * extent.sampleCount
      for c in 0..<extent.channels {
        for pixel in 0..<extent.pixels {
          let i = start + c * extent.pixels + pixel
          let scale = divisor(window, extent, x, start, c, pixel)
          let power = S.pow(scale, S(-window.beta))
          products[i] = upstream[i] * x[i] * power / scale
          downstream[i] = (accumulate ? downstream[i] : 0) + upstream[i] * power
        }
      }
      for c in 0..<extent.channels {
        for other in window.reached(c, extent.channels) {
          for pixel in 0..<extent.pixels {
            let i = start + c * extent.pixels + pixel
            downstream[i] += factor * x[i] * products[start + other * extent.pixels + pixel]
          }
        }
      }
    }
  }
}
