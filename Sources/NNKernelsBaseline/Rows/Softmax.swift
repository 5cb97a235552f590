import NNKernelsCommon

/// Rows of a chunk, so that it has about 4096 elements.
@inline(__always)
func rowGrain(_ columns: Int) -> Int { max(1, 4096 / max(1, columns)) }

/// y[i, j] = exp(x[i, j] - max of row i) / sum over j' of exp(x[i, j'] - max of row i), see `Scalar.softmax`.
///
/// Bytes: 8 per element; operations: some 20 per element, most of them in the exponential.
func softmax(_ rows: Int, _ columns: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool) {
  if NarrowRows.suits(columns) {
    return softmaxOfNarrowRows(NarrowRows(columns: columns, rows: rows, x: x.base, y: y.base), workers) { _, _ in }
  }
  let vectors = RowVectors(count: columns)
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let target = y.base + row * columns
      _ = exponentials(vectors, x.base + row * columns, target)
    }
  }
}

/// Computes the groups of narrow rows; calls `body` with each group's rows, and their maxima and sums.
@inline(__always)
private func softmaxOfNarrowRows(
  _ narrow: NarrowRows, _ workers: WorkerPool, _ body: (Range<Int>, UnsafePointer<Float>) -> Void
) {
  let groups = (narrow.rows + NarrowRows.groupSize - 1) / NarrowRows.groupSize
  workers.run(count: groups, grain: max(1, rowGrain(narrow.columns) / NarrowRows.groupSize)) { range in
    NarrowRows.withMemory { memory in
      for group in range { body(narrow.compute(group, memory), UnsafePointer(memory.results)) }
    }
  }
}

/// target = softmax(row); returns the row's maximum and the sum of its exponentials.
@inline(__always)
private func exponentials(
  _ vectors: RowVectors, _ row: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
) -> (top: Float, total: Float) {
  let top = vectors.maximum(row)
  let total = vectors.map(row, target, ShiftedExponential(shift: top))
  _ = vectors.map(target, target, Quotient(divisor: total))
  return (top, total)
}

/// downstream (+)= y (upstream - <upstream, y>) for each row, see `Scalar.softmaxBackward`.
///
/// Bytes: 12 per element, 16 when accumulating.
func softmaxBackward(
  _ rows: Int, _ columns: Int, _ output: Buffer<Float>, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  let vectors = RowVectors(count: columns)
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let start = row * columns
      let y = output.base + start
      let gradient = upstream.base + start
      let product = vectors.dot(y, gradient)
      vectors.combine(
        y, gradient, downstream.base + start, accumulate: accumulate, SoftmaxGradient(product: product))
    }
  }
}

/// y[i, j] = x[i, j] - max - log(sum over j' of exp(x[i, j'] - max)) with the maximum of row i, see `Scalar.logSoftmax`.
func logSoftmax(_ rows: Int, _ columns: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool) {
  let vectors = RowVectors(count: columns)
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let input = x.base + row * columns
      let top = vectors.maximum(input)
      let shift = scalarLog(vectors.sum(input, ShiftedExponential(shift: top)))
      _ = vectors.map(input, y.base + row * columns, Difference(first: top, second: shift))
    }
  }
}

/// downstream (+)= upstream - exp(y) sum(upstream) for each row, see `Scalar.logSoftmaxBackward`.
func logSoftmaxBackward(
  _ rows: Int, _ columns: Int, _ output: Buffer<Float>, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  let vectors = RowVectors(count: columns)
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let start = row * columns
      let gradient = upstream.base + start
      let total = vectors.sum(gradient, Identity())
      vectors.combine(
        output.base + start, gradient, downstream.base + start, accumulate: accumulate,
        LogSoftmaxGradient(total: total))
    }
  }
}

