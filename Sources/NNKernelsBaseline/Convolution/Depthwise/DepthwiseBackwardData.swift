import NNKernelsCommon

/// downstream (+)= the input's gradient of a depthwise convolution, see `convolveBackwardData`; false if these kernels
/// do not compute the shape. With stride 1 it is a depthwise convolution of the upstream gradient with the kernels
/// rotated by 180 degrees; with stride 2, each pixel gathers from the windows that cover it.
///
/// Operations and bytes: as forward.
func convolveDepthwiseBackwardData(
  _ shape: Convolution, _ batch: Int, _ upstream: Buffer<Float>, _ weight: Buffer<Float>,
  _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) -> Bool {
  guard shape.isDepthwise else { return false }
  if isRotatable(shape) {
    let area = shape.kernel.area
    let weights = operandScratch(count: max(1, shape.groups * area), workers)
    for channel in 0..<shape.groups {
      for tap in 0..<area { weights[channel * area + tap] = weight.base[channel * area + area - 1 - tap] }
    }
    DepthwiseForwardRun(
      planes: DepthwiseBands(rotated(shape)), x: upstream.base, weight: weights, y: downstream.base, bias: nil,
      rectifies: false, accumulate: accumulate
    ).computeAll(batch, workers)
    return true
  }
  let windows = CoveringWindows(
    input: shape.input, kernel: shape.kernel, stride: shape.stride, padding: shape.paddingBefore, outputs: shape.output)
  WindowGather(
    windows: windows,
    gradients: DepthwiseGradients(
      upstream: upstream.base, weight: weight.base, channels: shape.groups, taps: shape.kernel.area),
    planes: batch * shape.groups, downstream: downstream.base, accumulate: accumulate
  ).run(grain: max(1, 65536 * windows.bands.count / max(1, shape.output.area * shape.kernel.area)), workers)
  return true
}

/// The padding of the rotated convolution: K - 1 - P on each side, for kernels of K.
private func rotatedPadding(_ shape: Convolution) -> (before: Extent, after: Extent) {
  let (reach, before, after) = (shape.kernel, shape.paddingBefore, shape.paddingAfter)
  return (
    Extent(reach.height - 1 - before.height, reach.width - 1 - before.width),
    Extent(reach.height - 1 - after.height, reach.width - 1 - after.width)
  )
}

/// Whether the rotated convolution exists: stride 1, and no padding of K or more.
private func isRotatable(_ shape: Convolution) -> Bool {
  let (before, after) = rotatedPadding(shape)
  return shape.stride == Extent(1, 1) && min(before.height, before.width, after.height, after.width) >= 0
}

/// The convolution of the upstream gradient that is the input's gradient.
private func rotated(_ shape: Convolution) -> Convolution {
  var rotated = shape
  rotated.input = shape.output
  (rotated.paddingBefore, rotated.paddingAfter) = rotatedPadding(shape)
  return rotated
}

/// Lines of gradients, which are multiplied with the weights of the plane's channel.
private struct DepthwiseGradients: WindowGradients {
  let upstream: UnsafePointer<Float>
  let weight: UnsafePointer<Float>
  let channels: Int
  let taps: Int

  func scratchCount(_ windows: CoveringWindows) -> Int { windows.bandLines * windows.line }

  @inline(__always)
  func prepare(_ windows: CoveringWindows, _ memory: UnsafeMutablePointer<Float>) {
    memory.update(repeating: 0, count: windows.bandLines * windows.line)
  }

  @inline(__always)
  func load(
    row: Int, of planes: Range<Int>, into line: Int, _ windows: CoveringWindows, _ memory: UnsafeMutablePointer<Float>
  ) {
    windows.copyRow(row, of: planes, upstream, into: line, memory)
  }

  @inline(__always)
  func term(plane: Int, _ windows: CoveringWindows, _ memory: UnsafePointer<Float>) -> WeightedTerm {
    WeightedTerm(weight: weight + plane % channels * taps, gradients: memory)
  }
}

/// The gradient of a window times the weight of the tap.
private struct WeightedTerm: WindowTerm {
  let weight: UnsafePointer<Float>
  let gradients: UnsafePointer<Float>

  @inline(__always)
  func value(_ window: Int, _ tap: Int) -> Vector { loadVector(gradients + window) * weight[tap] }
}
