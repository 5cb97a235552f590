import NNKernelsCommon

/// The largest number of each window, and its place; see `Scalar.maxPool`.
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

/// Sends each window's upstream gradient to the place that `maxPool` wrote; see `Scalar.maxPoolBackward`.
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
  /// Whether windows are 2 x 2 pixels that lie side by side.
  var isPairwise: Bool { kernel == Extent(2, 2) && isTiling }
}

/// The largest number of each window of 2 x 2 pixels that lie side by side, and its place.
///
/// Bytes: 4 for each input, 4 for each output and 4 for each place; bound by memory.
private func maxPoolPairs(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ positions: Buffer<Float>,
  _ workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  workers.run(count: batch * shape.channels, grain: max(1, 16384 / max(1, input.area))) { planes in
    for plane in planes {
      for i in 0..<output.height {
        let above = UnsafePointer(x.base) + (plane * input.area + 2 * i * input.width)
        let place = plane * output.area + i * output.width
        poolPairs(
          above, above + input.width, y.base + place, positions.count > 0 ? positions.base + place : nil, output.width)
      }
    }
  }
}

/// A row of windows. Of two equal numbers the first in the order of rows stays, and a number that is not one stays.
@inline(__always)
func poolPairs(
  _ above: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
  _ positions: UnsafeMutablePointer<Float>?, _ count: Int
) {
  var j = 0
  #if LEVEL_V4 || LEVEL_V3
    while j + 8 <= count {
      poolEight(above + 2 * j, below + 2 * j, y + j, positions.map { $0 + j })
      j += 8
    }
  #endif
  while j + 4 <= count {
    poolFour(above + 2 * j, below + 2 * j, y + j, positions.map { $0 + j })
    j += 4
  }
  while j < count {
    var (best, place) = (above[2 * j], Float(0))
    takeOne(above[2 * j + 1], 1, &best, &place)
    takeOne(below[2 * j], 2, &best, &place)
    takeOne(below[2 * j + 1], 3, &best, &place)
    y[j] = best
    if let positions { positions[j] = place }
    j += 1
  }
}

/// As `take`, by selections instead of branches, which nobody could foresee.
@inline(__always)
private func takeOne(_ value: Float, _ number: Float, _ best: inout Float, _ place: inout Float) {
  let old = best
  best = value > old ? value : old
  place = value > old ? number : place
  best = value == value ? best : value
  place = value == value ? place : number
}

/// Sends each window's upstream gradient to the place that `maxPoolPairs` wrote, zero to the others.
///
/// Bytes: 4 for each upstream gradient and place, 4 for each downstream gradient (8 when accumulating); bound by
/// memory.
private func maxPoolPairsBackward(
  _ shape: Pooling, _ batch: Int, _ positions: Buffer<Float>, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  workers.run(count: batch * shape.channels, grain: max(1, 16384 / max(1, input.area))) { planes in
    for plane in planes {
      let image = downstream.base + plane * input.area
      if !accumulate { clearEdges(shape, image) }
      for i in 0..<output.height {
        let above = image + 2 * i * input.width
        let place = plane * output.area + i * output.width
        spreadRow(
          positions.base + place, upstream.base + place, above, above + input.width, output.width,
          accumulate: accumulate)
      }
    }
  }
}

/// Sets to zero the last row and column if no window covers them.
@inline(__always)
private func clearEdges(_ shape: Pooling, _ image: UnsafeMutablePointer<Float>) {
  let (input, output) = (shape.input, shape.output)
  for row in (2 * output.height)..<input.height {
    (image + row * input.width).update(repeating: 0, count: input.width)
  }
  if 2 * output.width < input.width {
    for row in 0..<input.height { image[row * input.width + 2 * output.width] = 0 }
  }
}

@inline(__always)
private func spreadRow(
  _ positions: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>, _ above: UnsafeMutablePointer<Float>,
  _ below: UnsafeMutablePointer<Float>, _ count: Int, accumulate: Bool
) {
  var j = 0
  #if LEVEL_V4 || LEVEL_V3
    while j + 8 <= count {
      spreadEight(positions + j, upstream + j, above + 2 * j, below + 2 * j, accumulate)
      j += 8
    }
  #endif
  while j + 4 <= count {
    spreadFour(positions + j, upstream + j, above + 2 * j, below + 2 * j, accumulate)
    j += 4
  }
  while j < count {
    let (value, place) = (upstream[j], positions[j])
    put(place == 0 ? value : 0, above + 2 * j, accumulate)
    put(place == 1 ? value : 0, above + (2 * j + 1), accumulate)
    put(place == 2 ? value : 0, below + 2 * j, accumulate)
    put(place == 3 ? value : 0, below + (2 * j + 1), accumulate)
    j += 1
  }
}

@inline(__always)
private func put(_ value: Float, _ target: UnsafeMutablePointer<Float>, _ accumulate: Bool) {
  target.pointee = accumulate ? target.pointee + value : value
}
