/// The weights of the pixels along one dimension that make a pixel of the output.
public enum AxisWeights: Sendable, Hashable {
  /// Linear interpolation between two pixels, aligned at the pixels' outer edges or at the centres of the first and last
  /// pixel.
  case linear(alignsCorners: Bool)
  /// The mean of a window from floor(i input / output) to ceil((i + 1) input / output).
  case mean

  /// Calls `body` with the input pixels and weights of the output pixel `index`.
  @inline(__always)
  func forEachTap(_ index: Int, input: Int, output: Int, _ body: (_ pixel: Int, _ weight: Double) -> Void) {
    switch self {
    case .linear(let alignsCorners):
      let place =
        alignsCorners
        ? (output > 1 ? Double(index) * Double(input - 1) / Double(output - 1) : 0)
        : max(0, (Double(index) + 0.5) * Double(input) / Double(output) - 0.5)
      let first = min(input - 1, Int(place))
      body(first, 1 - (place - Double(first)))
      body(min(first + 1, input - 1), place - Double(first))
    case .mean:
      let window = (index * input / output)..<(((index + 1) * input + output - 1) / output)
      for pixel in window { body(pixel, 1 / Double(window.count)) }
    }
  }
}

/// Resampling of planes that is separable: Y = R X C^T with sparse matrices R and C of the rows' and columns' weights.
public struct SeparableResampling: Sendable {
  public var rows: AxisWeights
  public var columns: AxisWeights
  public var input: Extent
  public var output: Extent

  public init(rows: AxisWeights, columns: AxisWeights, input: Extent, output: Extent) {
    self.rows = rows
    self.columns = columns
    self.input = input
    self.output = output
  }

  /// Y = R X C^T for each plane of x.
  public func forward<S: Scalar>(_ x: Buffer<S>, into y: Buffer<S>, workers: WorkerPool) {
    resample(self, x, y, isAdjoint: false, accumulate: false, workers)
  }

  /// downstream (+)= R^T U C for each plane of the upstream gradients U.
  public func backward<S: Scalar>(
    _ upstream: Buffer<S>, into downstream: Buffer<S>, accumulate: Bool, workers: WorkerPool
  ) {
    resample(self, upstream, downstream, isAdjoint: true, accumulate: accumulate, workers)
  }
}

/// A sparse matrix in compressed rows: row i has the entries `starts[i]..<starts[i + 1]`.
private struct SparseRows<S: Scalar>: @unchecked Sendable {
  let starts: UnsafeMutablePointer<Int32>
  let indices: UnsafeMutablePointer<Int32>
  let weights: UnsafeMutablePointer<S>
  let rows: Int

  /// Bytes of memory for a matrix of weights between `input` and `output` pixels.
  static func bytes(_ axis: AxisWeights, _ input: Int, _ output: Int) -> Int {
    let entries =
      switch axis {
      case .linear: 2 * output
      case .mean: input + 2 * output
      }
    return (entries * (4 + MemoryLayout<S>.size) + 4 * (max(input, output) + 1) + 63) & ~63
  }

  /// The matrix, or its transpose, in `memory`.
  @inline(__always)
  init(_ axis: AxisWeights, _ input: Int, _ output: Int, isTransposed: Bool, _ memory: UnsafeMutableRawPointer) {
    rows = isTransposed ? input : output
    var entries = 0
    for index in 0..<output { axis.forEachTap(index, input: input, output: output) { _, _ in entries += 1 } }
    weights = memory.bindMemory(to: S.self, capacity: entries)
    indices = (memory + entries * MemoryLayout<S>.size).bindMemory(to: Int32.self, capacity: entries)
    starts = (memory + entries * (MemoryLayout<S>.size + 4)).bindMemory(to: Int32.self, capacity: rows + 1)
    let (starts, indices, weights) = (starts, indices, weights)
    starts.update(repeating: 0, count: rows + 1)
    for index in 0..<output {
      axis.forEachTap(index, input: input, output: output) { pixel, _ in starts[isTransposed ? pixel : index] += 1 }
    }
    // Counts become ends, and filling from the back turns them into starts.
    var end: Int32 = 0
    for row in 0..<rows {
      end += starts[row]
      starts[row] = end
    }
    starts[rows] = end
    for index in (0..<output).reversed() {
      axis.forEachTap(index, input: input, output: output) { pixel, weight in
        let row = isTransposed ? pixel : index
        starts[row] -= 1
        indices[Int(starts[row])] = Int32(isTransposed ? index : pixel)
        weights[Int(starts[row])] = S(weight)
      }
    }
  }

  /// The product of an entry with the element of `x` that it multiplies.
  @inline(__always)
  func product(_ entry: Int, _ x: UnsafeMutablePointer<S>) -> S { weights[entry] * x[Int(indices[entry])] }

  @inline(__always)
  func entries(_ row: Int) -> Range<Int> { Int(starts[row])..<Int(starts[row + 1]) }
}

/// Rows first, whose sums are over whole rows, then columns, in a row that is in the first-level cache.
@specialized(where S == Float)
@specialized(where S == Double)
private func resample<S: Scalar>(
  _ shape: SeparableResampling, _ x: Buffer<S>, _ y: Buffer<S>, isAdjoint: Bool, accumulate: Bool, _ workers: WorkerPool
) {
  let (from, to) = isAdjoint ? (shape.output, shape.input) : (shape.input, shape.output)
  let rowBytes = SparseRows<S>.bytes(shape.rows, shape.input.height, shape.output.height)
  let columnBytes = SparseRows<S>.bytes(shape.columns, shape.input.width, shape.output.width)
  let scratch = workers.scratch
  let memory = UnsafeMutableRawPointer(
    scratch.memory(worker: 0, purpose: .operand, count: (rowBytes + columnBytes) / 4))
  let rows = SparseRows<S>(
    shape.rows, shape.input.height, shape.output.height, isTransposed: isAdjoint, memory)
  let columns = SparseRows<S>(
    shape.columns, shape.input.width, shape.output.width, isTransposed: isAdjoint, memory + rowBytes)
  let planes = x.count / max(1, from.area)
  let scalars = from.width * MemoryLayout<S>.size / 4
  workers.reserveScratch(purpose: .block, count: scalars)
  let size = max(1, 8192 / max(1, from.area + to.area))
  workers.run(chunks: (planes + size - 1) / size) { chunk, worker in
    let row = UnsafeMutableRawPointer(scratch.memory(worker: worker, purpose: .block, count: scalars))
      .bindMemory(to: S.self, capacity: from.width)
    for plane in (chunk * size)..<min(planes, (chunk + 1) * size) {
      let (source, target) = (x.base + plane * from.area, y.base + plane * to.area)
      for i in 0..<to.height {
        var isFirst = true
        for entry in rows.entries(i) {
          let line = source + Int(rows.indices[entry]) * from.width
          let weight = rows.weights[entry]
          if isFirst {
            for j in 0..<from.width { row[j] = weight * line[j] }
          } else {
            for j in 0..<from.width { row[j] += weight * line[j] }
          }
          isFirst = false
        }
        if isFirst { row.update(repeating: 0, count: from.width) }
        let end = target + i * to.width
        for j in 0..<to.width {
          var entry = Int(columns.starts[j])
          let last = Int(columns.starts[j + 1])
          var sum: S = 0
          while entry + 1 < last {
            sum += columns.product(entry, row) + columns.product(entry + 1, row)
            entry += 2
          }
          if entry < last { sum += columns.product(entry, row) }
          end[j] = accumulate ? end[j] + sum : sum
        }
      }
    }
  }
}
