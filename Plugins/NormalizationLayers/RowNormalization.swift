import NNCore
import NNKernels

/// A layer that normalizes each row (the last dimensions of a sample) to mean 0 and variance 1, or only to mean square
/// 1, then applies a learned affine map per column.
public protocol RowNormalization: DeclaredLayer {
  /// The number of last dimensions that form a row.
  var dimensions: Int { get }
  /// Epsilon, added to the variance or the mean square.
  var epsilon: Double { get }
  /// Whether a learned affine map follows.
  var isAffine: Bool { get }
  /// Whether the mean is subtracted, and a learned shift added.
  var centers: Bool { get }
}

extension RowNormalization {
  /// One output of the input's shape; parameters of a row's shape if affine. Throws an `ElementError` for an input of
  /// fewer dimensions.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let name = Self.schema.name
    guard inputs[0].rank >= dimensions, let row = Shape(Array(inputs[0].dimensions.suffix(dimensions))) else {
      throw ElementError(
        code: "shape-mismatch",
        "<\(name)> normalizes \(dimensions) dimensions together, but its input has the shape \(inputs[0])",
        attribute: "dimensions")
    }
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [inputs[0]],
      parameters: isAffine ? NormalizationAttributes.parameters(row, hasShift: centers) : [],
      savedPerSample: 2 * (count / row.elementCount), backwardNeeds: .inputs, forwardOperations: 6 * count,
      backwardOperations: 12 * count)
  }

  /// Computes each step by itself, unless the dimensions that are normalized together count the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    let rank = inputs[0].rank
    return [try SequenceLength.kept(lengths, by: schema.name, across: (rank - dimensions)..<rank)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y = w (x - mean) / sqrt(variance + epsilon) + b over each row; mean and b are 0 where rows are not centred.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let none = context.scratch.slice(from: 0, count: 0)
    RowArrays(
      x: context.input.buffer, columns: columns(context.input.shape.sample), centers: centers,
      weight: isAffine ? context.parameters[0].buffer : none, saved: context.saved, workers: context.workers
    ).forward(
      into: context.output.buffer, bias: isAffine && centers ? context.parameters[1].buffer : none, epsilon: epsilon)
  }

  /// The gradients of x through the row's statistics, of w and of b.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let none = context.scratch.slice(from: 0, count: 0)
    let rows = RowArrays(
      x: context.inputs[0].buffer, columns: columns(context.inputs[0].shape.sample), centers: centers,
      weight: isAffine ? context.parameters[0].buffer : none, saved: context.saved, workers: context.workers)
    let upstream = context.upstream[0].buffer
    if isAffine {
      let (weight, bias) = (context.parameterGradients[0], centers ? context.parameterGradients[1] : nil)
      if weight.isWanted || bias?.isWanted ?? false { rows.parameterGradients(upstream, weight, bias) }
    }
    if context.downstream[0].isWanted { rows.backward(upstream, into: context.downstream[0]) }
  }

  private func columns(_ sample: Shape) -> Int {
    var count = 1
    for axis in (sample.rank - dimensions)..<sample.rank { count *= sample[axis] }
    return count
  }
}

/// The rows of an array, each normalized by itself; see `RowNormalization`. Bound by memory.
struct RowArrays<S: Scalar> {
  let x: Buffer<S>
  let columns: Int
  let centers: Bool
  /// One number for each column, or none.
  let weight: Buffer<S>
  /// Two numbers for each row, the mean and the reciprocal deviation; or none.
  let saved: Buffer<S>
  let workers: WorkerPool

  /// y = w (x - mean) / sqrt(variance + epsilon) + b
  func forward(into y: Buffer<S>, bias: Buffer<S>, epsilon: Double) {
    rowForward(x, columns, centers, weight, bias, saved, epsilon, y, workers)
  }

  /// dw = sum over the rows of dy (x - mean) / deviation, db = sum of dy.
  func parameterGradients(_ upstream: Buffer<S>, _ weight: GradientSlot<S>, _ bias: GradientSlot<S>?) {
    rowParameters(x, upstream, columns, saved, weight, bias ?? weight, hasBias: bias != nil, workers)
  }

