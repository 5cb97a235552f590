import NNKernelsCommon

/// y = w z + b for each row, see `NormalizedRows`. The row is in the first-level cache when it is scaled.
///
/// Bytes: 8 per element; bound by memory.
func normalizeRows(_ r: NormalizedRows<Float>, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool) {
  workers.run(count: r.rows, grain: max(1, 8192 / max(1, r.columns))) { rows in
    for row in rows { normalize(row, r, x, y) }
  }
}

@inline(never)
private func normalize(_ row: Int, _ r: NormalizedRows<Float>, _ x: Buffer<Float>, _ y: Buffer<Float>) {
  let set = StridedSegments(start: row * r.columns, length: r.columns)
  var (mean, variance) = (0.0, 0.0)
  if r.centers {
    let result = moments(x, set)
    (mean, variance) = (result.mean, result.variance)
  } else {
    variance = deviationSums(x, x, 0, set).product / Double(r.columns)
  }
  let (center, scale) = (Float(mean), Float(1 / (variance + r.epsilon).squareRoot()))
  if r.statistics.count > 0 { (r.statistics.base[2 * row], r.statistics.base[2 * row + 1]) = (center, scale) }
  NormalizingLoop(
    x: UnsafePointer(x.base) + set.start, y: y.base + set.start, weight: r.weight.base, bias: r.bias.base,
    hasWeight: r.weight.count > 0, hasBias: r.bias.count > 0, center: center, scale: scale
  ).run(0..<r.columns)
}

private struct NormalizingLoop: LaneLoop {
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>
  let hasWeight: Bool
  let hasBias: Bool
  let center: Float
  let scale: Float

  @inline(__always)
  func step<L: Lanes>(_ j: Int, _ lanes: L) {
    let z = (lanes.load(x + j) - center) * scale
    let weighted = hasWeight ? z * lanes.load(weight + j) : z
    lanes.store(hasBias ? weighted + lanes.load(bias + j) : weighted, y + j)
  }
}

/// The gradients of `normalizeRows`, see `Scalar.normalizeRowsBackward`:
///
///     dx = r (g - mean(g) - z mean(g z)), g = dy w, without mean(g) unless rows are centred
///     dw = sum over the rows of dy z, db = sum of dy
///
/// The sums over rows are added up by blocks of rows, then over the blocks, in this order for any number of threads.
///
/// Bytes: 16 per element, from the first-level cache where the row is read twice.
func normalizeRowsBackward(
  _ r: NormalizedRows<Float>, _ x: Buffer<Float>, _ upstream: Buffer<Float>,
  _ gradients: NormalizedRowsGradients<Float>, _ workers: WorkerPool
) {
  let blocks = (r.rows + r.blockRows - 1) / r.blockRows
  let wantsParameters = gradients.weight != nil || gradients.bias != nil
  let size = wantsParameters ? 2 * r.columns : 0
  let partial = workers.scratch.memory(worker: 0, purpose: .results, count: max(1, blocks * size))
  let pass = NormalizedRowsPass(r: r, x: x.base, upstream: upstream.base, gradients: gradients, partial: partial)
  workers.run(count: blocks, grain: 1) { range in
    for block in range { pass.run(block) }
  }
  if let weight = gradients.weight { pass.addUp(blocks, 0, weight) }
  if let bias = gradients.bias { pass.addUp(blocks, r.columns, bias) }
}

private struct NormalizedRowsPass {
  let r: NormalizedRows<Float>
  let x: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let gradients: NormalizedRowsGradients<Float>
  /// For each block the sums of dy z, then those of dy.
  let partial: UnsafeMutablePointer<Float>

  @inline(never)
  func run(_ block: Int) {
    let columns = r.columns
    let wantsParameters = gradients.weight != nil || gradients.bias != nil
    let sums = partial + (wantsParameters ? block * 2 * columns : 0)
    if wantsParameters { sums.update(repeating: 0, count: 2 * columns) }
    for row in (block * r.blockRows)..<min(r.rows, (block + 1) * r.blockRows) {
      let (from, dy) = (x + row * columns, upstream + row * columns)
      let (mean, reciprocal) = (r.statistics.base[2 * row], r.statistics.base[2 * row + 1])
      if wantsParameters {
        ParameterLoop(x: from, dy: dy, center: mean, scale: reciprocal, weight: sums, bias: sums + columns).run(
          0..<columns)
      }
      guard let target = gradients.x else { continue }
      var slopes = SlopeSums(x: from, dy: dy, weight: r.weight.base, hasWeight: r.weight.count > 0, center: mean)
      slopes.add(columns)
      let slope = Float(slopes.product / Double(columns)) * reciprocal * reciprocal
      GradientLoop(
        x: from, dy: dy, target: target.buffer.base + row * columns, accumulate: target.accumulate,
        weight: r.weight.base, hasWeight: r.weight.count > 0, center: mean, factor: reciprocal,
        slope: -reciprocal * slope, constant: r.centers ? -reciprocal * Float(slopes.sum / Double(columns)) : 0
      ).run(0..<columns)
    }
  }

