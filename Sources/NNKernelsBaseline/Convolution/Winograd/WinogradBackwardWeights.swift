import NNKernelsCommon

/// The weights' gradient of a convolution with stride 1 by Winograd's transforms: for each position of a transformed
/// tile, a matrix product of the transformed upstream gradients (output channels x tiles) and inputs (tiles x input
/// channels), transformed back once at the end.
///
///     dw[o, c] = G^T [sum over tiles of (A dy tile[o] A^T) * (B^T x tile[c] B)] G
///
/// Operations for a tile of 16 outputs: 2 x 36 (3 x 3) or 2 x 64 (5 x 5) for each pair of channels, a quarter or a
/// sixth of a direct convolution's; and 150 or 350 for each transform of a channel. Bytes: the transformed tiles of a
/// block stay in the second-level cache; the sums of the products pass through it once for each block. The relative
/// error is below 2e-5 (3 x 3) or 1e-4 (5 x 5) of the largest gradient.
///
/// Tiles are summed in a few parts, whose number depends on the shape alone; then the parts in order.
struct WinogradBackwardWeights<Set: WinogradSet> {
  let shape: Convolution
  let batch: Int
  let x: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>

  let tiles: WinogradTiles<Set>

  /// Input and output channels, rounded up to whole vectors.
  private var inputs: Int { WinogradArrays.wholeVectors(shape.inputChannels) }
  private var outputs: Int { WinogradArrays.wholeVectors(shape.outputChannels) }
  /// Whether the sums are [position][input channel][output channel], with output channels in the lanes; else
  /// [position][output channel][input channel].
  private var transposesSums: Bool { shape.inputChannels * outputs < shape.outputChannels * inputs }

  /// Whether gradients of this shape take this path: as forward, with enough tiles that the transform of the sums is
  /// the smaller part.
  static func suits(_ shape: Convolution, batch: Int) -> Bool {
    WinogradConvolution<Set>.suits(shape) && shape.inputChannels * shape.outputChannels <= 1 << 15
      && batch * shape.output.area >= 128 * Set.tile * Set.tile
  }

  /// Rows of the sums of one position, and their columns.
  private var sumRows: Int { transposesSums ? shape.inputChannels : shape.outputChannels }
  private var sumColumns: Int { transposesSums ? outputs : inputs }
  /// Scalars of the sums of one part.
  private var sumCount: Int { Set.positions * sumRows * sumColumns }
  /// Parts of the batch.
  private var parts: Int { min(batch * tiles.down, sumCount <= 64 * 1024 ? 8 : 4) }

  /// Adds the gradient to `weightGradient`.
  func run(_ workers: WorkerPool) {
    let (parts, sumCount, total) = (parts, sumCount, batch * tiles.down)
    let sums = operandScratch(count: parts * sumCount, workers)
    let rows = max(1, WinogradArrays.largestBlock / (Set.positions * (inputs + outputs) * tiles.across))
    let longest = (total + parts - 1) / parts
    let memory = WinogradMemory(
      positions: Set.positions, inputs: inputs, outputs: outputs, tiles: min(rows, longest) * tiles.across,
      work: tiles.workCount)
    runChunks(parts, scratchCount: memory.count, workers) { part, base in
      tiles.prepare(base + memory.work)
      let own = sums + part * sumCount
      let range = TileShape.cut(total, into: parts, part)
      var first = range.lowerBound
      while first < range.upperBound {
        let block = first..<min(first + rows, range.upperBound)
        transformInputs(block, memory, base)
        transformUpstream(block, memory, base)
        multiply(memory, base, count: block.count * tiles.across, into: own, isFirst: first == range.lowerBound)
        first = block.upperBound
      }
    }
    runChunks(sumRows, scratchCount: 2 * Set.positions * Vector.scalarCount, workers) { row, memory in
      transformSums(row, UnsafePointer(sums), memory)
    }
  }

  @inline(never)
  private func transformInputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    tiles.transform(
      Set.Input.self, x, shape.input, channels: shape.inputChannels, before: tiles.padding, rows: range,
      into: base + memory.inputs, pitch: inputs, step: memory.inputStep, work: base + memory.work)
  }

  @inline(never)
  private func transformUpstream(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    tiles.transform(
      Set.Upstream.self, upstream, shape.output, channels: shape.outputChannels, before: Extent(0, 0), rows: range,
      into: base + memory.outputs, pitch: outputs, step: memory.outputStep, work: base + memory.work)
  }

  /// sums (+)= the products of the `count` transformed tiles in `memory`, position by position.
  @inline(never)
  private func multiply(
    _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>, count: Int, into sums: UnsafeMutablePointer<Float>,
    isFirst: Bool
  ) {
    for position in 0..<Set.positions {
      let x = base + (memory.inputs + position * memory.inputStep)
      let upstream = base + (memory.outputs + position * memory.outputStep)
      WinogradProduct(
        a: transposesSums ? x : upstream, rowStrideA: 1, innerStrideA: transposesSums ? inputs : outputs, rows: sumRows,
        b: transposesSums ? upstream : x, inner: count, columns: sumColumns,
        c: sums + position * sumRows * sumColumns, accumulates: !isFirst
      ).run()
    }
  }

  /// Adds up the parts' sums of one row, transforms them and adds them to the weights' gradient.
  @inline(never)
  private func transformSums(_ row: Int, _ sums: UnsafePointer<Float>, _ memory: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    let area = Set.kernel * Set.kernel
    let half = memory + Set.positions * lanes
    let step = sumRows * sumColumns
    // Scalars from the weights of one row of the sums, and of one lane, to those of the next.
    let across = shape.inputChannels * area
    let (rowStep, laneStep) = transposesSums ? (area, across) : (across, area)
    let channels = transposesSums ? shape.outputChannels : shape.inputChannels
    var channel = 0
    while channel < channels {
      for position in 0..<Set.positions {
        let first = sums + (position * step + row * sumColumns + channel)
        var sum = loadVector(first)
        for index in 1..<max(1, parts) { sum += loadVector(first + index * sumCount) }
        storeVector(sum, memory + position * lanes)
      }
      transformTile(
        Set.WeightGradient.self, memory, TileStrides(row: Set.side * lanes, column: lanes), half, memory,
        TileStrides(row: Set.kernel * lanes, column: lanes))
      let target = weightGradient + (row * rowStep + channel * laneStep)
      for lane in 0..<min(lanes, channels - channel) {
        for tap in 0..<area { target[lane * laneStep + tap] += memory[tap * lanes + lane] }
      }
      channel += lanes
    }
  }
}
