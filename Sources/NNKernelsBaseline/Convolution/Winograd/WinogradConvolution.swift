import NNKernelsCommon

/// A convolution with stride 1 in tiles of 4 x 4 outputs: input tiles and weights are transformed, multiplied element by
/// element and summed over the channels (a matrix product for each element), and transformed back. Channels lie in
/// the lanes of vectors all the way; pixels are transposed on the way in and out.
///
/// Operations for a tile: 2 x 36 (3 x 3) or 2 x 64 (5 x 5) for each pair of channels, a quarter or a sixth of the direct
/// way's; and 120 or 280 for each transform of a channel. Bytes: the transformed arrays of a chunk stay in the
/// second-level cache. The relative error is below 2e-5 (3 x 3) or 1e-4 (5 x 5) of the largest output (the direct way's
/// is 1e-6): transforms multiply by up to 8 and subtract.
///
/// Every tile is computed by itself, so its bits depend on its own input alone. Pooling by 2 x 2 takes the largest sums
/// while their channels lie in vectors: a quarter of the pixels is transposed back and written, with the same bits, since
/// adding a bias keeps the order.
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
  /// Whether only the largest of each 2 x 2 pixels that lie side by side goes to `y`.
  var poolsPairs = false

  /// Whether convolutions of this shape are computed so: enough channels that the transforms are the smaller part, and
  /// tiles that are mostly full. A sample's bits are not to depend on its batch, so the batch has no say.
  static func suits(_ shape: Convolution) -> Bool {
    shape.kernel == Extent(Set.kernel, Set.kernel) && shape.stride == Extent(1, 1) && shape.dilation == Extent(1, 1)
      && shape.groups == 1 && shape.inputChannels >= 12 && shape.outputChannels >= 12
      && WinogradTiles<Set>.isFull(shape.output) && shape.output.area >= 49
  }

  private var outputs: Int { WinogradArrays.wholeVectors(outputChannels) }
  private var inputs: Int { WinogradArrays.wholeVectors(inputChannels) }
  private var transformed: WinogradWeights<Set> {
    WinogradWeights(inputChannels: inputChannels, outputChannels: outputChannels)
  }

  /// Computes all outputs.
  func run(_ layout: WinogradWeightLayout, _ workers: WorkerPool) {
    let weights = workers.scratch.memory(worker: workers.currentWorker, purpose: .operand, count: transformed.count)
    transformed.transform(layout, into: weights, workers)
    run(weights: UnsafePointer(weights), workers)
  }

  /// Computes all outputs with weights as `WinogradWeights` transforms them.
  func run(weights: UnsafePointer<Float>, _ workers: WorkerPool) {
    // Rows of tiles, of all samples in a row: as many as stay in the cache, and enough chunks for all threads.
    let total = batch * tiles.down
    let most = max(1, WinogradArrays.largestBlock / (Set.positions * (inputs + outputs) * tiles.across))
    let threads = workers.freeThreads
    let fewest = (TileShape.rows + tiles.across - 1) / tiles.across
    let rows = max(
      1, min(most, max((total + 4 * threads - 1) / (4 * threads), min(fewest, (total + threads - 1) / threads))))
    let memory = WinogradMemory(
      positions: Set.positions, inputs: inputs, outputs: outputs, tiles: rows * tiles.across, work: tiles.workCount)
    workers.reserveScratch(purpose: .block, count: memory.count)
    workers.run(chunks: (total + rows - 1) / rows) { chunk, worker in
      let base = workers.scratch.memory(worker: worker, purpose: .block, count: memory.count)
      tiles.prepare(base + memory.work)
      let range = (chunk * rows)..<min(total, (chunk + 1) * rows)
      transformInputs(range, memory, base)
      transformed.multiply(weights, memory, base, count: range.count * tiles.across)
      transformOutputs(range, memory, base)
    }
  }

  @inline(never)
  private func transformInputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    tiles.transform(
      Set.Input.self, x, tiles.input, channels: inputChannels, before: tiles.padding, rows: range,
      into: base + memory.inputs, pitch: inputs, step: memory.inputStep, work: base + memory.work)
  }

  /// Outputs of the rows of tiles `range` from sums [position][tile][channel].
  ///
  /// The rows of a row of tiles lie in a row, as they do in an image, and are transposed together. Tiles are computed from
  /// the last to the first, so that what the last one writes over the end of its rows is overwritten.
  @inline(never)
  private func transformOutputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    let zeros = base + memory.work
    let (offsets, part) = (zeros + lanes, base + (memory.work + tiles.partStart))
    let lines = base + (memory.work + tiles.rowsStart)
    let width = tiles.output.width
    let target = poolsPairs ? Extent(tiles.output.height / 2, width / 2) : tiles.output
    var channel = 0
    while channel < outputChannels {
      let count = min(lanes, outputChannels - channel)
      storeVector(.zero, offsets)
      if let bias { for lane in 0..<count { offsets[lane] = bias[channel + lane] } }
      for index in 0..<range.count {
        let row = range.lowerBound + index
        let (sample, top) = (row / tiles.down, row % tiles.down * Set.tile)
        var tile = tiles.across
        while tile > 0 {
          tile -= 1
          transformTile(
            Set.Output.self, base + (memory.outputs + (index * tiles.across + tile) * outputs + channel),
            WinogradSteps(row: Set.side * memory.outputStep, column: memory.outputStep), part,
            lines + tile * Set.tile * lanes, WinogradSteps(row: width * lanes, column: lanes))
        }
        var (first, rows) = (top, min(Set.tile, tiles.output.height - top))
        if poolsPairs {
          (first, rows) = (top / 2, rows / 2)
          poolVectors(lines, target.width, rows, pitch: width)
        }
        PlaneTargets(
          base: y + ((sample * outputChannels + channel) * target.area + first * target.width), stride: target.area,
          count: count, offsets: UnsafePointer(offsets), zeros: UnsafePointer(zeros),
          lowest: rectifies ? 0 : -Float.infinity, accumulate: accumulate
        ).fill(from: lines, rows * target.width)
      }
      channel += lanes
    }
  }
}

/// Pixels with their channels side by side, in rows of `pitch` pixels: the largest of each 2 x 2 goes to the place where
/// `rows` rows of `width` such pixels begin one behind the other. No pixel is overwritten before it is read.
@inline(__always)
private func poolVectors(_ pixels: UnsafeMutablePointer<Float>, _ width: Int, _ rows: Int, pitch: Int) {
  let lanes = Vector.scalarCount
  var target = pixels
  for i in 0..<rows {
    var above = UnsafePointer(pixels) + 2 * i * pitch * lanes
    for _ in 0..<width {
      let below = above + pitch * lanes
      var best = loadVector(above)
      best = firstLargest(loadVector(above + lanes), best)
      best = firstLargest(loadVector(below), best)
      best = firstLargest(loadVector(below + lanes), best)
      storeVector(best, target)
      above += 2 * lanes
      target += lanes
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
