import NNKernelsCommon

/// A convolution with stride 1 by Winograd's F(4 x 4, 3 x 3) or F(4 x 4, 5 x 5): input tiles and weights are
/// transformed, multiplied element by element and summed over the input channels, which is one matrix product per
/// position of a tile, and the sums are transformed to output tiles.
///
///     y tile[o] = A^T [sum over c of (G w[o, c] G^T) * (B^T x tile[c] B)] A
///
/// Channels are in the lanes of vectors throughout (NCHWc); pixels are transposed on the way in and out.
///
/// Operations for a tile: 2 x 36 (3 x 3) or 2 x 64 (5 x 5) for each pair of channels, a quarter or a sixth of a direct
/// convolution's; and 120 or 280 for each transform of a channel. Bytes: the transformed arrays of a chunk stay in the
/// second-level cache. The relative error is below 2e-5 (3 x 3) or 1e-4 (5 x 5) of the largest output (a direct
/// convolution's is 1e-6): transforms multiply by up to 8 and subtract.
///
/// Each tile is computed independently, so its bits depend on its own input alone. Pooling by 2 x 2 takes the maxima of
/// the sums while their channels are in the lanes: a quarter of the pixels is transposed back and written. The bits are
/// the same, since adding a bias is monotonic.
struct WinogradConvolution<Set: WinogradSet> {
  /// Channels of `x` and `y`; a backward pass convolves the upstream gradient.
  let inputChannels: Int
  let outputChannels: Int
  let tiles: WinogradTiles<Set>
  let batch: Int
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let bias: UnsafePointer<Float>?
  let rectifies: Bool
  let accumulate: Bool
  /// Whether the output is pooled by maxima of 2 x 2 pixels with stride 2.
  var poolsPairs = false

  /// Whether convolutions of this shape take this path: enough channels that the transforms are the smaller part, and
  /// tiles that are mostly full. The batch has no influence, so that a sample's bits do not depend on it.
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

  /// Transforms the weights and convolves.
  func run(_ layout: WinogradWeightLayout, _ workers: WorkerPool) {
    let weights = operandScratch(count: transformed.count, workers)
    transformed.transform(layout, into: weights, workers)
    run(weights: UnsafePointer(weights), workers)
  }

  /// Convolves with weights that `WinogradWeights` has transformed.
  func run(weights: UnsafePointer<Float>, _ workers: WorkerPool) {
    // A chunk is a number of tile rows, counted through all samples: as many as fit into the cache, but enough chunks
    // for all threads.
    let total = batch * tiles.down
    let most = max(1, WinogradArrays.largestBlock / (Set.positions * (inputs + outputs) * tiles.across))
    let threads = workers.freeThreads
    let fewest = (TileShape.rows + tiles.across - 1) / tiles.across
    let rows = max(
      1, min(most, max((total + 4 * threads - 1) / (4 * threads), min(fewest, (total + threads - 1) / threads))))
    let memory = WinogradMemory(
      positions: Set.positions, inputs: inputs, outputs: outputs, tiles: rows * tiles.across, work: tiles.workCount)
    runChunks((total + rows - 1) / rows, scratchCount: memory.count, workers) { chunk, base in
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

  /// The outputs of the tile rows `range` from the sums [position][tile][channel].
  ///
  /// The pixels of a tile row are kept in image order, so that one call transposes them all. The last tile may write
  /// past the end of its rows; tiles are computed from last to first, so that the next row's pixels overwrite that.
  @inline(never)
  private func transformOutputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    let zeros = base + memory.work
    let (ownBias, half) = (zeros + lanes, base + (memory.work + tiles.halfStart))
    let pixels = base + (memory.work + tiles.rowsStart)
    let width = tiles.output.width
    let target = poolsPairs ? Extent(tiles.output.height / 2, width / 2) : tiles.output
    var channel = 0
    while channel < outputChannels {
      let count = min(lanes, outputChannels - channel)
      storeVector(.zero, ownBias)
      if let bias { for lane in 0..<count { ownBias[lane] = bias[channel + lane] } }
      for index in 0..<range.count {
        let row = range.lowerBound + index
        let (sample, top) = (row / tiles.down, row % tiles.down * Set.tile)
        var tile = tiles.across
        while tile > 0 {
          tile -= 1
          transformTile(
            Set.Output.self, base + (memory.outputs + (index * tiles.across + tile) * outputs + channel),
            TileStrides(row: Set.side * memory.outputStep, column: memory.outputStep), half,
            pixels + tile * Set.tile * lanes, TileStrides(row: width * lanes, column: lanes))
        }
        var (first, rows) = (top, min(Set.tile, tiles.output.height - top))
        if poolsPairs {
          (first, rows) = (top / 2, rows / 2)
          poolVectors(pixels, target.width, rows, pitch: width)
        }
        ChannelBlockTarget(
          base: y + ((sample * outputChannels + channel) * target.area + first * target.width), stride: target.area,
          count: count, bias: UnsafePointer(ownBias), zeros: UnsafePointer(zeros),
          lowest: rectifies ? 0 : -Float.infinity, accumulate: accumulate
        ).store(pixels, rows * target.width)
      }
      channel += lanes
    }
  }
}

/// Max pooling by 2 x 2 of channel-blocked pixels in rows of `pitch`, in place: `rows` contiguous rows of `width`
/// maxima. A maximum is never written behind the pixels that are still to be read.
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

/// The offsets of a chunk's arrays in its memory: transformed inputs, sums of products, the memory of `WinogradTiles`.
struct WinogradMemory {
  let inputs = 0
  let outputs: Int
  /// Scalars from one position of the transformed arrays to the next.
  let inputStep: Int
  let outputStep: Int
  let work: Int
  let count: Int

  init(positions: Int, inputs: Int, outputs: Int, tiles: Int, work: Int) {
    inputStep = WinogradArrays.unaliased(tiles * inputs)
    outputStep = WinogradArrays.unaliased(tiles * outputs)
    self.outputs = positions * inputStep
    self.work = self.outputs + positions * outputStep
    count = self.work + work
  }
}
