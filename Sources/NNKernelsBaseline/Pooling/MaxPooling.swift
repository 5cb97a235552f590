import NNKernelsCommon

/// y = the maximum of each window, positions = its argmax as a tap number; see `Scalar.maxPool`.
func maxPool(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ positions: Buffer<Float>,
  _ workers: WorkerPool
) {
  if shape.isPairwise {
    maxPoolPairs(shape, batch, x, y, positions, workers)
  } else {
    maxPoolWindows(shape, batch, x, y, positions, workers)
  }
}

/// downstream (+)= each window's upstream gradient at its argmax, as `maxPool` wrote it; see `Scalar.maxPoolBackward`.
func maxPoolBackward(
  _ shape: Pooling, _ batch: Int, _ positions: Buffer<Float>, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  if shape.isPairwise {
    maxPoolPairsBackward(shape, batch, positions, upstream, downstream, accumulate, workers)
  } else {
    maxPoolWindowsBackward(shape, batch, positions, upstream, downstream, accumulate, workers)
  }
}

extension Pooling {
  /// Whether windows are 2 x 2 pixels with stride 2, no padding, and all inside the input.
  var isPairwise: Bool { kernel == Extent(2, 2) && isTiling }
}

/// `maxPool` for windows of 2 x 2 pixels with stride 2.
///
/// Bytes: 4 for each input, 4 for each output and 4 for each position; bound by memory.
private func maxPoolPairs(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ positions: Buffer<Float>,
  _ workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  workers.run(count: batch * shape.channels, grain: max(1, 16384 / max(1, input.area))) { planes in
    for plane in planes {
      for i in 0..<output.height {
        let above = UnsafePointer(x.base) + (plane * input.area + 2 * i * input.width)
        let window = plane * output.area + i * output.width
        poolPairs(
          above, above + input.width, y.base + window, positions.count > 0 ? positions.base + window : nil,
          output.width)
      }
    }
  }
}

/// The maxima of `count` windows of 2 x 2 pixels over the rows `above` and `below`, and their taps if `taps` is given.
/// The first of equal numbers in row-major order wins, and so does NaN.
@inline(__always)
func poolPairs(
  _ above: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
  _ taps: UnsafeMutablePointer<Float>?, _ count: Int
) {
  var j = 0
  while j + PixelVector.scalarCount <= count {
    poolVector(above + 2 * j, below + 2 * j, y + j, advance(taps, j))
    j += PixelVector.scalarCount
  }
  #if LEVEL_V4 || LEVEL_V3
    if j + 4 <= count {
      poolHalfVector(above + 2 * j, below + 2 * j, y + j, advance(taps, j))
      j += 4
    }
  #endif
  while j < count {
    var (best, tap) = (above[2 * j], Float(0))
    take(above[2 * j + 1], 1, &best, &tap)
    take(below[2 * j], 2, &best, &tap)
    take(below[2 * j + 1], 3, &best, &tap)
    y[j] = best
    if let taps { taps[j] = tap }
    j += 1
  }
}

@_transparent
private func advance(_ pointer: UnsafeMutablePointer<Float>?, _ count: Int) -> UnsafeMutablePointer<Float>? {
  guard let pointer else { return nil }
  return pointer + count
}

/// A step of the scalar remainder: conditional moves instead of branches, which would be mispredicted.
@inline(__always)
private func take(_ value: Float, _ number: Float, _ best: inout Float, _ tap: inout Float) {
  let old = best
  best = value > old ? value : old
  tap = value > old ? number : tap
  best = value == value ? best : value
  tap = value == value ? tap : number
}

/// `maxPoolBackward` for windows of 2 x 2 pixels with stride 2: a scatter without conflicts.
///
/// Bytes: 4 for each upstream gradient and position, 4 for each downstream gradient (8 when accumulating); bound by
/// memory.
private func maxPoolPairsBackward(
  _ shape: Pooling, _ batch: Int, _ positions: Buffer<Float>, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  workers.run(count: batch * shape.channels, grain: max(1, 16384 / max(1, input.area))) { planes in
    for plane in planes {
      let image = downstream.base + plane * input.area
      if !accumulate { clearRemainder(shape, image) }
      for i in 0..<output.height {
        let above = image + 2 * i * input.width
        let window = plane * output.area + i * output.width
        scatterRow(
          positions.base + window, upstream.base + window, above, above + input.width, output.width,
          accumulate: accumulate)
      }
    }
  }
}

/// Sets the last row and column to zero where the sizes are odd and no window covers them.
@inline(__always)
private func clearRemainder(_ shape: Pooling, _ image: UnsafeMutablePointer<Float>) {
  let (input, output) = (shape.input, shape.output)
  for row in (2 * output.height)..<input.height {
    (image + row * input.width).update(repeating: 0, count: input.width)
  }
  if 2 * output.width < input.width {
    for row in 0..<input.height { image[row * input.width + 2 * output.width] = 0 }
  }
}

/// Scatters the gradients of `count` windows to their taps in the rows `above` and `below`.
@inline(__always)
private func scatterRow(
  _ taps: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>, _ above: UnsafeMutablePointer<Float>,
  _ below: UnsafeMutablePointer<Float>, _ count: Int, accumulate: Bool
) {
  var j = 0
  while j + PixelVector.scalarCount <= count {
    scatterVector(taps + j, upstream + j, above + 2 * j, below + 2 * j, accumulate)
    j += PixelVector.scalarCount
  }
  #if LEVEL_V4 || LEVEL_V3
    if j + 4 <= count {
      scatterHalfVector(taps + j, upstream + j, above + 2 * j, below + 2 * j, accumulate)
      j += 4
    }
  #endif
  while j < count {
    let (value, tap) = (upstream[j], taps[j])
    put(tap == 0 ? value : 0, above + 2 * j, accumulate)
    put(tap == 1 ? value : 0, above + (2 * j + 1), accumulate)
    put(tap == 2 ? value : 0, below + 2 * j, accumulate)
    put(tap == 3 ? value : 0, below + (2 * j + 1), accumulate)
    j += 1
  }
}

@inline(__always)
private func put(_ value: Float, _ target: UnsafeMutablePointer<Float>, _ accumulate: Bool) {
  target.pointee = accumulate ? target.pointee + value : value
}
