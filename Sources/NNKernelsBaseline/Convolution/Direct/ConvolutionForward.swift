import NNKernelsCommon

/// y = epilogue(convolution of x), see `Scalar.convolve`: a direct convolution as an implicit matrix product,
///
///     y[o, (i, j)] = sum over k = (c, u, v) of w[o, k] im2col[k, (i, j)]
///     im2col[k, (i, j)] = x[c, i S + u - P, j S + v - P]
///
/// for each sample and group; S is the stride, P the padding. The im2col matrix is never formed: its rows are read from
/// the image, or from a padded polyphase copy of the rows that a chunk needs, see `ImagePlanes`.
///
/// Operations: 2 output channels x output pixels x weights per output, padding included, for each sample. Bytes: at
/// least 4 for each scalar of the input, the output and the weights; the polyphase copy moves the input once more,
/// within the second-level cache. Bound by the multipliers from about eight output channels on.
///
/// Every output adds its terms in the order of k, after the bias, whatever the tile and the chunk: its bits depend on
/// its own window alone.
func convolve(
  _ shape: Convolution, _ batch: Int, _ x: Buffer<Float>, _ weights: ConvolutionWeights, _ y: Buffer<Float>,
  _ epilogue: Epilogue<Float>, _ workers: WorkerPool
) {
  guard batch > 0 else { return }
  if convolveDepthwise(shape, batch, x, weights.buffer, y, epilogue, workers) { return }
  if winogradConvolve(shape, batch, x, weights, y, epilogue, workers) { return }
  ConvolutionRun(shape.flattened, batch, x.base, weights, y.base, epilogue, threads: workers.freeThreads).run(workers)
}

/// One direct convolution: what its chunks share.
struct ConvolutionRun {
  let shape: Convolution
  let batch: Int
  let x: UnsafePointer<Float>
  var weight: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let bias: UnsafePointer<Float>?
  let activation: Activation
  let accumulate: Bool
  let planes: ImagePlanes
  /// The offset of each weight's pixel from that of the window's first, for the inner index k.
  var offsets: UnsafePointer<Int32>
  /// Weights per output channel: the inner size.
  let inner: Int
  /// Register tiles of output channels per group.
  let tiles: Int
  /// Whether the weights are packed: tile by tile, k by k, with the channels of a tile contiguous.
  let hasPackedWeights: Bool
  /// Whether the run packs them first.
  let packsWeights: Bool
  /// The pooling that is fused into the epilogue, if any.
  let pooling: PooledPixels?
  /// The work partition: sample x group x row block x block of tiles. Row blocks are of window rows of the pooling if
  /// there is one, else of output rows.
  let rowParts: Int
  let tileParts: Int

  init(
    _ shape: Convolution, _ batch: Int, _ x: UnsafePointer<Float>, _ weights: ConvolutionWeights,
    _ y: UnsafeMutablePointer<Float>, _ epilogue: Epilogue<Float>, pooling: Pooling? = nil, threads: Int
  ) {
    self.shape = shape
    self.batch = batch
    self.x = x
    self.y = y
    bias = epilogue.bias.map { UnsafePointer($0.base) }
    activation = epilogue.activation
    accumulate = epilogue.accumulate
    offsets = UnsafePointer(UnsafeMutableRawPointer(y).assumingMemoryBound(to: Int32.self))
    inner = shape.weightsPerOutput
    tiles = (shape.groupOutputs + TileShape.rows - 1) / TileShape.rows
    let vectors = (shape.output.width + Vector.scalarCount - 1) / Vector.scalarCount
    switch weights {
    case .plain(let plain):
      weight = UnsafePointer(plain.base)
      // Packing takes about as long as two or three vectors of pixels.
      packsWeights = shape.groupOutputs > 1 && batch * shape.output.height * vectors >= 24
      hasPackedWeights = packsWeights
    case .packed(let packed):
      weight = UnsafePointer(packed.base)
      packsWeights = false
      hasPackedWeights = true
    }

    // Row blocks keep the pixels of a chunk in the second-level cache; more blocks keep all threads busy.
    let work = shape.groupOutputs * shape.output.area * inner
    let chunks = threads == 1 ? 1 : min(4 * threads, batch * shape.groups * work / ProductPlan.leastWork)
    let images = batch * shape.groups
    var fewest = (shape.groupInputs * shape.input.area + Self.pixelsPerChunk - 1) / Self.pixelsPerChunk
    if pooling != nil { fewest = max(fewest, PooledPixels.fewestParts(shape)) }
    var parts = max(fewest, chunks <= images ? 1 : (chunks + images - 1) / images)
    let leastRows = pooling.map(PooledPixels.leastRows) ?? max(1, 2 / vectors)
    let height = pooling?.output.height ?? shape.output.height
    parts = max(1, min(parts, height / leastRows))
    rowParts = parts
    tileParts = chunks <= images * parts ? 1 : min(tiles, (chunks + images * parts - 1) / (images * parts))
    let rows = (height + parts - 1) / parts
    planes = ImagePlanes(shape, outputRows: pooling?.mostRows(windows: rows) ?? rows)
    if let pooling { self.pooling = PooledPixels(pooling, planes) } else { self.pooling = nil }
  }

