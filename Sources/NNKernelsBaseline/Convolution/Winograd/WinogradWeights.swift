import NNKernelsCommon

/// How the weights of a convolution lie: those of one output and one input channel are together, row by row.
struct WinogradWeightLayout {
  let base: UnsafePointer<Float>
  let count: Int
  /// Scalars from one output channel's, and from one input channel's, to the next.
  let outputStep: Int
  let inputStep: Int
  /// Whether rows and columns are in reverse order.
  let isReversed: Bool
}

extension WinogradWeightLayout {
  /// The weights of a convolution as they lie.
  init(forward shape: Convolution, _ weight: Buffer<Float>) {
    self.init(
      base: UnsafePointer(weight.base), count: weight.count, outputStep: shape.weightsPerOutput,
      inputStep: shape.kernel.area, isReversed: false)
  }
}

/// The transformed weights of a convolution, [position][input channel][output channel], output channels filled up with
/// zeros to whole vectors.
struct WinogradWeights<Set: WinogradSet> {
  let inputChannels: Int
  let outputChannels: Int

  private var outputs: Int { WinogradArrays.wholeVectors(outputChannels) }
  /// Scalars from one position to the next.
  var step: Int { WinogradArrays.spread(inputChannels * outputs) }
  /// Scalars of all positions.
  var count: Int { Set.positions * step }

  /// Transforms weights.
  func transform(_ layout: WinogradWeightLayout, into weights: UnsafeMutablePointer<Float>, _ workers: WorkerPool) {
    let lanes = Vector.scalarCount
    let memory = WeightMemory()
    workers.reserveScratch(purpose: .block, count: memory.count)
    let groups = outputs / lanes
    let share = max(1, min(inputChannels, 8192 / (Set.positions * lanes)))
    let shares = (inputChannels + share - 1) / share
    workers.run(chunks: groups * shares) { chunk, worker in
      let base = workers.scratch.memory(worker: worker, purpose: .block, count: memory.count)
      let first = chunk / groups * share
      transform(
        layout, inputRange: first..<min(first + share, inputChannels), output: chunk % groups * lanes, into: weights,
        memory, base)
    }
  }

  /// Multiplies transformed tiles with transformed weights and sums over the input channels: from `memory.inputs`,
  /// [position][tile][input channel], to `memory.outputs`, [position][tile][output channel], for `count` tiles.
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

  /// Where the arrays for the transform of a vector of weights lie.
  private struct WeightMemory {
    private let lanes = Vector.scalarCount
    var zeros: Int { 0 }
    /// The transposed weights, with room for the squares that turn them.
    var transposed: Int { lanes * (1 + lanes) }
    var part: Int { transposed + (Set.kernel * Set.kernel + lanes) * lanes }
    var count: Int { part + Set.positions * lanes }
  }

  @inline(never)
  private func transform(
    _ layout: WinogradWeightLayout, inputRange: Range<Int>, output: Int, into weights: UnsafeMutablePointer<Float>,
    _ memory: WeightMemory, _ base: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let area = Set.kernel * Set.kernel
    let transposed = base + memory.transposed
    let sign = layout.isReversed ? -lanes : lanes
    let count = min(lanes, outputChannels - output)
    storeVector(.zero, base + memory.zeros)
    for c in inputRange {
      let start = output * layout.outputStep + c * layout.inputStep
      PlaneGroup(
        base: layout.base + start, stride: layout.outputStep, count: count,
        readable: layout.count - start - (count - 1) * layout.outputStep, zeros: UnsafePointer(base + memory.zeros)
      ).transpose(0, area, into: transposed)
      transformTile(
        Set.Weights.self, layout.isReversed ? transposed + (area - 1) * lanes : transposed,
        WinogradSteps(row: Set.kernel * sign, column: sign), base + memory.part, weights + (c * outputs + output),
        WinogradSteps(row: Set.side * step, column: step))
    }
  }
}
