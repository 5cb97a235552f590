import NNKernelsCommon

/// The input's gradient of a convolution of every channel by itself, see `convolveBackwardData`; whether there was one.
/// With windows one pixel apart it is such a convolution again, of the upstream gradient with the weights rotated around;
/// otherwise each pixel adds up the windows that reach it.
///
/// Operations and bytes: as forward.
func convolveDepthwiseBackwardData(
  _ shape: Convolution, _ batch: Int, _ upstream: Buffer<Float>, _ weight: Buffer<Float>,
  _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) -> Bool {
  guard shape.isDepthwise else { return false }
  if isTurnable(shape) {
    let area = shape.kernel.area
    let weights = workers.scratch.memory(
      worker: workers.currentWorker, purpose: .operand, count: max(1, shape.groups * area))
    for channel in 0..<shape.groups {
      for tap in 0..<area { weights[channel * area + tap] = weight.base[channel * area + area - 1 - tap] }
    }
    DepthwiseForwardRun(
      planes: DepthwiseBands(rotated(shape)), x: upstream.base, weight: weights, y: downstream.base, bias: nil,
      rectifies: false, accumulate: accumulate
    ).computeAll(batch, workers)
    return true
  }
  let run = DepthwiseBackwardDataRun(shape, upstream.base, weight.base, downstream.base, accumulate)
  let bands = run.windows.bands
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  let grain = max(1, 65536 * bands.count / max(1, shape.output.area * shape.kernel.area))
  workers.run(count: batch * shape.groups * bands.count, grain: grain) { items in
    run.compute(items, workers.scratch.memory(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
  return true
}

/// Zeros around the output from which a convolution makes the input's gradient: before it and after it.
private func rotatedPadding(_ shape: Convolution) -> (before: Extent, after: Extent) {
  let (reach, before, after) = (shape.kernel, shape.paddingBefore, shape.paddingAfter)
  return (
    Extent(reach.height - 1 - before.height, reach.width - 1 - before.width),
    Extent(reach.height - 1 - after.height, reach.width - 1 - after.width)
  )
}

/// Whether a convolution of the output makes the input's gradient: windows are one pixel apart, and padded no wider than
/// they reach.
private func isTurnable(_ shape: Convolution) -> Bool {
  let (before, after) = rotatedPadding(shape)
  return shape.stride == Extent(1, 1) && min(before.height, before.width, after.height, after.width) >= 0
}

/// The convolution of the output that makes the input's gradient.
private func rotated(_ shape: Convolution) -> Convolution {
  var rotated = shape
  rotated.input = shape.output
  (rotated.paddingBefore, rotated.paddingAfter) = rotatedPadding(shape)
  return rotated
}

/// What all chunks of one backward pass need to know.
private struct DepthwiseBackwardDataRun {
  let shape: Convolution
  let upstream: UnsafePointer<Float>
  let weight: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let windows: CoveringWindows
  let output: Extent

  init(
    _ shape: Convolution, _ upstream: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
    _ downstream: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    self.shape = shape
    self.upstream = upstream
    self.weight = weight
    self.downstream = downstream
    self.accumulate = accumulate
    output = shape.output
    windows = CoveringWindows(
      input: shape.input, kernel: shape.kernel, stride: shape.stride, padding: shape.paddingBefore, outputs: output)
  }

  /// A worker's memory: the gradients of the windows that reach a band, and the lists.
  var scratchCount: Int { windows.bandLines * windows.line + windows.tableCount }

  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let lines = windows.bandLines * windows.line
    let tables = windows.tables(memory + lines)
    memory.update(repeating: 0, count: lines)
    for item in items {
      let (plane, rows) = (item / windows.bands.count, windows.bands.rows(item % windows.bands.count))
      let reaching = windows.windowRows(rows)
      for i in reaching {
        copyFloats(
          upstream + (plane * output.area + i * output.width),
          memory + ((i - reaching.lowerBound) * windows.line + windows.margin), output.width)
      }
      let term = WeightedGradient(
        weight: weight + plane % shape.groups * shape.kernel.area, gradients: UnsafePointer(memory))
      for row in rows {
        windows.sumRow(
          row, firstLine: reaching.lowerBound, tables, term, width: shape.input.width,
          into: downstream + (plane * shape.input.area + row * shape.input.width), accumulate: accumulate)
      }
    }
  }
}

/// The gradients of windows times the weight that each has at the pixel.
private struct WeightedGradient: ReachTerm {
  let weight: UnsafePointer<Float>
  let gradients: UnsafePointer<Float>

  @inline(__always)
  func value(_ window: Int, _ place: Int) -> Vector { loadVector(gradients + window) * weight[place] }
}
