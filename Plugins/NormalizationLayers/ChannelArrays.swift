import NNCore
import NNKernels

/// The channels of a batch [batch, channels, pixels], each to be treated as one set of numbers.
///
/// Chunks are some channels over the whole batch, so nothing is added across chunks. All work here is bound by reading
/// and writing the arrays.
struct ChannelArrays<S: Scalar> {
  let x: Buffer<S>
  let layout: ChannelLayout
  let batch: Int
  let workers: WorkerPool

  init(_ x: Buffer<S>, layout: ChannelLayout, batch: Int, workers: WorkerPool) {
    self.x = x
    self.layout = layout
    self.batch = batch
    self.workers = workers
  }

  /// Channels that make a chunk.
  var grain: Int { max(layout.pixels == 1 ? 16 : 1, 16384 / max(1, batch * layout.pixels)) }

  /// Mean and biased variance of each channel. Bytes: those of x, once.
  func moments(means: Buffer<S>, variances: Buffer<S>) {
    channelMoments(x, layout, batch, grain, means, variances, workers)
  }

  /// For each channel the sums of y and of y (x - center). Bytes: those of x and y, once.
  func products(_ y: Buffer<S>, centers: Buffer<S>, sums: Buffer<S>, products: Buffer<S>) {
    channelProducts(y, x, layout, batch, grain, centers, sums, products, workers)
  }

  /// y = scale x + shift, and zero instead of negative numbers if it rectifies. Bytes: those of x and y, once.
  func map(scale: Buffer<S>, shift: Buffer<S>, into y: Buffer<S>, rectifies: Bool) {
    channelMap(x, layout, batch, scale, shift, y, rectifies, workers)
  }

  /// downstream (+)= factor y + slope (x - center) + constant. Bytes: those of x, y and downstream, once.
  func combine(
    _ y: Buffer<S>, factor: Buffer<S>, slope: Buffer<S>, centers: Buffer<S>, constant: Buffer<S>,
    into downstream: GradientSlot<S>
  ) {
    channelCombine(y, x, layout, batch, factor, slope, centers, constant, downstream, workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func channelMoments<S: Scalar>(
  _ x: Buffer<S>, _ layout: ChannelLayout, _ batch: Int, _ grain: Int, _ means: Buffer<S>, _ variances: Buffer<S>,
  _ workers: WorkerPool
) {
  let (channels, pixels) = (layout.channels, layout.pixels)
  workers.run(count: channels, grain: grain) { range in
    if pixels > 1 {
      for c in range {
        let result = Sums.moments(
          x, start: c * pixels, segments: batch, stride: channels * pixels, length: pixels)
        means[c] = S(result.mean)
        variances[c] = S(result.variance)
      }
      return
    }
    // Rows of channels: first the means, then the deviations from them.
    for c in range { (means[c], variances[c]) = (0, 0) }
    for sample in 0..<batch {
      for c in range { means[c] += x[sample * channels + c] }
    }
    for c in range { means[c] /= S(batch) }
    for sample in 0..<batch {
      for c in range {
        let deviation = x[sample * channels + c] - means[c]
        variances[c] += deviation * deviation
      }
    }
    for c in range { variances[c] /= S(batch) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func channelProducts<S: Scalar>(
  _ y: Buffer<S>, _ x: Buffer<S>, _ layout: ChannelLayout, _ batch: Int, _ grain: Int, _ centers: Buffer<S>,
  _ sums: Buffer<S>, _ products: Buffer<S>, _ workers: WorkerPool
) {
  let (channels, pixels) = (layout.channels, layout.pixels)
  workers.run(count: channels, grain: grain) { range in
    if pixels > 1 {
      for c in range {
        let result = Sums.products(
          y, x, center: centers[c], start: c * pixels, segments: batch, stride: channels * pixels, length: pixels)
        sums[c] = S(result.sum)
        products[c] = S(result.product)
      }
      return
    }
    for c in range { (sums[c], products[c]) = (0, 0) }
    for sample in 0..<batch {
      for c in range {
        let value = y[sample * channels + c]
        sums[c] += value
        products[c] += value * (x[sample * channels + c] - centers[c])
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func channelMap<S: Scalar>(
  _ x: Buffer<S>, _ layout: ChannelLayout, _ batch: Int, _ scale: Buffer<S>, _ shift: Buffer<S>, _ y: Buffer<S>,
  _ rectifies: Bool, _ workers: WorkerPool
) {
  let (channels, pixels) = (layout.channels, layout.pixels)
  if pixels == 1 {
    workers.run(count: batch, grain: max(1, 16384 / channels)) { samples in
      for sample in samples {
        let start = sample * channels
        for c in 0..<channels { y[start + c] = x[start + c] * scale[c] + shift[c] }
        if rectifies {
          for i in start..<(start + channels) where y[i] < 0 { y[i] = 0 }
        }
      }
    }
    return
  }
  workers.run(count: batch * channels, grain: max(1, 16384 / pixels)) { planes in
    for plane in planes {
      let (factor, constant) = (scale[plane % channels], shift[plane % channels])
      let start = plane * pixels
      if rectifies {
        for i in start..<(start + pixels) {
          let value = x[i] * factor + constant
          y[i] = value < 0 ? 0 : value
        }
      } else {
        for i in start..<(start + pixels) { y[i] = x[i] * factor + constant }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func channelCombine<S: Scalar>(
  _ y: Buffer<S>, _ x: Buffer<S>, _ layout: ChannelLayout, _ batch: Int, _ factor: Buffer<S>, _ slope: Buffer<S>,
  _ centers: Buffer<S>, _ constant: Buffer<S>, _ downstream: GradientSlot<S>, _ workers: WorkerPool
) {
  let (channels, pixels) = (layout.channels, layout.pixels)
  let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
  if pixels == 1 {
    workers.run(count: batch, grain: max(1, 16384 / channels)) { samples in
      for sample in samples {
        for c in 0..<channels {
          let i = sample * channels + c
          let value = factor[c] * y[i] + slope[c] * (x[i] - centers[c]) + constant[c]
          target[i] = accumulates ? target[i] + value : value
        }
      }
    }
    return
  }
  workers.run(count: batch * channels, grain: max(1, 16384 / pixels)) { planes in
    for plane in planes {
      let c = plane % channels
      let (a, b, m, k) = (factor[c], slope[c], centers[c], constant[c])
      let start = plane * pixels
      if accumulates {
        for i in start..<(start + pixels) { target[i] += a * y[i] + b * (x[i] - m) + k }
      } else {
        for i in start..<(start + pixels) { target[i] = a * y[i] + b * (x[i] - m) + k }
      }
    }
  }
}
