extension Scalar {
  public static func softmax(
    rows: Int, columns: Int, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool
  ) {
    referenceSoftmax(rows: rows, columns: columns, x, into: y, workers: workers)
  }

  public static func softmaxBackward(
    rows: Int, columns: Int, output: Buffer<Self>, upstream: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool
  ) {
    referenceSoftmaxBackward(
      rows: rows, columns: columns, output: output, upstream: upstream, downstream: downstream,
      accumulate: accumulate, workers: workers)
  }

  public static func logSoftmax(
    rows: Int, columns: Int, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool
  ) {
    referenceLogSoftmax(rows: rows, columns: columns, x, into: y, workers: workers)
  }

  public static func logSoftmaxBackward(
    rows: Int, columns: Int, output: Buffer<Self>, upstream: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool
  ) {
    referenceLogSoftmaxBackward(
      rows: rows, columns: columns, output: output, upstream: upstream, downstream: downstream,
      accumulate: accumulate, workers: workers)
  }

  public static func columnSums(
    rows: Int, columns: Int, _ x: Buffer<Self>, into sums: Buffer<Self>, accumulate: Bool, workers: WorkerPool
  ) {
    referenceColumnSums(rows: rows, columns: columns, x, into: sums, accumulate: accumulate, workers: workers)
  }

  public static func softmaxCrossEntropy(
    rows: Int, columns: Int, logits: Buffer<Self>, labels: Buffer<Self>, ignored: Self?,
    probabilities: Buffer<Self>, losses: Buffer<Self>, workers: WorkerPool
  ) {
    referenceSoftmaxCrossEntropy(
      rows: rows, columns: columns, logits: logits, labels: labels, ignored: ignored, probabilities: probabilities,
      losses: losses, workers: workers)
  }

  public static func softmaxCrossEntropyBackward(
    rows: Int, columns: Int, probabilities: Buffer<Self>, labels: Buffer<Self>, ignored: Self?, scale: Self,
    downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool
  ) {
    referenceSoftmaxCrossEntropyBackward(
      rows: rows, columns: columns, probabilities: probabilities, labels: labels, ignored: ignored, scale: scale,
      downstream: downstream, accumulate: accumulate, workers: workers)
  }
}

/// Rows of a chunk, so that it has about 4096 elements.
private func rowGrain(_ columns: Int) -> Int { max(1, 4096 / max(1, columns)) }

/// The largest element, or NaN where there is one.
private func maximum<S: Scalar>(_ x: Buffer<S>) -> S {
  var result = -S.infinity
  for i in 0..<x.count where !(x[i] <= result) { result = x[i] }
  return result
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceSoftmax<S: Scalar>(
  rows: Int, columns: Int, _ x: Buffer<S>, into y: Buffer<S>, workers: WorkerPool
) {
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let input = x.slice(from: row * columns, count: columns)
      let output = y.slice(from: row * columns, count: columns)
      let top = maximum(input)
      var total: S = 0
      for j in 0..<columns {
        let e = S.exp(input[j] - top)
        output[j] = e
        total += e
      }
      for j in 0..<columns { output[j] /= total }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceSoftmaxBackward<S: Scalar>(
  rows: Int, columns: Int, output: Buffer<S>, upstream: Buffer<S>, downstream: Buffer<S>, accumulate: Bool,
  workers: WorkerPool
) {
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let start = row * columns
      var dot: S = 0
      for j in start..<(start + columns) { dot += upstream[j] * output[j] }
      for j in start..<(start + columns) {
        let gradient = output[j] * (upstream[j] - dot)
        downstream[j] = accumulate ? downstream[j] + gradient : gradient
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceLogSoftmax<S: Scalar>(
  rows: Int, columns: Int, _ x: Buffer<S>, into y: Buffer<S>, workers: WorkerPool
) {
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let input = x.slice(from: row * columns, count: columns)
      let output = y.slice(from: row * columns, count: columns)
      let top = maximum(input)
      var total: S = 0
      for j in 0..<columns { total += S.exp(input[j] - top) }
      let shift = S.log(total)
      for j in 0..<columns { output[j] = input[j] - top - shift }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceLogSoftmaxBackward<S: Scalar>(
  rows: Int, columns: Int, output: Buffer<S>, upstream: Buffer<S>, downstream: Buffer<S>, accumulate: Bool,
  workers: WorkerPool
) {
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let start = row * columns
      var total: S = 0
      for j in start..<(start + columns) { total += upstream[j] }
      for j in start..<(start + columns) {
        let gradient = upstream[j] - S.exp(output[j]) * total
        downstream[j] = accumulate ? downstream[j] + gradient : gradient
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceColumnSums<S: Scalar>(
  rows: Int, columns: Int, _ x: Buffer<S>, into sums: Buffer<S>, accumulate: Bool, workers: WorkerPool
) {
  if !accumulate { sums.fill(0) }
  for row in 0..<rows {
    for j in 0..<columns { sums[j] += x[row * columns + j] }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceSoftmaxCrossEntropy<S: Scalar>(
  rows: Int, columns: Int, logits: Buffer<S>, labels: Buffer<S>, ignored: S?, probabilities: Buffer<S>,
  losses: Buffer<S>, workers: WorkerPool
) {
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let input = logits.slice(from: row * columns, count: columns)
      let output = probabilities.slice(from: row * columns, count: columns)
      let top = maximum(input)
      let counts = ignored.map { labels[row] != $0 } ?? true
      let correct: S = counts ? input[Int(labels[row])] : 0
      var total: S = 0
      for j in 0..<columns {
        let e = S.exp(input[j] - top)
        output[j] = e
        total += e
      }
      losses[row] = counts ? S.log(total) - (correct - top) : 0
      for j in 0..<columns { output[j] /= total }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceSoftmaxCrossEntropyBackward<S: Scalar>(
  rows: Int, columns: Int, probabilities: Buffer<S>, labels: Buffer<S>, ignored: S?, scale: S,
  downstream: Buffer<S>, accumulate: Bool, workers: WorkerPool
) {
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let start = row * columns
      let counts = ignored.map { labels[row] != $0 } ?? true
      let label = counts ? Int(labels[row]) : -1
      for j in 0..<columns {
        let gradient = counts ? scale * (probabilities[start + j] - (j == label ? 1 : 0)) : 0
        downstream[start + j] = accumulate ? downstream[start + j] + gradient : gradient
      }
    }
  }
}
