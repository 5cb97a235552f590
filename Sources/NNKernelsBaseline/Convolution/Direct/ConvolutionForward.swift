import NNKernelsCommon

/// y = epilogue(convolution of x), see `Scalar.convolve`: a matrix product of the weights (output channels x weights
/// per output) and the pixels that each window reads (weights per output x output pixels). The second matrix is never
/// formed: its rows are read where they lie in the image, or in a padded copy of the few rows that a chunk needs.
///
/// Operations: 2 output channels x output pixels x weights per output, padding included, for each sample. Bytes: at
/// least 4 for each scalar of the input, the output and the weights; the padded copy moves the input once more, within
/// the second-level cache. The floor is the rate of the multipliers from about eight output channels on.
///
/// Every output adds its terms in the order of the weights, after the bias, whatever the tile and the chunk: its bits
/// depend on its own window alone.
func convolve(
  _ shape: Convolution, _ batch: Int, _ x: Buffer<Float>, _ weights: ConvolutionWeights, _ y: Buffer<Float>,
  _ epilogue: Epilogue<Float>, _ workers: WorkerPool
) {
  guard batch > 0 else { return }
  if convolveDepthwise(shape, batch, x, weights.buffer, y, epilogue, workers) { return }
  if winogradConvolve(shape, batch, x, weights, y, epilogue, workers) { return }
  ConvolutionRun(shape.flattened, batch, x.base, weights, y.base, epilogue, threads: workers.freeThreads).run(workers)
}