  /// Input scalars of a chunk, all channels of its rows.
  static let pixelsPerChunk = 96 * 1024

  var packedCount: Int { packsWeights ? shape.outputChannels * inner : 0 }

  /// Scalars of a chunk's memory: the polyphase copy of its pixels, then a tile's sums or the pixels to be pooled.
  private var blockCount: Int {
    planes.size(shape.groupInputs) + (pooling?.count ?? TileShape.rows * 2 * Vector.scalarCount)
  }

  func run(_ workers: WorkerPool) {
    var run = self
    let memory = operandScratch(count: inner + packedCount, workers)
    let offsets = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
    planes.writeOffsets(offsets, spacing: planes.channel)
    run.offsets = UnsafePointer(offsets)
    if packsWeights {
      let packed = memory + inner
      packTiles(shape, weight, into: packed, workers)
      run.weight = UnsafePointer(packed)
    }
    run.computeAll(workers)
  }

  private func computeAll(_ workers: WorkerPool) {
    let parts = rowParts * tileParts
    runChunks(batch * shape.groups * parts, scratchCount: blockCount, workers) { chunk, memory in
      let (image, part) = (chunk / parts, chunk % parts)
      let (sample, group) = (image / shape.groups, image % shape.groups)
      let tileRange = TileShape.cut(tiles, into: tileParts, part % tileParts)
      if let pooling {
        let windows = TileShape.cut(pooling.windows.output.height, into: rowParts, part / tileParts)
        computePooled(sample, group, pooling, windows, tileRange, memory)
      } else {
        let rows = TileShape.cut(shape.output.height, into: rowParts, part / tileParts)
        compute(sample, group, rows, tileRange, memory)
      }
    }
  }

  /// What output rows from `firstRow` on read: the input, or a polyphase copy of its rows in `memory`.
  @inline(__always)
  private func source(_ sample: Int, _ group: Int, firstRow: Int, _ memory: UnsafeMutablePointer<Float>)
    -> UnsafePointer<Float>
  {
    let source = x + (sample * shape.inputChannels + group * shape.groupInputs) * shape.input.area
    if planes.isDirect { return source + firstRow * planes.pitch }
    planes.gather(memory, from: source, channels: shape.groupInputs, firstRow: firstRow)
    return UnsafePointer(memory)
  }

  /// The tile of `count` channels from `channel` on; its pixels and its target are still to be set.
  @inline(__always)
  private func task(_ channel: Int, _ count: Int, _ source: UnsafePointer<Float>, _ target: PixelTargets)
    -> ConvolutionTile
  {
    ConvolutionTile(
      a: weight + channel * inner, rowStrideA: hasPackedWeights ? 1 : inner,
      innerStrideA: hasPackedWeights ? count : 1, offsets: offsets, inner: inner, bias: bias.map { $0 + channel },
      rectifies: activation == .relu, first: source, second: source, target: target)
  }

