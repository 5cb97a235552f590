import NNKernelsCommon

/// downstream (+)= gradient of a convolution's input, see `Scalar.convolveBackwardData`: for each tap (u, v) a matrix
/// product that is scattered, the transpose of im2col,
///
///     dx[c, i S + u - P, j S + v - P] += sum over o of w[o, c, u, v] dy[o, i, j]
///
/// Sums stay in registers over the output channels and pass through the first-level cache once per tap: with n output
/// channels in a group, every 2 n operations move 8 bytes there. Operations: as forward. Bytes: at least 4 for each
/// scalar of both gradients and the weights.
///
/// One chunk computes a sample's gradient for a tile of channels, always in the same order.
func convolveBackwardData(
  _ shape: Convolution, _ batch: Int, _ upstream: Buffer<Float>, _ weight: Buffer<Float>,
  _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) {
  guard batch > 0 else { return }
  if convolveDepthwiseBackwardData(shape, batch, upstream, weight, downstream, accumulate, workers) { return }
  if winogradBackwardData(shape, batch, upstream, weight, downstream, accumulate, workers) { return }
  let shape = shape.flattened
  let packed = operandScratch(count: shape.outputChannels * shape.weightsPerOutput, workers)
  let layout = TapWeights(shape)
  let source = UnsafePointer(weight.base)
  workers.run(
    count: shape.groups * layout.tiles, grain: max(1, 16384 / max(1, shape.groupOutputs * TileShape.rows * layout.taps))
  ) { range in
    for index in range {
      layout.pack(source, group: index / layout.tiles, tile: index % layout.tiles, into: packed)
    }
  }
  BackwardDataRun(
    shape: shape, batch: batch, upstream: UnsafePointer(upstream.base), weights: layout,
    packed: UnsafePointer(packed), downstream: downstream.base, accumulate: accumulate,
    planes: ImagePlanes(shape)
  ).computeAll(workers)
}

/// The packed weights of the backward pass: [group][tile of input channels][tap][output channel][channel of the tile].
struct TapWeights {
  let shape: Convolution
  let taps: Int
  /// Register tiles of input channels per group.
  let tiles: Int

  init(_ shape: Convolution) {
    self.shape = shape
    taps = shape.kernel.area
    tiles = (shape.groupInputs + TileShape.rows - 1) / TileShape.rows
  }

  @inline(__always)
  func channels(_ tile: Int) -> Range<Int> { TileShape.cut(shape.groupInputs, into: tiles, tile) }

  /// The offset of a tile's weights.
  @inline(__always)
  func start(group: Int, tile: Int) -> Int {
    (group * shape.groupInputs + channels(tile).lowerBound) * shape.groupOutputs * taps
  }

  @inline(never)
  func pack(_ weight: UnsafePointer<Float>, group: Int, tile: Int, into packed: UnsafeMutablePointer<Float>) {
    let range = channels(tile)
    let target = packed + start(group: group, tile: tile)
    let step = shape.groupOutputs * range.count
    for o in 0..<shape.groupOutputs {
      let row = weight + (group * shape.groupOutputs + o) * shape.weightsPerOutput
      for c in 0..<range.count {
        let from = row + (range.lowerBound + c) * taps
        let to = target + (o * range.count + c)
        for tap in 0..<taps { to[tap * step] = from[tap] }
      }
    }
  }
}

/// One input gradient: what its chunks share.
private struct BackwardDataRun {
  let shape: Convolution
  let batch: Int
  let upstream: UnsafePointer<Float>
  let weights: TapWeights
  let packed: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let planes: ImagePlanes

  func computeAll(_ workers: WorkerPool) {
    // The work partition: sample x group x block of channel tiles.
    let images = batch * shape.groups
    let threads = workers.freeThreads
    let parts = images >= 4 * threads ? 1 : min(weights.tiles, (4 * threads + images - 1) / images)
    let gradient = GradientRows(planes.isContiguous ? Extent(1, shape.output.area) : shape.output)
    let area = shape.output.area
    let ownPlanes = planes.size(TileShape.rows)
    let blockCount = ownPlanes + gradient.size(shape.groupOutputs)
    runChunks(images * parts, scratchCount: blockCount, workers) { chunk, memory in
      let (image, part) = (chunk / parts, chunk % parts)
      let (sample, group) = (image / shape.groups, image % shape.groups)
      var source = upstream + (sample * shape.outputChannels + group * shape.groupOutputs) * area
      if !gradient.isDirect {
        gradient.pack(
          memory + ownPlanes, from: source, channels: shape.groupOutputs,
          width: planes.isContiguous ? area : shape.output.width, spacing: gradient.area)
        source = UnsafePointer(memory + ownPlanes)
      }
      for tile in TileShape.cut(weights.tiles, into: parts, part) {
        compute(sample: sample, group: group, tile: tile, source, gradient, memory)
      }
    }
  }

  @inline(never)
  private func compute(
    sample: Int, group: Int, tile: Int, _ source: UnsafePointer<Float>, _ gradient: GradientRows,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let channels = weights.channels(tile)
    let image =
      downstream + (sample * shape.inputChannels + group * shape.groupInputs + channels.lowerBound) * shape.input.area
    let target = planes.isDirect ? image : memory
    if !planes.isDirect {
      target.update(repeating: 0, count: channels.count * planes.channel + 2 * lanes)
    } else if !accumulate {
      target.update(repeating: 0, count: channels.count * planes.channel)
    }
    let step = shape.groupOutputs * channels.count
    var task = ScatterTile(
      a: packed + weights.start(group: group, tile: tile), inner: shape.groupOutputs,
      first: source, second: source, innerStride: gradient.area,
      target: PixelTargets(first: target, second: target, stride: planes.channel))
    for u in 0..<shape.kernel.height {
      for v in 0..<shape.kernel.width {
        let start = target + planes.offset(u, v)
        PixelCursor.forEachPair(of: gradient.vectors * gradient.rows, perRow: gradient.vectors) { one, two in
          task.first = source + (one.row * gradient.pitch + one.vector * lanes)
          task.second = source + (two.row * gradient.pitch + two.vector * lanes)
          task.target.first = start + (one.row * planes.pitch + one.vector * lanes)
          task.target.second = start + (two.row * planes.pitch + two.vector * lanes)
          task.run(rows: channels.count)
        }
        task.a += step
      }
    }
    if !planes.isDirect {
      planes.scatter(memory, into: image, channels: channels.count, accumulate: accumulate)
    }
  }
}

/// The micro-kernel for one tap: a register tile of T.rows input channels x two vectors of windows.
///
///     target[c, j] += sum over o of a[o, c] upstream[o, j]
private struct ScatterTile: PixelTileUser {
  var a: UnsafePointer<Float>
  /// Output channels of the group.
  var inner: Int
  /// The two vectors of output channel 0.
  var first: UnsafePointer<Float>
  var second: UnsafePointer<Float>
  /// Scalars from one output channel to the next.
  var innerStride: Int
  var target: PixelTargets

  @inline(never)
  func use<T: PixelTile>(_ type: T.Type) {
    var tile = T.load(target)
    var (a, first, second, left) = (a, first, second, inner)
    while left > 0 {
      tile.add(a, stride: 1, PixelPair(first, second))
      a += T.rows
      first += innerStride
      second += innerStride
      left -= 1
    }
    tile.store(target)
  }
}