/// One convolution under way: what all its chunks need to know.
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
  var offsets: UnsafePointer<Int32>
  /// Weights of one output channel.
  let inner: Int
  /// Tiles of output channels in a group.
  let tiles: Int
  /// Whether the weights of a tile's rows lie side by side, and whether they are still to be rearranged so.
  let hasPackedWeights: Bool
  let packsWeights: Bool
  /// The pooling that outputs go through on their way to memory, if any.
  let pooling: PooledPixels?
  /// Pieces that the output rows, those of the pooling if there is one, and the tiles, of a group of one sample are cut
  /// into.
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
      // The rearrangement costs about as much as two or three vectors of pixels.
      packsWeights = shape.groupOutputs > 1 && batch * shape.output.height * vectors >= 24
      hasPackedWeights = packsWeights
    case .packed(let packed):
      weight = UnsafePointer(packed.base)
      packsWeights = false
      hasPackedWeights = true
    }

    // Rows: as many as leave the pixels of a chunk in the second-level cache, and enough chunks for all threads.
    let work = shape.groupOutputs * shape.output.area * inner
    let wanted = threads == 1 ? 1 : min(4 * threads, batch * shape.groups * work / ProductPlan.leastWork)
    let wholes = batch * shape.groups
    var fewest = (shape.groupInputs * shape.input.area + Self.pixelsPerChunk - 1) / Self.pixelsPerChunk
    if pooling != nil { fewest = max(fewest, PooledPixels.fewestParts(shape)) }
    var parts = max(fewest, wanted <= wholes ? 1 : (wanted + wholes - 1) / wholes)
    let leastRows = pooling.map(PooledPixels.leastRows) ?? max(1, 2 / vectors)
    let height = pooling?.output.height ?? shape.output.height
    parts = max(1, min(parts, height / leastRows))
    rowParts = parts
    tileParts = wanted <= wholes * parts ? 1 : min(tiles, (wanted + wholes * parts - 1) / (wholes * parts))
    let rows = (height + parts - 1) / parts
    planes = ImagePlanes(shape, outputRows: pooling?.mostRows(windows: rows) ?? rows)
    if let pooling { self.pooling = PooledPixels(pooling, planes) } else { self.pooling = nil }
  }

  /// Pixels of all channels whose rows make one chunk.
  static let pixelsPerChunk = 96 * 1024

  var packedCount: Int { packsWeights ? shape.outputChannels * inner : 0 }

  /// Scalars that a chunk needs: the pixels that it reads, and a tile's sums or what it pools.
  private var blockCount: Int {
    planes.size(shape.groupInputs) + (pooling?.count ?? TileShape.rows * 2 * Vector.scalarCount)
  }

  /// Computes all outputs.
  func run(_ workers: WorkerPool) {
    var run = self
    let memory = workers.scratch.memory(
      worker: workers.currentWorker, purpose: .operand, count: inner + packedCount)
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
    workers.reserveScratch(purpose: .block, count: blockCount)
    workers.run(chunks: batch * shape.groups * parts) { chunk, worker in
      let (whole, part) = (chunk / parts, chunk % parts)
      let (sample, group) = (whole / shape.groups, whole % shape.groups)
      let memory = workers.scratch.memory(worker: worker, purpose: .block, count: blockCount)
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

  /// Where output rows from `firstRow` on read their pixels: in the input, or in planes that are made in `memory`.
  @inline(__always)
  private func source(_ sample: Int, _ group: Int, firstRow: Int, _ memory: UnsafeMutablePointer<Float>)
    -> UnsafePointer<Float>
  {
    let source = x + (sample * shape.inputChannels + group * shape.groupInputs) * shape.input.area
    if planes.isDirect { return source + firstRow * planes.pitch }
    planes.fill(memory, from: source, channels: shape.groupInputs, firstRow: firstRow)
    return UnsafePointer(memory)
  }

  /// The share of a tile of `count` channels from `channel` on, its places still to be said.
  @inline(__always)
  private func task(_ channel: Int, _ count: Int, _ source: UnsafePointer<Float>, _ target: PixelTargets) -> WindowTile
  {
    WindowTile(
      a: weight + channel * inner, rowStrideA: hasPackedWeights ? 1 : inner,
      innerStrideA: hasPackedWeights ? count : 1, offsets: offsets, inner: inner, bias: bias.map { $0 + channel },
      rectifies: activation == .relu, first: source, second: source, target: target)
  }

  @inline(never)
  private func compute(
    _ sample: Int, _ group: Int, _ rows: Range<Int>, _ tileRange: Range<Int>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let sums = memory + planes.size(shape.groupInputs)
    let source = source(sample, group, firstRow: rows.lowerBound, memory)
    let area = shape.output.area
    let width = shape.output.width
    let vectors = (width + lanes - 1) / lanes
    let count = rows.count * vectors
    let canStore = !accumulate && (activation == .identity || activation == .relu)
    for tile in tileRange {
      let range = TileShape.cut(shape.groupOutputs, into: tiles, tile)
      let channel = group * shape.groupOutputs + range.lowerBound
      let target = y + (sample * shape.outputChannels + channel) * area + rows.lowerBound * width
      var task = task(channel, range.count, source, PixelTargets(first: target, second: target, stride: area))
      PixelCursor.forEachPair(of: count, perRow: vectors) { one, two in
        task.first = source + (one.row * planes.pitch + one.vector * lanes)
        task.second = source + (two.row * planes.pitch + two.vector * lanes)
        let places = (one.row * width + one.vector * lanes, two.row * width + two.vector * lanes)
        let valid = (min(lanes, width - one.vector * lanes), min(lanes, width - two.vector * lanes))
        if canStore && valid.0 == lanes && valid.1 == lanes {
          task.target = PixelTargets(first: target + places.0, second: target + places.1, stride: area)
          task.run(rows: range.count)
        } else {
          task.target = PixelTargets(first: sums, second: sums + lanes, stride: 2 * lanes)
          task.rectifies = false
          task.run(rows: range.count)
          task.rectifies = activation == .relu
          PixelEpilogue(
            activation: activation, accumulate: accumulate, sums: sums, rows: range.count, stride: area
          ).apply((target + places.0, valid.0), (target + places.1, valid.1))
        }
      }
    }
  }

  /// Some rows of windows of a pooling. The pixels that they cover are computed into memory and pooled there.
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
    let count = pooling.isOneRow ? vectors : rows.count * vectors
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

/// A place among the vectors of the output's rows.
private struct PixelCursor {
  var row: Int
  var vector: Int

  /// Calls `body` with the places of two vectors at a time, row after row; with the last one twice if their number is
  /// odd.
  @inline(__always)
  static func forEachPair(of count: Int, perRow vectors: Int, _ body: (PixelCursor, PixelCursor) -> Void) {
    var next = PixelCursor(row: 0, vector: 0)
    var index = 0
    while index < count {
      let one = next
      next.advance(vectors)
      let two = index + 1 < count ? next : one
      next.advance(vectors)
      index += 2
      body(one, two)
    }
  }

  @inline(__always)
  private mutating func advance(_ vectors: Int) {
    vector += 1
    if vector == vectors {
      vector = 0
      row += 1
    }
  }
}

/// One tile's share of a convolution: some channels and two vectors of pixels, over all weights.
private struct WindowTile: PixelTileUser {
  var a: UnsafePointer<Float>
  var rowStrideA: Int
  var innerStrideA: Int
  var offsets: UnsafePointer<Int32>
  var inner: Int
  var bias: UnsafePointer<Float>?
  var rectifies: Bool
  /// What the two vectors multiply with a weight whose offset is zero.
  var first: UnsafePointer<Float>
  var second: UnsafePointer<Float>
  var target: PixelTargets

  @inline(never)
  func use<T: PixelTile>(_ type: T.Type) {
    if rowStrideA == 1 { compute(type, rowStride: 1) } else { compute(type, rowStride: rowStrideA) }
  }

  @inline(__always)
  private func compute<T: PixelTile>(_ type: T.Type, rowStride: Int) {
    var tile = bias.map { T.filled($0) } ?? T.zero
    var (a, offset, left) = (a, offsets, inner)
    while left > 0 {
      let place = Int(offset.pointee)
      tile.add(a, stride: rowStride, PixelPair(first + place, second + place))
      a += innerStrideA
      offset += 1
      left -= 1
    }
    if rectifies { tile.storeRectified(target) } else { tile.store(target) }
  }
}

/// What is done to a finished tile that does not go straight to its place.
struct PixelEpilogue: FunctionUser {
  let activation: Activation
  let accumulate: Bool
  let sums: UnsafeMutablePointer<Float>
  let rows: Int
  let stride: Int

  typealias Place = (target: UnsafeMutablePointer<Float>, count: Int)

  /// Sends both vectors of each row to their places, the valid part alone.
  @inline(never)
  func apply(_ first: Place, _ second: Place) {
    let lanes = Vector.scalarCount
    if accumulate {
      for row in 0..<rows {
        let own = sums + row * 2 * lanes
        add((first.target + row * stride, first.count), own)
        add((second.target + row * stride, second.count), own + lanes)
      }
    }
    if activation != .identity { activation.apply(self) }
    for row in 0..<rows {
      let own = sums + row * 2 * lanes
      move(own, (first.target + row * stride, first.count))
      move(own + lanes, (second.target + row * stride, second.count))
    }
  }

  @inline(__always)
  private func move(_ source: UnsafePointer<Float>, _ place: Place) {
    if place.count == Vector.scalarCount {
      storeVector(loadVector(source), place.target)
    } else {
      storeVector(loadVector(source), place.target, count: place.count)
    }
  }

  /// Adds what is at a place.
  @inline(__always)
  private func add(_ place: Place, _ sums: UnsafeMutablePointer<Float>) {
    if place.count == Vector.scalarCount {
      storeVector(loadVector(sums) + loadVector(place.target), sums)
    } else {
      storeVector(loadVector(sums) + loadVector(place.target, count: place.count), sums)
    }
  }

  @inline(never)
  func use<F: VectorFunction>(_ function: F) {
    var i = 0
    while i < rows * 2 * Vector.scalarCount {
      storeVector(function.value(loadVector(sums + i)), sums + i)
      i += Vector.scalarCount
    }
  }
}
