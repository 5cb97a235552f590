import NNCore
import NNKernels

/// Resampling along one dimension: each output pixel is a weighted sum of at most two input pixels.
enum AxisResampling: Sendable, Hashable {
  /// Constant padding: pixel i is pixel i - before, or none outside the input.
  case shifted(before: Int)
  /// Reflection padding: outside, the input is mirrored at its first and last pixel.
  case reflected(before: Int)
  /// Edge padding: outside, the first and the last pixel are repeated.
  case repeated(before: Int)
  /// Nearest neighbour: every pixel is repeated.
  case nearest(scale: Int)
  /// Linear interpolation, aligned at the pixels' outer edges or at the centres of the first and last pixel.
  case linear(scale: Int, alignsCorners: Bool)

  /// The two pixels and their weights; a negative index stands for no pixel.
  @inline(__always)
  func taps(_ index: Int, _ input: Int) -> (first: Int, weight: Double, second: Int, other: Double) {
    switch self {
    case .shifted(let before):
      let place = index - before
      return (place < input ? place : -1, 1, -1, 0)
    case .reflected(let before):
      let place = index < before ? before - index : index - before
      return (place < input ? place : 2 * (input - 1) - place, 1, -1, 0)
    case .repeated(let before): return (min(max(0, index - before), input - 1), 1, -1, 0)
    case .nearest(let scale): return (index / scale, 1, -1, 0)
    case .linear(let scale, let alignsCorners):
      let output = input * scale
      let place =
        alignsCorners
        ? (output > 1 ? Double(index) * Double(input - 1) / Double(output - 1) : 0)
        : max(0, (Double(index) + 0.5) / Double(scale) - 0.5)
      let first = min(input - 1, Int(place))
      let part = place - Double(first)
      return (first, 1 - part, min(first + 1, input - 1), part)
    }
  }
}

/// A layer of separable resampling within each channel.
protocol ResamplingLayer: DeclaredLayer {
  /// The resampling of the rows and of the columns.
  var rows: AxisResampling { get }
  var columns: AxisResampling { get }
  /// The value of pixels without input pixels.
  var filler: Double { get }
}

extension ResamplingLayer {
  /// The plan for an input and output of the given shapes.
  func resamplingPlan(_ output: Shape) -> LayerPlan {
    LayerPlan(
      outputs: [output], backwardNeeds: [], forwardOperations: 7 * output.elementCount,
      backwardOperations: 8 * output.elementCount)
  }

  func resample<S: Scalar>(_ context: ForwardContext<S>) {
    resampleForward(
      Resampling(rows, columns, context.input.shape.sample, context.output.shape.sample), context.input.buffer,
      context.output.buffer, S(filler), context.workers)
  }

  func resampleBack<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    resampleBackward(
      Resampling(rows, columns, downstream.tensor.shape.sample, context.upstream[0].shape.sample),
      context.upstream[0].buffer, downstream, context.workers)
  }
}

/// The resampling of planes of given sizes.
private struct Resampling: Sendable {
  let rows: AxisResampling
  let columns: AxisResampling
  let input: Extent
  let output: Extent

  init(_ rows: AxisResampling, _ columns: AxisResampling, _ input: Shape, _ output: Shape) {
    self.rows = rows
    self.columns = columns
    self.input = Extent(input[1], input[2])
    self.output = Extent(output[1], output[2])
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func resampleForward<S: Scalar>(
  _ shape: Resampling, _ x: Buffer<S>, _ y: Buffer<S>, _ filler: S, _ workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  workers.run(count: y.count / output.area, grain: max(1, 8192 / output.area)) { planes in
    for plane in planes {
      let start = plane * input.area
      for i in 0..<output.height {
        let row = shape.rows.taps(i, input.height)
        let target = plane * output.area + i * output.width
        let (above, below) = (start + max(0, row.first) * input.width, start + max(0, row.second) * input.width)
        for j in 0..<output.width {
          let column = shape.columns.taps(j, input.width)
          if row.first < 0 || column.first < 0 {
            y[target + j] = filler
            continue
          }
          var value = x[above + column.first]
          if column.second >= 0 {
            value = S(column.weight) * value + S(column.other) * x[above + column.second]
          }
          if row.second >= 0 {
            var lower = x[below + column.first]
            if column.second >= 0 {
              lower = S(column.weight) * lower + S(column.other) * x[below + column.second]
            }
            value = S(row.weight) * value + S(row.other) * lower
          }
          y[target + j] = value
        }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func resampleBackward<S: Scalar>(
  _ shape: Resampling, _ upstream: Buffer<S>, _ downstream: GradientSlot<S>, _ workers: WorkerPool
) {
  let (input, output) = (shape.input, shape.output)
  let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
  workers.run(count: target.count / input.area, grain: max(1, 8192 / output.area)) { planes in
    for plane in planes {
      let start = plane * input.area
      if !accumulates { target.slice(from: start, count: input.area).fill(0) }
      for i in 0..<output.height {
        let row = shape.rows.taps(i, input.height)
        guard row.first >= 0 else { continue }
        let (above, below) = (start + row.first * input.width, start + max(0, row.second) * input.width)
        for j in 0..<output.width {
          let column = shape.columns.taps(j, input.width)
          guard column.first >= 0 else { continue }
          let gradient = upstream[plane * output.area + i * output.width + j]
          let high = S(row.weight) * gradient
          target[above + column.first] += S(column.weight) * high
          if column.second >= 0 { target[above + column.second] += S(column.other) * high }
          guard row.second >= 0 else { continue }
          let low = S(row.other) * gradient
          target[below + column.first] += S(column.weight) * low
          if column.second >= 0 { target[below + column.second] += S(column.other) * low }
        }
      }
    }
  }
}