  /// dx = r (g - mean(g) - z mean(g z)) with g = dy w, z = (x - mean) r; without mean(g) unless it centers.
  func backward(_ upstream: Buffer<S>, into downstream: GradientSlot<S>) {
    rowBackward(x, upstream, columns, centers, weight, saved, downstream, workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func rowForward<S: Scalar>(
  _ x: Buffer<S>, _ columns: Int, _ centers: Bool, _ weight: Buffer<S>, _ bias: Buffer<S>, _ saved: Buffer<S>,
  _ epsilon: Double, _ y: Buffer<S>, _ workers: WorkerPool
) {
  workers.run(count: x.count / columns, grain: max(1, 16384 / columns)) { rows in
    for row in rows {
      let start = row * columns
      let (mean, reciprocal): (S, S)
      if centers {
        let result = S.moments(x, StridedSegments(start: start, length: columns))
        (mean, reciprocal) = (S(result.mean), S(1 / (result.variance + epsilon).squareRoot()))
      } else {
        let squares = S.deviationSums(x, x, center: 0, StridedSegments(start: start, length: columns)).product
        (mean, reciprocal) = (0, S(1 / (squares / Double(columns) + epsilon).squareRoot()))
      }
      if saved.count > 0 { (saved[2 * row], saved[2 * row + 1]) = (mean, reciprocal) }
      let map = CenteredScale(center: mean, scale: reciprocal, shift: 0)
      S.map(x, map, StridedSegments(start: start, length: columns), rectifies: false, into: y)
      guard weight.count > 0 else { continue }
      let own = ColumnMap(center: y.slice(from: 0, count: 0), scale: weight, shift: bias)
      S.mapColumns(
        y, own, Columns(rows: row..<(row + 1), range: 0..<columns, stride: columns), rectifies: false, into: y)
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func rowParameters<S: Scalar>(
  _ x: Buffer<S>, _ upstream: Buffer<S>, _ columns: Int, _ saved: Buffer<S>, _ weight: GradientSlot<S>,
  _ bias: GradientSlot<S>, hasBias: Bool, _ workers: WorkerPool
) {
  let rows = x.count / columns
  let (dw, db) = (weight.tensor.buffer, bias.tensor.buffer)
  let (wantsWeight, wantsBias) = (weight.isWanted, hasBias && bias.isWanted)
  workers.run(count: columns, grain: max(16, 16384 / max(1, rows))) { range in
    if wantsWeight, !weight.accumulates { for c in range { dw[c] = 0 } }
    if wantsBias, !bias.accumulates { for c in range { db[c] = 0 } }
    for row in 0..<rows {
      let (mean, reciprocal) = (saved[2 * row], saved[2 * row + 1])
      let start = row * columns
      if wantsWeight {
        for c in range { dw[c] += upstream[start + c] * ((x[start + c] - mean) * reciprocal) }
      }
      if wantsBias {
        for c in range { db[c] += upstream[start + c] }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func rowBackward<S: Scalar>(
  _ x: Buffer<S>, _ upstream: Buffer<S>, _ columns: Int, _ centers: Bool, _ weight: Buffer<S>, _ saved: Buffer<S>,
  _ downstream: GradientSlot<S>, _ workers: WorkerPool
) {
  let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
  workers.run(count: x.count / columns, grain: max(1, 16384 / columns)) { rows in
    for row in rows {
      let start = row * columns
      let (mean, reciprocal) = (saved[2 * row], saved[2 * row + 1])
      let set = StridedSegments(start: start, length: columns)
      func slopes(_ sums: DeviationSums) -> (slope: S, constant: S) {
        let slope = S(sums.product / Double(columns)) * reciprocal * reciprocal
        return (-reciprocal * slope, centers ? -reciprocal * S(sums.sum / Double(columns)) : 0)
      }
      if weight.count > 0 && accumulates {
        // There is no scratch memory for the weighted gradients g: they are computed again.
        var sums = DeviationSums(sum: 0, product: 0)
        for c in 0..<columns {
          let gradient = upstream[start + c] * weight[c]
          sums.sum += Double(gradient)
          sums.product += Double(gradient * (x[start + c] - mean))
        }
        let (slope, constant) = slopes(sums)
        for c in 0..<columns {
          target[start + c] +=
            reciprocal * (upstream[start + c] * weight[c]) + slope * (x[start + c] - mean) + constant
        }
        continue
      }
      let gradients = weight.count > 0 ? target : upstream
      if weight.count > 0 {
        let none = weight.slice(from: 0, count: 0)
        S.mapColumns(
          upstream, ColumnMap(center: none, scale: weight, shift: none),
          Columns(rows: row..<(row + 1), range: 0..<columns, stride: columns), rectifies: false, into: target)
      }
      let (slope, constant) = slopes(S.deviationSums(gradients, x, center: mean, set))
      S.combine(
        gradients, x, LinearCombination(factor: reciprocal, slope: slope, center: mean, constant: constant), set,
        into: target, accumulate: accumulates)
    }
  }
}
