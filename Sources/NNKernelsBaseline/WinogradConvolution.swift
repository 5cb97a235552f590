import NNKernelsCommon

/// A convolution with stride 1 in tiles of 4 x 4 outputs: input tiles and weights are transformed, multiplied element by
/// element and summed over the channels (a matrix product for each element), and transformed back. Channels lie in
/// the lanes of vectors all the way; pixels are turned on the way in and out.
///
/// Operations for a tile: 2 x 36 (3 x 3) or 2 x 64 (5 x 5) for each pair of channels, a quarter or a sixth of the direct
/// way's; and 150 or 350 for each transform of a channel. Bytes: the transformed arrays of a chunk stay in the
/// second-level cache. The relative error is below 2e-5 (3 x 3) or 1e-4 (5 x 5) of the largest output (the direct way's
/// is 1e-6): transforms multiply by up to 8 and subtract.
///
/// Every tile is computed by itself, so its bits depend on its own input alone.
struct WinogradConvolution<Set: WinogradSet> {
  /// Channels; a backward pass is a convolution of the upstream gradient.
  let inputChannels: Int
  let outputChannels: Int
  let tiles: WinogradTiles<Set>
  let batch: Int
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let bias: UnsafePointer<Float>?
  let rectifies: Bool
  let accumulate: Bool
  let workers: WorkerPool

  /// Whether convolutions of this shape are computed so: enough channels that the transforms are the smaller part, and
  /// tiles that are mostly full. A sample's bits are not to depend on its batch, so the batch has no say.
  static func suits(_ shape: Convolution) -> Bool {
    shape.kernel == Extent(Set.kernel, Set.kernel) && shape.stride == Extent(1, 1) && shape.dilation == Extent(1, 1)
      && shape.groups == 1 && shape.inputChannels >= 12 && shape.outputChannels >= 12
      && WinogradTiles<Set>.isFull(shape.output) && shape.output.area >= 49
  }

  /// How the weights lie: those of one output and one input channel are together, row by row.
  struct WeightLayout {
    let base: UnsafePointer<Float>
    /// Scalars from one output channel's, and from one input channel's, to the next.
    let outputStep: Int
    let inputStep: Int
    /// Whether rows and columns are in reverse order.
    let isReversed: Bool
  }

  private var outputs: Int { WinogradArrays.wholeVectors(outputChannels) }
  private var inputs: Int { WinogradArrays.wholeVectors(inputChannels) }

  /// Computes all outputs.
  func run(_ layout: WeightLayout) {
    let lanes = PixelVector.scalarCount
    let weightStep = WinogradArrays.spread(inputChannels * outputs)
    let weights = workers.scratch(
      worker: workers.currentWorker, purpose: .operand, count: Set.positions * weightStep)
    let area = Set.kernel * Set.kernel
    let weightBlock = (area + Set.positions) * lanes + area
    workers.reserveScratch(purpose: .block, count: weightBlock)
    let groups = outputs / lanes
    let share = max(1, min(inputChannels, 8192 / (Set.positions * lanes)))
    let shares = (inputChannels + share - 1) / share
    workers.run(chunks: groups * shares) { chunk, worker in
      let memory = workers.scratch(worker: worker, purpose: .block, count: weightBlock)
      let first = chunk / groups * share
      transformWeights(
        layout, inputRange: first..<min(first + share, inputChannels), output: chunk % groups * lanes, into: weights,
        step: weightStep, memory)
    }

    // Rows of tiles, of all samples in a row: as many as stay in the cache, and enough chunks for all threads.
    let total = batch * tiles.down
    let most = max(1, WinogradArrays.largestBlock / (Set.positions * (inputs + outputs) * tiles.across))
    let threads = workers.isSerial ? 1 : workers.threads
    let fewest = (TileShape.rows + tiles.across - 1) / tiles.across
    let rows = max(
      1, min(most, max((total + 4 * threads - 1) / (4 * threads), min(fewest, (total + threads - 1) / threads))))
    let memory = WinogradMemory(
      positions: Set.positions, inputs: inputs, outputs: outputs, tiles: rows * tiles.across, work: tiles.workCount)
    workers.reserveScratch(purpose: .block, count: memory.count)
    workers.run(chunks: (total + rows - 1) / rows) { chunk, worker in
      let base = workers.scratch(worker: worker, purpose: .block, count: memory.count)
      tiles.prepare(base + memory.work)
      let range = (chunk * rows)..<min(total, (chunk + 1) * rows)
      transformInputs(range, memory, base)
      multiply(UnsafePointer(weights), step: weightStep, memory, base, count: range.count * tiles.across)
      transformOutputs(range, memory, base)
    }
  }