  /// Output rows `rows` of the channel tiles `tileRange`.
  @inline(never)
  private func compute(
    _ sample: Int, _ group: Int, _ rows: Range<Int>, _ tileRange: Range<Int>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let sums = memory + planes.size(shape.groupInputs)
    let source = source(sample, group, firstRow: rows.lowerBound, memory)
    let area = shape.output.area
    let first = rows.lowerBound * shape.output.width
    let width = planes.isContiguous ? rows.count * shape.output.width : shape.output.width
    let vectors = (width + lanes - 1) / lanes
    let count = planes.isContiguous ? vectors : rows.count * vectors
    let storesDirectly = !accumulate && (activation == .identity || activation == .relu)
    for tile in tileRange {
      let range = TileShape.cut(shape.groupOutputs, into: tiles, tile)
      let channel = group * shape.groupOutputs + range.lowerBound
      let target = y + (sample * shape.outputChannels + channel) * area + first
      var task = task(channel, range.count, source, PixelTargets(first: target, second: target, stride: area))
      PixelCursor.forEachPair(of: count, perRow: vectors) { one, two in
        task.first = source + (one.row * planes.pitch + one.vector * lanes)
        task.second = source + (two.row * planes.pitch + two.vector * lanes)
        let offsets = (one.row * width + one.vector * lanes, two.row * width + two.vector * lanes)
        let valid = (min(lanes, width - one.vector * lanes), min(lanes, width - two.vector * lanes))
        if storesDirectly && valid.0 == lanes && valid.1 == lanes {
          task.target = PixelTargets(first: target + offsets.0, second: target + offsets.1, stride: area)
          task.run(rows: range.count)
        } else {
          task.target = PixelTargets(first: sums, second: sums + lanes, stride: 2 * lanes)
          task.rectifies = false
          task.run(rows: range.count)
          task.rectifies = activation == .relu
          PixelEpilogue(
            activation: activation, accumulate: accumulate, sums: sums, rows: range.count, stride: area
          ).apply((target + offsets.0, valid.0), (target + offsets.1, valid.1))
        }
      }
    }
  }

  /// The pooling's window rows `windows` of the channel tiles `tileRange`: the pixels of a tile that they cover go to
  /// `memory` and are pooled there.
  @inline(never)
  private func computePooled(
    _ sample: Int, _ group: Int, _ pooling: PooledPixels, _ windows: Range<Int>, _ tileRange: Range<Int>,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let rows = pooling.windows.shape.rows(windows)
    let source = source(sample, group, firstRow: rows.lowerBound, memory)
    let pixels = memory + planes.size(shape.groupInputs)
    pooling.prepare(pixels)
    let vectors = pooling.vectors(rows: rows.count)
    let count = pooling.isContiguous ? vectors : rows.count * vectors
    for tile in tileRange {
      let range = TileShape.cut(shape.groupOutputs, into: tiles, tile)
      let channel = group * shape.groupOutputs + range.lowerBound
      let stride = pooling.planeStride
      var task = task(channel, range.count, source, PixelTargets(first: pixels, second: pixels, stride: stride))
      PixelCursor.forEachPair(of: count, perRow: vectors) { one, two in
        task.first = source + (one.row * planes.pitch + one.vector * lanes)
        task.second = source + (two.row * planes.pitch + two.vector * lanes)
        task.target = PixelTargets(
          first: pixels + (one.row * pooling.pitch + one.vector * lanes),
          second: pixels + (two.row * pooling.pitch + two.vector * lanes), stride: stride)
        task.run(rows: range.count)
      }
      pooling.pool(
        windows, firstRow: rows.lowerBound, pixels, channels: range.count,
        into: y + (sample * shape.outputChannels + channel) * pooling.windows.output.area)
    }
  }
}
