import NNKernelsCommon

/// The input's gradient of a convolution with stride 1, as the adjoint of `WinogradConvolution`: upstream tiles are
/// transformed, multiplied with the transformed weights and transformed to input tiles, which overlap and are added up.
///
///     dx tile = B [sum over o of (G w[o, c] G^T) * (A dy tile[o] A^T)] B^T
///
/// It takes as many tiles as forward. The other way, a convolution of the upstream gradient with the rotated weights,
/// takes the tiles of the input, which are more where there is little padding: 9 instead of 4 for 12 x 12 inputs and 8
/// x 8 outputs.
///
/// Operations for a tile: as forward; transforms of some 150 and 420 operations for each channel (5 x 5), and 64
/// additions. Bytes: a chunk's transformed arrays and one image's sums stay in the second-level cache. The relative
/// error is that of the forward pass.
///
/// A sample's tiles are added in order, so its bits depend on the sample alone.
struct WinogradBackwardData<Set: WinogradSet> {
  let shape: Convolution
  let batch: Int
  let upstream: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool

  let tiles: WinogradTiles<Set>

  /// Input and output channels, rounded up to whole vectors.
  private var inputs: Int { WinogradArrays.wholeVectors(shape.inputChannels) }
  private var outputs: Int { WinogradArrays.wholeVectors(shape.outputChannels) }
  private var transformed: WinogradWeights<Set> {
    WinogradWeights(inputChannels: shape.outputChannels, outputChannels: shape.inputChannels)
  }

  /// Whether gradients of this shape take this path: as forward, if it has fewer tiles than the input, and if the sums
  /// of an image fit into the cache.
  static func suits(_ shape: Convolution) -> Bool {
    guard WinogradConvolution<Set>.suits(shape) else { return false }
    let own = WinogradTiles<Set>(shape)
    let other = WinogradTiles<Set>(output: shape.input, input: shape.output, padding: Extent(0, 0))
    return own.across * own.down < other.across * other.down && own.width * height(own) <= mostPixels
  }

  /// Pixels of an image whose sums, a vector of channels each, fit into the second-level cache.
  private static var mostPixels: Int { 2048 }

  /// Rows of a padded image.
  private static func height(_ tiles: WinogradTiles<Set>) -> Int { tiles.down * Set.tile + Set.kernel - 1 }

  func run(_ weight: Buffer<Float>, _ workers: WorkerPool) {
    let lanes = Vector.scalarCount
    let weights = operandScratch(count: transformed.count, workers)
    transformed.transform(
      .init(
        base: UnsafePointer(weight.base), count: weight.count, outputStep: shape.kernel.area,
        inputStep: shape.weightsPerOutput, isRotated: false), into: weights, workers)
    let tilesOfSample = tiles.across * tiles.down
    let most = max(1, WinogradArrays.largestBlock / (Set.positions * (inputs + outputs) * tilesOfSample))
    let threads = workers.freeThreads
    let samples = max(1, min(most, (batch + 4 * threads - 1) / (4 * threads)))
    // Behind the rows of `WinogradTiles`: a tile, half transformed and whole, and an image with room for a block of
    // lanes vectors.
    let pixels = tiles.width * Self.height(tiles)
    let memory = WinogradMemory(
      positions: Set.positions, inputs: outputs, outputs: inputs, tiles: samples * tilesOfSample,
      work: tiles.workCount + (2 * Set.positions + pixels + lanes) * lanes)
    runChunks((batch + samples - 1) / samples, scratchCount: memory.count, workers) { chunk, base in
      tiles.prepare(base + memory.work)
      let range = (chunk * samples)..<min(batch, (chunk + 1) * samples)
      transformUpstream(range, memory, base)
      transformed.multiply(UnsafePointer(weights), memory, base, count: range.count * tilesOfSample)
      transformInputs(range, memory, base)
    }
  }

  @inline(never)
  private func transformUpstream(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    tiles.transform(
      Set.Upstream.self, upstream, shape.output, channels: shape.outputChannels, before: Extent(0, 0),
      rows: (range.lowerBound * tiles.down)..<(range.upperBound * tiles.down), into: base + memory.inputs,
      pitch: outputs, step: memory.inputStep, work: base + memory.work)
  }

  /// The gradients of the samples `range` from the sums [position][tile][channel].
  @inline(never)
  private func transformInputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    let zeros = base + memory.work
    let half = zeros + tiles.workCount
    let tile = half + Set.positions * lanes
    let image = tile + Set.positions * lanes
    let (width, height) = (tiles.width, Self.height(tiles))
    var channel = 0
    while channel < shape.inputChannels {
      for index in 0..<range.count {
        clearVectors(image, width * height)
        for row in 0..<tiles.down {
          for column in 0..<tiles.across {
            let number = (index * tiles.down + row) * tiles.across + column
            transformTile(
              Set.InputGradient.self, base + (memory.outputs + number * inputs + channel),
              TileStrides(row: Set.side * memory.outputStep, column: memory.outputStep), half, tile,
              TileStrides(row: Set.side * lanes, column: lanes))
            addTile(tile, to: image + (row * Set.tile * width + column * Set.tile) * lanes, pitch: width * lanes)
          }
        }
        store(image, sample: range.lowerBound + index, channel: channel, zeros: zeros)
      }
      channel += lanes
    }
  }

  @inline(__always)
  private func addTile(_ tile: UnsafePointer<Float>, to image: UnsafeMutablePointer<Float>, pitch: Int) {
    let lanes = Vector.scalarCount
    for i in 0..<Set.side {
      let (from, to) = (tile + i * Set.side * lanes, image + i * pitch)
      for j in 0..<Set.side {
        storeVector(loadVector(to + j * lanes) + loadVector(from + j * lanes), to + j * lanes)
      }
    }
  }

  /// Stores the pixels of an image without its padding.
  @inline(__always)
  private func store(
    _ image: UnsafePointer<Float>, sample: Int, channel: Int, zeros: UnsafePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let (size, before) = (shape.input, shape.paddingBefore)
    // Without padding, the rows are contiguous.
    let isDense = tiles.width == size.width
    let (rows, count) = isDense ? (1, size.area) : (size.height, size.width)
    for row in 0..<rows {
      ChannelBlockTarget(
        base: downstream + ((sample * shape.inputChannels + channel) * size.area + row * size.width),
        stride: size.area, count: min(lanes, shape.inputChannels - channel), bias: zeros, zeros: zeros,
        lowest: -Float.infinity, accumulate: accumulate
      ).store(image + ((row + before.height) * tiles.width + before.width) * lanes, count)
    }
  }
}