  @inline(never)
  private func transformWeights(
    _ layout: WeightLayout, inputRange: Range<Int>, output: Int, into weights: UnsafeMutablePointer<Float>, step: Int,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    let lanes = PixelVector.scalarCount
    let area = Set.kernel * Set.kernel
    let (part, zeros) = (memory + area * lanes, memory + (area + Set.positions) * lanes)
    clearPixels(zeros, area)
    let sign = layout.isReversed ? -lanes : lanes
    for c in inputRange {
      PlaneGroup(
        base: layout.base + (output * layout.outputStep + c * layout.inputStep), stride: layout.outputStep,
        count: min(lanes, outputChannels - output), zeros: UnsafePointer(zeros)
      ).transpose(area, into: memory)
      transformTile(
        Set.Weights.self, layout.isReversed ? memory + (area - 1) * lanes : memory,
        WinogradSteps(row: Set.kernel * sign, column: sign), part, weights + (c * outputs + output),
        WinogradSteps(row: Set.side * step, column: step))
    }
  }

  @inline(never)
  private func transformInputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    tiles.transform(
      Set.Input.self, x, tiles.input, channels: inputChannels, before: tiles.padding, rows: range,
      into: base + memory.inputs, pitch: inputs, step: memory.inputStep, work: base + memory.work)
  }

  @inline(never)
  private func multiply(
    _ weights: UnsafePointer<Float>, step: Int, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    let lanes = PixelVector.scalarCount
    let blocks = (count + TileShape.rows - 1) / TileShape.rows
    for position in 0..<Set.positions {
      let a = base + (memory.inputs + position * memory.inputStep)
      let b = weights + position * step
      let own = base + (memory.outputs + position * memory.outputStep)
      var first = 0
      while first < outputs {
        // An odd vector at the end is computed twice.
        let second = min(first + lanes, outputs - lanes)
        for block in 0..<blocks {
          let rows = TileShape.cut(count, into: blocks, block)
          let target = own + rows.lowerBound * outputs
          WinogradProductTile(
            a: a + rows.lowerBound * inputs, rowStrideA: inputs, innerStrideA: 1, first: b + first, second: b + second,
            pitchB: outputs, inner: inputChannels, accumulates: false,
            target: PixelTargets(first: target + first, second: target + second, stride: outputs)
          ).run(rows: rows.count)
        }
        first += 2 * lanes
      }
    }
  }

  /// Outputs of the rows of tiles `range` from sums [position][tile][channel].
  @inline(never)
  private func transformOutputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    let lanes = PixelVector.scalarCount
    let lines = base + memory.work
    let rowPitch = tiles.width * lanes
    let part = lines + Set.side * rowPitch
    let area = tiles.output.area
    var channel = 0
    while channel < outputChannels {
      let count = min(lanes, outputChannels - channel)
      var offset = PixelVector.zero
      if let bias { for lane in 0..<count { offset[lane] = bias[channel + lane] } }
      for index in 0..<range.count {
        let row = range.lowerBound + index
        let (sample, top) = (row / tiles.down, row % tiles.down * Set.tile)
        for tile in 0..<tiles.across {
          transformTile(
            Set.Output.self, base + (memory.outputs + (index * tiles.across + tile) * outputs + channel),
            WinogradSteps(row: Set.side * memory.outputStep, column: memory.outputStep), part,
            lines + tile * Set.tile * lanes, WinogradSteps(row: rowPitch, column: lanes))
        }
        let image = y + ((sample * outputChannels + channel) * area + top * tiles.output.width)
        for r in 0..<min(Set.tile, tiles.output.height - top) {
          PlaneTargets(
            base: image + r * tiles.output.width, stride: area, count: count, offset: offset,
            lowest: PixelVector(repeating: rectifies ? 0 : -Float.infinity), accumulate: accumulate
          ).fill(from: lines + r * rowPitch, tiles.output.width)
        }
      }
      channel += lanes
    }
  }
}

/// Where a chunk's arrays lie in its memory.
struct WinogradMemory {
  let inputs = 0
  let outputs: Int
  /// Scalars from one position of the transformed arrays to the next.
  let inputStep: Int
  let outputStep: Int
  /// Where `WinogradTiles` works.
  let work: Int
  let count: Int

  init(positions: Int, inputs: Int, outputs: Int, tiles: Int, work: Int) {
    inputStep = WinogradArrays.spread(tiles * inputs)
    outputStep = WinogradArrays.spread(tiles * outputs)
    self.outputs = positions * inputStep
    self.work = self.outputs + positions * outputStep
    count = self.work + work
  }
}
