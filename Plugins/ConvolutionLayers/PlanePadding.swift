import NNCore
import NNKernels

/// Where the pixels along one dimension of a padded image come from.
struct AxisPadding: Sendable, Hashable {
  /// What stands outside of the image.
  enum Mode: String { case constant, reflect, replicate }

  /// Pixels before the image.
  let before: Int
  let input: Int
  let output: Int
  let mode: Mode

  /// The padded indices that the image itself takes.
  var inside: Range<Int> { before..<(before + input) }

  /// The image's pixel that becomes pixel `index`; negative if none does, which only constant padding has.
  @inline(__always)
  func source(_ index: Int) -> Int {
    let place = index - before
    if place >= 0, place < input { return place }
    switch mode {
    case .constant: return -1
    case .reflect: return place < 0 ? -place : 2 * (input - 1) - place
    case .replicate: return place < 0 ? 0 : input - 1
    }
  }
}

/// The padding of planes: whole rows are copied or added, and the margins pixel by pixel.
struct PlanePadding: Sendable {
  let rows: AxisPadding
  let columns: AxisPadding

  func forward<S: Scalar>(_ x: Buffer<S>, into y: Buffer<S>, filler: S, workers: WorkerPool) {
    if rows.mode == .constant {
      let start = start
      image.place(x, into: y, filler: filler, workers: workers) { _ in start }
    } else {
      padForward(self, x, y, workers)
    }
  }

  func backward<S: Scalar>(_ upstream: Buffer<S>, _ downstream: GradientSlot<S>, workers: WorkerPool) {
    if rows.mode == .constant, !downstream.accumulates {
      let start = start
      image.take(upstream, into: downstream.tensor.buffer, workers: workers) { _ in start }
    } else {
      padBackward(self, upstream, downstream.tensor.buffer, downstream.accumulates, workers)
    }
  }

  /// The image's rows in the padded plane.
  private var image: RowPlacement {
    RowPlacement(plane: rows.output * columns.output, rows: rows.input, run: columns.input, stride: columns.output)
  }

  private var start: Int { rows.before * columns.output + columns.before }

  @inline(__always)
  fileprivate func forEachMargin(_ body: (_ column: Int) -> Void) {
    for column in 0..<columns.inside.lowerBound { body(column) }
    for column in columns.inside.upperBound..<columns.output { body(column) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func padForward<S: Scalar>(
  _ padding: PlanePadding, _ x: Buffer<S>, _ y: Buffer<S>, _ workers: WorkerPool
) {
  let (rows, columns) = (padding.rows, padding.columns)
  let (inputArea, outputArea) = (rows.input * columns.input, rows.output * columns.output)
  workers.run(count: x.count / inputArea, grain: max(1, 8192 / outputArea)) { planes in
    for plane in planes {
      for i in 0..<rows.output {
        let target = y.slice(from: plane * outputArea + i * columns.output, count: columns.output)
        let source = x.slice(from: plane * inputArea + rows.source(i) * columns.input, count: columns.input)
        padding.forEachMargin { target[$0] = source[columns.source($0)] }
        target.slice(columns.inside).copy(from: source)
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func padBackward<S: Scalar>(
  _ padding: PlanePadding, _ upstream: Buffer<S>, _ downstream: Buffer<S>, _ accumulates: Bool, _ workers: WorkerPool
) {
  let (rows, columns) = (padding.rows, padding.columns)
  let (inputArea, outputArea) = (rows.input * columns.input, rows.output * columns.output)
  workers.run(count: downstream.count / inputArea, grain: max(1, 8192 / outputArea)) { planes in
    for plane in planes {
      // The image itself first, which meets every pixel; then what the margins add.
      for i in 0..<rows.input {
        let target = downstream.slice(from: plane * inputArea + i * columns.input, count: columns.input)
        let source = upstream.slice(
          from: plane * outputArea + (rows.before + i) * columns.output + columns.before, count: columns.input)
        if accumulates {
          for j in 0..<columns.input { target[j] += source[j] }
        } else {
          target.copy(from: source)
        }
      }
      guard rows.mode != .constant else { continue }
      for i in 0..<rows.output {
        let target = downstream.slice(from: plane * inputArea + rows.source(i) * columns.input, count: columns.input)
        let source = upstream.slice(from: plane * outputArea + i * columns.output, count: columns.output)
        padding.forEachMargin { target[columns.source($0)] += source[$0] }
        if !rows.inside.contains(i) {
          for j in 0..<columns.input { target[j] += source[columns.before + j] }
        }
      }
    }
  }
}
