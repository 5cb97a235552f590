import NNKernelsCommon

/// downstream (+)= gradient of a convolution's input, see `Scalar.convolveBackwardData`: for each weight position, a
/// matrix product of the weights there (input channels x output channels) and the upstream gradient (output channels
/// x output pixels), added to the input pixels that the windows multiply with that weight.
///
/// Sums stay in registers over the output channels and pass through the first-level cache once for each weight
/// position: with n output channels in a group, every 2 n operations move 8 bytes there. No product is spent on pixels
/// that no window reads. Operations: as forward. Bytes: at least 4 for each scalar of both gradients and the weights.
///
/// A sample's gradient is computed by one chunk for each tile of channels, always in the same order.
func convolveBackwardData(
  _ shape: Convolution, _ batch: Int, _ upstream: Buffer<Float>, _ weight: Buffer<Float>,
  _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) {
  guard batch > 0 else { return }
  if convolveDepthwiseBackwardData(shape, batch, upstream, weight, downstream, accumulate, workers) { return }
  if winogradBackwardData(shape, batch, upstream, weight, downstream, accumulate, workers) { return }
  let shape = shape.flattened
  let packed = workers.scratch.memory(
    worker: workers.currentWorker, purpose: .operand, count: shape.outputChannels * shape.weightsPerOutput)
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

/// How weights lie in memory for the backward pass: group by group, tile of input channels by tile, weight position by
/// position, output channel by channel, the tile's channels side by side.
struct TapWeights {
  let shape: Convolution
  let taps: Int
  /// Tiles of input channels in a group.
  let tiles: Int

  init(_ shape: Convolution) {
    self.shape = shape
    taps = shape.kernel.area
    tiles = (shape.groupInputs + TileShape.rows - 1) / TileShape.rows
  }

  @inline(__always)
  func channels(_ tile: Int) -> Range<Int> { TileShape.cut(shape.groupInputs, into: tiles, tile) }

  /// Where the weights of a tile begin.
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

/// An upstream gradient whose rows are whole vectors, filled up with zeros if they are not by themselves.
struct GradientRows {
  let isDirect: Bool
  let pitch: Int
  let rows: Int
  /// Scalars of a filled-up plane: whole vectors.
  let area: Int

  init(_ output: Extent) {
    let lanes = Vector.scalarCount
    let pitch = (output.width + lanes - 1) / lanes * lanes
    self.init(isDirect: output.width % lanes == 0, pitch: pitch, rows: output.height, area: pitch * output.height)
  }

  /// Rows filled up to the pitch of the image that they meet, if that makes fewer vectors: a plane is then one row. What
  /// is read behind an image's rows is multiplied by zero; it must be there, `ImagePlanes.slack` scalars at most.
  init(_ output: Extent, meeting planes: ImagePlanes) {
    let lanes = Vector.scalarCount
    let whole = (planes.pitch * output.height + lanes - 1) / lanes * lanes
    guard !planes.isDirect, planes.pitch - output.width + lanes <= ImagePlanes.slack,
      whole < (output.width + lanes - 1) / lanes * lanes * output.height
    else {
      self.init(output)
      return
    }
    self.init(isDirect: false, pitch: planes.pitch, rows: output.height, area: whole)
  }

  private init(isDirect: Bool, pitch: Int, rows: Int, area: Int) {
    self.isDirect = isDirect
    self.pitch = pitch
    self.rows = rows
    self.area = area
  }

  /// Rows that a loop over whole vectors runs through, and the vectors of each.
  @inline(__always) var vectorRows: Int { pitch % Vector.scalarCount == 0 ? rows : 1 }
  @inline(__always) var vectors: Int { area / vectorRows / Vector.scalarCount }

  /// Scalars of the filled-up planes of `channels` channels.
  func size(_ channels: Int) -> Int { isDirect ? 0 : channels * area }

  /// Copies `channels` planes; the copies of neighbouring channels lie `spacing` scalars apart.
  @inline(never)
  func fill(
    _ target: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, channels: Int, width: Int, spacing: Int
  ) {
    for c in 0..<channels {
      var to = target + c * spacing
      var from = source + c * rows * width
      if isDirect {
        copyPixels(from, to, area)
        continue
      }
      for _ in 0..<rows {
        copyPixels(from, to, width)
        clearPixels(to + width, pitch - width)
        to += pitch
        from += width
      }
      clearPixels(to, area - rows * pitch)
    }
  }
}

/// One backward pass under way.
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
    let wholes = batch * shape.groups
    let threads = workers.freeThreads
    let parts = wholes >= 4 * threads ? 1 : min(weights.tiles, (4 * threads + wholes - 1) / wholes)
    let gradient = GradientRows(shape.output)
    let area = shape.output.area
    let ownPlanes = planes.size(TileShape.rows)
    let blockCount = ownPlanes + gradient.size(shape.groupOutputs)
    workers.reserveScratch(purpose: .block, count: blockCount)
    workers.run(chunks: wholes * parts) { chunk, worker in
      let (whole, part) = (chunk / parts, chunk % parts)
      let (sample, group) = (whole / shape.groups, whole % shape.groups)
      let memory = workers.scratch.memory(worker: worker, purpose: .block, count: blockCount)
      var source = upstream + (sample * shape.outputChannels + group * shape.groupOutputs) * area
      if !gradient.isDirect {
        gradient.fill(
          memory + ownPlanes, from: source, channels: shape.groupOutputs, width: shape.output.width,
          spacing: gradient.area)
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
    let vectors = gradient.vectors
    let count = vectors * gradient.rows
    var task = ScatterTile(
      a: packed + weights.start(group: group, tile: tile), rows: channels.count, inner: shape.groupOutputs,
      first: source, second: source, innerStride: gradient.area,
      target: PixelTargets(first: target, second: target, stride: planes.channel))
    for u in 0..<shape.kernel.height {
      for v in 0..<shape.kernel.width {
        let start = target + planes.offset(u, v)
        var (row, vector, index) = (0, 0, 0)
        while index < count {
          let one = (source: row * gradient.pitch + vector * lanes, target: row * planes.pitch + vector * lanes)
          vector += 1
          if vector == vectors { (vector, row) = (0, row + 1) }
          var two = one
          if index + 1 < count {
            two = (source: row * gradient.pitch + vector * lanes, target: row * planes.pitch + vector * lanes)
            vector += 1
            if vector == vectors { (vector, row) = (0, row + 1) }
          }
          index += 2
          task.first = source + one.source
          task.second = source + two.source
          task.target.first = start + one.target
          task.target.second = start + two.target
          task.run(rows: channels.count)
        }
        task.a += step
      }
    }
    if !planes.isDirect {
      planes.drain(memory, into: image, channels: channels.count, accumulate: accumulate)
    }
  }
}

/// Adds the products of one weight position for some input channels and two vectors of windows.
private struct ScatterTile: PixelTileUser {
  var a: UnsafePointer<Float>
  var rows: Int
  var inner: Int
  var first: UnsafePointer<Float>
  var second: UnsafePointer<Float>
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
