import NNKernelsCommon

/// The layout of a convolution's weights: w[o, c, u, v] = base[o outputStep + c inputStep + u kernel + v].
struct WinogradWeightLayout {
  let base: UnsafePointer<Float>
  let count: Int
  let outputStep: Int
  let inputStep: Int
  /// Whether kernels are rotated by 180 degrees: u and v count from the end.
  let isRotated: Bool
}

extension WinogradWeightLayout {
  /// The weights of a forward pass.
  init(forward shape: Convolution, _ weight: Buffer<Float>) {
    self.init(
      base: UnsafePointer(weight.base), count: weight.count, outputStep: shape.weightsPerOutput,
      inputStep: shape.kernel.area, isRotated: false)
  }
}

/// The transformed weights of a convolution, [position][input channel][output channel], output channels padded with
/// zeros to whole vectors.
struct WinogradWeights<Set: WinogradSet> {
  let inputChannels: Int
  let outputChannels: Int

  private var outputs: Int { WinogradArrays.wholeVectors(outputChannels) }
  /// Scalars from one position to the next.
  var step: Int { WinogradArrays.unaliased(inputChannels * outputs) }
  /// Scalars of all positions.
  var count: Int { Set.positions * step }

  /// Transforms weights.
  func transform(_ layout: WinogradWeightLayout, into weights: UnsafeMutablePointer<Float>, _ workers: WorkerPool) {
    let lanes = Vector.scalarCount
    let memory = WeightMemory()
    let blocks = outputs / lanes
    let inputsPerChunk = max(1, min(inputChannels, 8192 / (Set.positions * lanes)))
    let parts = (inputChannels + inputsPerChunk - 1) / inputsPerChunk
    runChunks(blocks * parts, scratchCount: memory.count, workers) { chunk, base in
      let first = chunk / blocks * inputsPerChunk
      transform(
        layout, inputRange: first..<min(first + inputsPerChunk, inputChannels), output: chunk % blocks * lanes,
        into: weights,
        memory, base)
    }
  }

  /// outputs[p][t][o] = sum over c of inputs[p][t][c] weights[p][c][o], for each position p and the `count` tiles t in
  /// `memory`.
  @inline(never)
  func multiply(
    _ weights: UnsafePointer<Float>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>, count: Int
  ) {
    for position in 0..<Set.positions {
      WinogradProduct(
        a: base + (memory.inputs + position * memory.inputStep),
        rowStrideA: WinogradArrays.wholeVectors(inputChannels), innerStrideA: 1, rows: count,
        b: weights + position * step, inner: inputChannels, columns: outputs,
        c: base + (memory.outputs + position * memory.outputStep), accumulates: false
      ).run()
    }
  }

  /// The offsets of a worker's arrays for the transform of a block of output channels.
  private struct WeightMemory {
    private let lanes = Vector.scalarCount
    var zeros: Int { 0 }
    /// The transposed weights, with room for the blocks of lanes vectors that `ChannelBlock` writes.
    var transposed: Int { lanes * (1 + lanes) }
    var half: Int { transposed + (Set.kernel * Set.kernel + lanes) * lanes }
    var count: Int { half + Set.positions * lanes }
  }

  @inline(never)
  private func transform(
    _ layout: WinogradWeightLayout, inputRange: Range<Int>, output: Int, into weights: UnsafeMutablePointer<Float>,
    _ memory: WeightMemory, _ base: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let area = Set.kernel * Set.kernel
    let transposed = base + memory.transposed
    let sign = layout.isRotated ? -lanes : lanes
    let count = min(lanes, outputChannels - output)
    storeVector(.zero, base + memory.zeros)
    for c in inputRange {
      let start = output * layout.outputStep + c * layout.inputStep
      ChannelBlock(
        base: layout.base + start, stride: layout.outputStep, count: count,
        readable: layout.count - start - (count - 1) * layout.outputStep, zeros: UnsafePointer(base + memory.zeros)
      ).transpose(0, area, into: transposed)
      transformTile(
        Set.Weights.self, layout.isRotated ? transposed + (area - 1) * lanes : transposed,
        TileStrides(row: Set.kernel * sign, column: sign), base + memory.half, weights + (c * outputs + output),
        TileStrides(row: Set.side * step, column: step))
    }
  }
}
