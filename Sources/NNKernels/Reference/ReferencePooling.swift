extension Scalar {
  public static func maxPool(
    _ shape: Pooling, batch: Int, _ x: Buffer<Self>, into y: Buffer<Self>, positions: Buffer<Self>, workers: WorkerPool
  ) {
    referenceMaxPool(shape, batch: batch, x, into: y, positions: positions, workers: workers)
  }

  public static func maxPoolBackward(
    _ shape: Pooling, batch: Int, positions: Buffer<Self>, upstream: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool
  ) {
    referenceMaxPoolBackward(shape, batch: batch, positions, upstream, downstream, accumulate, workers: workers)
  }

  public static func averagePool(
    _ shape: Pooling, batch: Int, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool
  ) {
    referenceAveragePool(shape, batch: batch, x, into: y, workers: workers)
  }

  public static func averagePoolBackward(
    _ shape: Pooling, batch: Int, upstream: Buffer<Self>, downstream: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool
  ) {
    referenceAveragePoolBackward(shape, batch: batch, upstream, downstream, accumulate, workers: workers)
  }
}

/// Calls `body` with every plane of [batch, channels], in chunks of about equal work.
@inline(__always)
private func forEachPlane(_ shape: Pooling, _ batch: Int, _ workers: WorkerPool, _ body: (Int) -> Void) {
  let work = shape.output.area * shape.kernel.area + shape.input.area
  workers.run(count: batch * shape.channels, grain: max(1, 16384 / max(1, work))) { range in
    for plane in range { body(plane) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceMaxPool<S: Scalar>(
  _ shape: Pooling, batch: Int, _ x: Buffer<S>, into y: Buffer<S>, positions: Buffer<S>, workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  forEachPlane(shape, batch, workers) { plane in
    let source = plane * input.area
    for i in 0..<output.height {
      let rows = shape.rows(i)
      for j in 0..<output.width {
        let columns = shape.columns(j)
        var best = source + rows.lowerBound * input.width + columns.lowerBound
        var (row, column) = (rows.lowerBound, columns.lowerBound)
        for r in rows {
          for c in columns {
            let index = source + r * input.width + c
            // The first of equal pixels; NaN is kept.
            if x[index] > x[best] || x[index].isNaN { (best, row, column) = (index, r, c) }
          }
        }
        let target = plane * output.area + i * output.width + j
        y[target] = x[best]
        if positions.count > 0 {
          let u = row - (i * shape.stride.height - shape.padding.height)
          let v = column - (j * shape.stride.width - shape.padding.width)
          positions[target] = S(u * shape.kernel.width + v)
        }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceMaxPoolBackward<S: Scalar>(
  _ shape: Pooling, batch: Int, _ positions: Buffer<S>, _ upstream: Buffer<S>, _ downstream: Buffer<S>,
  _ accumulate: Bool, workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  forEachPlane(shape, batch, workers) { plane in
    let target = downstream.slice(from: plane * input.area, count: input.area)
    if !accumulate { target.fill(0) }
    for i in 0..<output.height {
      let top = i * shape.stride.height - shape.padding.height
      for j in 0..<output.width {
        let left = j * shape.stride.width - shape.padding.width
        let index = plane * output.area + i * output.width + j
        let position = Int(positions[index])
        let (u, v) = (position / shape.kernel.width, position % shape.kernel.width)
        target[(top + u) * input.width + left + v] += upstream[index]
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceAveragePool<S: Scalar>(
  _ shape: Pooling, batch: Int, _ x: Buffer<S>, into y: Buffer<S>, workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  forEachPlane(shape, batch, workers) { plane in
    let source = plane * input.area
    for i in 0..<output.height {
      let rows = shape.rows(i)
      for j in 0..<output.width {
        let columns = shape.columns(j)
        var total: S = 0
        for r in rows {
          var part: S = 0
          for c in columns { part += x[source + r * input.width + c] }
          total += part
        }
        y[plane * output.area + i * output.width + j] = total / S(shape.divisor(i, j))
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceAveragePoolBackward<S: Scalar>(
  _ shape: Pooling, batch: Int, _ upstream: Buffer<S>, _ downstream: Buffer<S>, _ accumulate: Bool,
  workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  forEachPlane(shape, batch, workers) { plane in
    let target = downstream.slice(from: plane * input.area, count: input.area)
    if !accumulate { target.fill(0) }
    for i in 0..<output.height {
      let rows = shape.rows(i)
      for j in 0..<output.width {
        let columns = shape.columns(j)
        let share = upstream[plane * output.area + i * output.width + j] / S(shape.divisor(i, j))
        for r in rows {
          for c in columns { target[r * input.width + c] += share }
        }
      }
    }
  }
}
