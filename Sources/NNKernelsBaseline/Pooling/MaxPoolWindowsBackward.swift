import NNKernelsCommon

/// downstream (+)= each window's upstream gradient at its argmax, as `maxPoolWindows` wrote it; see
/// `Scalar.maxPoolBackward`. In gather form: each pixel adds the gradients of the windows whose argmax it is, in their
/// order, so no pixel is written twice.
///
/// Operations: 3 for each tap of each window. Bytes: 4 for each upstream gradient and position, 4 for each downstream
/// gradient (8 when accumulating); bound by memory as long as windows overlap little.
func maxPoolWindowsBackward(
  _ shape: Pooling, _ batch: Int, _ positions: Buffer<Float>, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  gatherWindows(
    shape, batch, MaximumGradients(taps: positions.base, upstream: upstream.base), into: downstream, accumulate, workers
  )
}

/// downstream (+)= the gradients of all windows of a pooling, gathered by the pixels that they cover.
@inline(__always)
func gatherWindows<Gradients: WindowGradients>(
  _ shape: Pooling, _ batch: Int, _ gradients: Gradients, into downstream: Buffer<Float>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  let planes = batch * shape.channels
  let windows = CoveringWindows(
    input: shape.input, kernel: shape.kernel, stride: shape.stride, padding: shape.padding, outputs: shape.output,
    planes: planes)
  WindowGather(
    windows: windows, gradients: gradients, planes: planes, downstream: downstream.base, accumulate: accumulate
  ).run(grain: shape.bandGrain(windows.bands, planes: windows.planes), workers)
}

/// Lines of argmax taps, then lines of gradients.
private struct MaximumGradients: WindowGradients {
  let taps: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>

  func scratchCount(_ windows: CoveringWindows) -> Int { 2 * windows.bandLines * windows.line }

  @inline(__always)
  func prepare(_ windows: CoveringWindows, _ memory: UnsafeMutablePointer<Float>) {
    let lines = windows.bandLines * windows.line
    // No tap has the number -1: windows in the margins contribute nothing.
    memory.update(repeating: -1, count: lines)
    (memory + lines).update(repeating: 0, count: lines)
  }

  @inline(__always)
  func load(
    row: Int, of planes: Range<Int>, into line: Int, _ windows: CoveringWindows, _ memory: UnsafeMutablePointer<Float>
  ) {
    windows.copyRow(row, of: planes, taps, into: line, memory)
    windows.copyRow(row, of: planes, upstream, into: windows.bandLines + line, memory)
  }

  @inline(__always)
  func term(plane: Int, _ windows: CoveringWindows, _ memory: UnsafePointer<Float>) -> MaximumTerm {
    MaximumTerm(taps: memory, gradients: memory + windows.bandLines * windows.line)
  }
}

/// The gradient of a window whose argmax is the pixel's tap, else zero.
private struct MaximumTerm: WindowTerm {
  let taps: UnsafePointer<Float>
  let gradients: UnsafePointer<Float>

  @inline(__always)
  func value(_ window: Int, _ tap: Int) -> Vector {
    let isArgmax = loadVector(taps + window) .== Vector(repeating: Float(tap))
    return Vector.zero.replacing(with: loadVector(gradients + window), where: isArgmax)
  }
}
