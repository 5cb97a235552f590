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
  private var grain: Int { max(layout.pixels == 1 ? 16 : 1, 16384 / max(1, batch * layout.pixels)) }

  /// A channel's planes in all samples.
  private func planes(_ channel: Int) -> Stretches {
    Stretches(
      start: channel * layout.pixels, segments: batch, stride: layout.channels * layout.pixels, length: layout.pixels)
  }

  /// A plane of one sample.
  private func plane(_ plane: Int) -> Stretches { Stretches(start: plane * layout.pixels, length: layout.pixels) }

  /// Mean and biased variance of each channel. Bytes: those of x, once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func moments(means: Buffer<S>, variances: Buffer<S>) {
    guard layout.pixels > 1 else { return rowMoments(x, layout.channels, batch, grain, means, variances, workers) }
    workers.run(count: layout.channels, grain: grain) { range in
      for c in range {
        let result = S.moments(x, planes(c))
        (means[c], variances[c]) = (S(result.mean), S(result.variance))
      }
    }
  }

  /// For each channel the sums of y and of y (x - center). Bytes: those of x and y, once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func products(_ y: Buffer<S>, centers: Buffer<S>, sums: Buffer<S>, products: Buffer<S>) {
    guard layout.pixels > 1 else {
      return rowProducts(y, x, layout.channels, batch, grain, centers, sums, products, workers)
    }
    workers.run(count: layout.channels, grain: grain) { range in
      for c in range {
        let result = S.deviationSums(y, x, center: centers[c], planes(c))
        (sums[c], products[c]) = (S(result.sum), S(result.product))
      }
    }
  }

  /// y = scale (x - center) + shift, and zero instead of negative numbers if it rectifies. Without shifts they are 0.
  /// Bytes: those of x and y, once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func map(centers: Buffer<S>, scale: Buffer<S>, shift: Buffer<S>, into y: Buffer<S>, rectifies: Bool) {
    guard layout.pixels > 1 else {
      return rowMap(x, layout.channels, batch, centers, scale, shift, y, rectifies, workers)
    }
    workers.run(count: batch * layout.channels, grain: max(1, 16384 / layout.pixels)) { range in
      for index in range {
        let c = index % layout.channels
        let map = AffineMap(center: centers[c], scale: scale[c], shift: shift.count > 0 ? shift[c] : 0)
        S.map(x, map, plane(index), rectifies: rectifies, into: y)
      }
    }
  }

  /// downstream (+)= factor y + slope (x - center) + constant. Bytes: those of x, y and downstream, once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func combine(
    _ y: Buffer<S>, factor: Buffer<S>, slope: Buffer<S>, centers: Buffer<S>, constant: Buffer<S>,
    into downstream: GradientSlot<S>
  ) {
    guard layout.pixels > 1 else {
      return rowCombine(y, x, layout.channels, batch, factor, slope, centers, constant, downstream, workers)
    }
    let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
    workers.run(count: batch * layout.channels, grain: max(1, 16384 / layout.pixels)) { range in
      for index in range {
        let c = index % layout.channels
        let combination = LinearCombination(
          factor: factor[c], slope: slope[c], center: centers[c], constant: constant[c])
        S.combine(y, x, combination, plane(index), into: target, accumulate: accumulates)
      }
    }
  }
}

// Channels of one number each lie side by side in a sample: loops go along them, sample by sample.

@specialized(where S == Float)
@specialized(where S == Double)
private func rowMoments<S: Scalar>(
  _ x: Buffer<S>, _ channels: Int, _ batch: Int, _ grain: Int, _ means: Buffer<S>, _ variances: Buffer<S>,
  _ workers: WorkerPool
) {
  workers.run(count: channels, grain: grain) { range in
    // First the means, then the deviations from them.
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
private func rowProducts<S: Scalar>(
  _ y: Buffer<S>, _ x: Buffer<S>, _ channels: Int, _ batch: Int, _ grain: Int, _ centers: Buffer<S>,
  _ sums: Buffer<S>, _ products: Buffer<S>, _ workers: WorkerPool
) {
  workers.run(count: channels, grain: grain) { range in
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
private func rowMap<S: Scalar>(
  _ x: Buffer<S>, _ channels: Int, _ batch: Int, _ centers: Buffer<S>, _ scale: Buffer<S>, _ shift: Buffer<S>,
  _ y: Buffer<S>, _ rectifies: Bool, _ workers: WorkerPool
) {
  workers.run(count: batch, grain: max(1, 16384 / channels)) { samples in
    for sample in samples {
      let start = sample * channels
      for c in 0..<channels { y[start + c] = (x[start + c] - centers[c]) * scale[c] }
      if shift.count > 0 {
        for c in 0..<channels { y[start + c] += shift[c] }
      }
      if rectifies {
        for i in start..<(start + channels) where y[i] < 0 { y[i] = 0 }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func rowCombine<S: Scalar>(
  _ y: Buffer<S>, _ x: Buffer<S>, _ channels: Int, _ batch: Int, _ factor: Buffer<S>, _ slope: Buffer<S>,
  _ centers: Buffer<S>, _ constant: Buffer<S>, _ downstream: GradientSlot<S>, _ workers: WorkerPool
) {
  let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
  workers.run(count: batch, grain: max(1, 16384 / channels)) { samples in
    for sample in samples {
      for c in 0..<channels {
        let i = sample * channels + c
        let value = factor[c] * y[i] + slope[c] * (x[i] - centers[c]) + constant[c]
        target[i] = accumulates ? target[i] + value : value
      }
    }
  }
}