/// Softmax and cross-entropy of each row, see `Scalar.softmaxCrossEntropy`. A label outside of 0 ..< columns gives a loss
/// of NaN.
///
/// Bytes: 8 per element and 8 per row; operations: some 20 per element and 30 per row.
func softmaxCrossEntropy(
  _ rows: Int, _ columns: Int, _ logits: Buffer<Float>, _ labels: Buffer<Float>, _ ignored: Float?,
  _ probabilities: Buffer<Float>, _ losses: Buffer<Float>, _ workers: WorkerPool
) {
  /// The loss of a row, log(total) - (correct - top), with the label's logit `correct`.
  @inline(__always)
  func loss(_ row: Int, _ correct: Float, top: Float, total: Float) -> Float {
    if let ignored, labels.base[row] == ignored { return 0 }
    return scalarLog(total) - (correct - top)
  }
  if NarrowRows.suits(columns) {
    // The labels' logits are saved in `losses`: `probabilities` may overwrite `logits`.
    for row in 0..<rows {
      losses.base[row] = column(labels.base[row], columns).map { logits.base[row * columns + $0] } ?? .nan
    }
    let narrow = NarrowRows(columns: columns, rows: rows, x: logits.base, y: probabilities.base)
    return softmaxOfNarrowRows(narrow, workers) { group, results in
      for row in group {
        let lane = row - group.lowerBound
        losses.base[row] = loss(
          row, losses.base[row], top: results[lane], total: results[Vector.scalarCount + lane])
      }
    }
  }
  let vectors = RowVectors(count: columns)
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let input = logits.base + row * columns
      let label = column(labels.base[row], columns)
      // Read before the probabilities are written, which may overwrite the logits.
      let correct = label.map { input[$0] } ?? Float.nan
      let (top, total) = exponentials(vectors, input, probabilities.base + row * columns)
      losses.base[row] = loss(row, correct, top: top, total: total)
    }
  }
}

/// downstream (+)= scale (probabilities - onehot(labels)) for each row, see `Scalar.softmaxCrossEntropyBackward`.
///
/// Bytes: 8 per element, 12 when accumulating.
func softmaxCrossEntropyBackward(
  _ rows: Int, _ columns: Int, _ probabilities: Buffer<Float>, _ labels: Buffer<Float>, _ ignored: Float?,
  _ scale: Float, _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) {
  let vectors = RowVectors(count: columns)
  workers.run(count: rows, grain: rowGrain(columns)) { range in
    for row in range {
      let input = probabilities.base + row * columns
      let target = downstream.base + row * columns
      if let ignored, labels.base[row] == ignored {
        if !accumulate { target.update(repeating: 0, count: columns) }
        continue
      }
      let label = column(labels.base[row], columns)
      let before = label.map { (probability: input[$0], gradient: accumulate ? target[$0] : 0) }
      vectors.combine(input, input, target, accumulate: accumulate, Multiple(factor: scale))
      if let label, let before { target[label] = before.gradient + scale * (before.probability - 1) }
    }
  }
}

/// The column index of a label; nil outside of 0 ..< columns.
@inline(__always)
private func column(_ label: Float, _ columns: Int) -> Int? {
  label >= 0 && label < Float(columns) ? Int(label) : nil
}

private struct ShiftedExponential: VectorFunction {
  let shift: Float
  @inline(__always) func value(_ x: Vector) -> Vector { vectorExp(x - shift) }
}

private struct Quotient: VectorFunction {
  let divisor: Float
  @inline(__always) func value(_ x: Vector) -> Vector { x / divisor }
}

private struct Difference: VectorFunction {
  let first: Float
  let second: Float
  @inline(__always) func value(_ x: Vector) -> Vector { x - first - second }
}

private struct SoftmaxGradient: PairFunction {
  let product: Float
  @inline(__always) func value(_ y: Vector, _ upstream: Vector) -> Vector { y * (upstream - product) }
}

private struct LogSoftmaxGradient: PairFunction {
  let total: Float
  @inline(__always) func value(_ y: Vector, _ upstream: Vector) -> Vector { upstream - vectorExp(y) * total }
}

private struct Multiple: PairFunction {
  let factor: Float
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x * factor }
}