  /// target (+)= the sums of all blocks, from `offset` on in each.
  func addUp(_ blocks: Int, _ offset: Int, _ target: GradientTarget<Float>) {
    let columns = r.columns
    if !target.accumulate { target.buffer.base.update(repeating: 0, count: columns) }
    for block in 0..<blocks {
      AddingLoop(x: partial + (block * 2 * columns + offset), y: target.buffer.base).run(0..<columns)
    }
  }
}

private struct AddingLoop: LaneLoop {
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>

  @inline(__always)
  func step<L: Lanes>(_ j: Int, _ lanes: L) { lanes.store(lanes.load(x + j), y + j, accumulate: true) }
}

private struct ParameterLoop: LaneLoop {
  let x: UnsafePointer<Float>
  let dy: UnsafePointer<Float>
  let center: Float
  let scale: Float
  let weight: UnsafeMutablePointer<Float>
  let bias: UnsafeMutablePointer<Float>

  @inline(__always)
  func step<L: Lanes>(_ j: Int, _ lanes: L) {
    let gradient = lanes.load(dy + j)
    let z = (lanes.load(x + j) - center) * scale
    lanes.store(multiplyAdd(gradient, z, lanes.load(weight + j)), weight + j)
    lanes.store(gradient, bias + j, accumulate: true)
  }
}

/// The sums of g and of g (x - center) over a row, in single precision in blocks, then in double precision.
private struct SlopeSums {
  let x: UnsafePointer<Float>
  let dy: UnsafePointer<Float>
  let weight: UnsafePointer<Float>
  let hasWeight: Bool
  let center: Float
  var sum = 0.0
  var product = 0.0

  @inline(__always)
  mutating func add(_ columns: Int) {
    var start = 0
    while start < columns {
      add(start..<min(columns, start + StridedSegments.block))
      start += StridedSegments.block
    }
  }

  @inline(__always)
  private mutating func add(_ range: Range<Int>) {
    let lanes = Vector.scalarCount
    var (even, odd, evenProduct, oddProduct) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var j = range.lowerBound
    while j + 2 * lanes <= range.upperBound {
      step(j, AllLanes(), &even, &evenProduct)
      step(j + lanes, AllLanes(), &odd, &oddProduct)
      j += 2 * lanes
    }
    if j + lanes <= range.upperBound {
      step(j, AllLanes(), &even, &evenProduct)
      j += lanes
    }
    if j < range.upperBound { step(j, FirstLanes(count: range.upperBound - j), &odd, &oddProduct) }
    sum += Double(laneSum(even + odd))
    product += Double(laneSum(evenProduct + oddProduct))
  }

  @inline(__always)
  private func step<L: Lanes>(_ j: Int, _ lanes: L, _ sum: inout Vector, _ product: inout Vector) {
    let upstream = lanes.load(dy + j)
    let g = hasWeight ? upstream * lanes.load(weight + j) : upstream
    sum += g
    product = multiplyAdd(g, lanes.load(x + j) - center, product)
  }
}

private struct GradientLoop: LaneLoop {
  let x: UnsafePointer<Float>
  let dy: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let weight: UnsafePointer<Float>
  let hasWeight: Bool
  let center: Float
  let factor: Float
  let slope: Float
  let constant: Float

  @inline(__always)
  func step<L: Lanes>(_ j: Int, _ lanes: L) {
    let upstream = lanes.load(dy + j)
    let g = hasWeight ? upstream * lanes.load(weight + j) : upstream
    let own = multiplyAdd(g, Vector(repeating: factor), Vector(repeating: constant))
    let value = multiplyAdd(lanes.load(x + j) - center, Vector(repeating: slope), own)
    lanes.store(value, target + j, accumulate: accumulate)
  }
}
