extension Scalar {
  public static func normalizeRows(
    _ rows: NormalizedRows<Self>, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool
  ) {
    referenceNormalizeRows(rows, x, y, workers)
  }

  public static func normalizeRowsBackward(
    _ rows: NormalizedRows<Self>, _ x: Buffer<Self>, upstream: Buffer<Self>, gradients: NormalizedRowsGradients<Self>,
    workers: WorkerPool
  ) {
    // Before the gradient of x, which may replace the upstream gradient.
    if gradients.weight != nil || gradients.bias != nil {
      referenceRowParameters(rows, x, upstream, gradients, workers)
    }
    referenceRowGradients(rows, x, upstream, gradients, workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceNormalizeRows<S: Scalar>(
  _ r: NormalizedRows<S>, _ x: Buffer<S>, _ y: Buffer<S>, _ workers: WorkerPool
) {
  workers.run(count: r.rows, grain: max(1, 8192 / max(1, r.columns))) { rows in
    for row in rows {
      let set = StridedSegments(start: row * r.columns, length: r.columns)
      var (mean, variance) = (0.0, 0.0)
      if r.centers {
        let result = referenceMoments(x, set)
        (mean, variance) = (result.mean, result.variance)
      } else {
        for i in set.start..<(set.start + r.columns) { variance += Double(x[i] * x[i]) / Double(r.columns) }
      }
      let (center, scale) = (S(mean), S(1 / (variance + r.epsilon).squareRoot()))
      if r.statistics.count > 0 { (r.statistics[2 * row], r.statistics[2 * row + 1]) = (center, scale) }
      for c in 0..<r.columns {
        let z = (x[set.start + c] - center) * scale
        y[set.start + c] = (r.weight.count > 0 ? z * r.weight[c] : z) + (r.bias.count > 0 ? r.bias[c] : 0)
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceRowGradients<S: Scalar>(
  _ r: NormalizedRows<S>, _ x: Buffer<S>, _ upstream: Buffer<S>, _ gradients: NormalizedRowsGradients<S>,
  _ workers: WorkerPool
) {
  guard let target = gradients.x else { return }
  workers.run(count: r.rows, grain: max(1, 8192 / max(1, r.columns))) { rows in
    for row in rows {
      let start = row * r.columns
      let (mean, reciprocal) = (r.statistics[2 * row], r.statistics[2 * row + 1])
      var (sum, product) = (0.0, 0.0)
      for c in 0..<r.columns {
        let g = r.weight.count > 0 ? upstream[start + c] * r.weight[c] : upstream[start + c]
        sum += Double(g)
        product += Double(g * (x[start + c] - mean))
      }
      let slope = -reciprocal * (S(product / Double(r.columns)) * reciprocal * reciprocal)
      let constant = r.centers ? -reciprocal * S(sum / Double(r.columns)) : 0
      for c in 0..<r.columns {
        let g = r.weight.count > 0 ? upstream[start + c] * r.weight[c] : upstream[start + c]
        let value = reciprocal * g + slope * (x[start + c] - mean) + constant
        target.buffer[start + c] = target.accumulate ? target.buffer[start + c] + value : value
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceRowParameters<S: Scalar>(
  _ r: NormalizedRows<S>, _ x: Buffer<S>, _ upstream: Buffer<S>, _ gradients: NormalizedRowsGradients<S>,
  _ workers: WorkerPool
) {
  workers.run(count: r.columns, grain: max(16, 16384 / max(1, r.rows))) { columns in
    if let weight = gradients.weight {
      if !weight.accumulate { for c in columns { weight.buffer[c] = 0 } }
      for row in 0..<r.rows {
        let (mean, reciprocal) = (r.statistics[2 * row], r.statistics[2 * row + 1])
        let start = row * r.columns
        for c in columns { weight.buffer[c] += upstream[start + c] * ((x[start + c] - mean) * reciprocal) }
      }
    }
    if let bias = gradients.bias {
      if !bias.accumulate { for c in columns { bias.buffer[c] = 0 } }
      for row in 0..<r.rows { for c in columns { bias.buffer[c] += upstream[row * r.columns + c] } }
    }
  }
}
