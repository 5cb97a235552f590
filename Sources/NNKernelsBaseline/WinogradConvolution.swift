import NNKernelsCommon

/// A convolution of 3 x 3 with stride 1 in tiles of 4 x 4 outputs: input tiles and weights are transformed, multiplied
/// element by element and summed over the channels (36 matrix products), and transformed back.
///
/// Operations: 2 x 36 channels x output channels for each 16 outputs, a quarter of the direct way's, and about 13
/// additions and multiplications for each of 6 + 6 transforms of an input tile and 10 of an output tile. The transformed
/// arrays of a chunk stay in the second-level cache. The relative error is below 2e-5 of the largest output (the direct
/// way's is 1e-6): transforms multiply by up to 8 and subtract.
///
/// Every tile is computed by itself, so its bits depend on its own input alone.
struct WinogradConvolution {
  /// Channels and sizes; a backward pass is a convolution of the upstream gradient.
  let inputChannels: Int
  let outputChannels: Int
  let input: Extent
  let output: Extent
  let padding: Extent
  let batch: Int
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let bias: UnsafePointer<Float>?
  let rectifies: Bool
  let accumulate: Bool
  let workers: WorkerPool

  /// Tiles along a row and a column of an image.
  @inline(__always) private var across: Int { (output.width + 3) / 4 }
  @inline(__always) private var down: Int { (output.height + 3) / 4 }
  /// Tiles of output channels.
  @inline(__always) private var channelTiles: Int { (outputChannels + TileShape.rows - 1) / TileShape.rows }
  /// Weights of a row of transformed weights, for at most `TileShape.rows` output channels.
  static let pitch = 16

  /// Whether convolutions of this shape are computed so: enough channels that the transforms are the smaller part,
  /// tiles that are mostly full, and enough of them in `batch` samples to fill vectors. (Forward, a sample's bits are
  /// not to depend on its batch, so that a sample alone decides there.)
  static func suits(_ shape: Convolution, batch: Int) -> Bool {
    guard shape.kernel == Extent(3, 3), shape.stride == Extent(1, 1), shape.dilation == Extent(1, 1),
      shape.groups == 1, shape.inputChannels >= 16, shape.outputChannels >= 16,
      shape.paddingBefore == shape.paddingAfter, shape.paddingBefore.height <= 2, shape.paddingBefore.width <= 2
    else { return false }
    func isFull(_ size: Extent) -> Bool {
      let tiles = ((size.width + 3) / 4) * ((size.height + 3) / 4)
      return 10 * size.area >= 6 * 16 * tiles && batch * tiles >= 16
    }
    return isFull(shape.output) && isFull(shape.input)
  }

  /// Scalars of the transformed weights.
  private var weightCount: Int { Winograd.positions * channelTiles * inputChannels * Self.pitch }

  /// Computes all outputs.
  ///
  /// - Parameters:
  ///   - block: the most scalars that the rearranged weights of a tile of output channels take.
  ///   - rearrange: writes the weights of a tile of output channels for (input channel, weight position) and returns
  ///     the distances of channels and of positions; a negative one means that the positions are in reverse order.
  func run(
    block: Int, rearrange: (_ tile: Int, _ rows: Range<Int>, _ target: UnsafeMutablePointer<Float>) -> (Int, Int)
  ) {
    let weights = workers.scratch(worker: workers.currentWorker, purpose: .operand, count: weightCount)
    let tiles = channelTiles
    workers.reserveScratch(purpose: .block, count: block + 2 * Self.pitch)
    workers.run(chunks: tiles) { tile, worker in
      let memory = workers.scratch(worker: worker, purpose: .block, count: block + 2 * Self.pitch)
      let (channel, position) = rearrange(tile, TileShape.cut(outputChannels, into: tiles, tile), memory)
      transformWeights(memory, channel: channel, position: position, into: weights, tile: tile)
    }

    // Rows of tiles, of all samples in a row: as many as stay in the cache, and enough chunks for all threads.
    let total = batch * down
    let most = max(1, Self.largestBlock / (Winograd.positions * (inputChannels + outputChannels) * across))
    let threads = workers.isSerial ? 1 : workers.threads
    let fewest = (16 + across - 1) / across
    var rows = max(min(most, (total + 4 * threads - 1) / (4 * threads)), min(fewest, max(1, total / threads)))
    // Whole pairs of vectors, where that takes only a few rows.
    let unit = across % 16 == 0 ? 1 : across % 8 == 0 ? 2 : across % 4 == 0 ? 4 : 8
    if rows > unit { rows -= rows % unit }
    let (height, chunks) = (rows, (total + rows - 1) / rows)
    let memory = WinogradMemory(self, tiles: height * across, across: across)
    workers.reserveScratch(purpose: .block, count: memory.count)
    workers.run(chunks: chunks) { chunk, worker in
      let base = workers.scratch(worker: worker, purpose: .block, count: memory.count)
      let range = (chunk * height)..<min(total, (chunk + 1) * height)
      transformInputs(range, memory, base)
      multiply(UnsafePointer(weights), memory, base, tiles: range.count * across)
      transformOutputs(range, memory, base)
    }
  }

  /// Scalars of a chunk's transformed arrays.
  static let largestBlock = 128 * 1024

  @inline(never)
  private func transformWeights(
    _ source: UnsafePointer<Float>, channel: Int, position: Int, into target: UnsafeMutablePointer<Float>, tile: Int
  ) {
    let step = channelTiles * inputChannels * Self.pitch
    let first = position < 0 ? source - 8 * position : source
    for c in 0..<inputChannels {
      var lane = 0
      while lane < TileShape.rows {
        let g = first + (c * channel + lane)
        let a = Winograd.weights(loadPixels(g), loadPixels(g + 3 * position), loadPixels(g + 6 * position))
        let b = Winograd.weights(
          loadPixels(g + position), loadPixels(g + 4 * position), loadPixels(g + 7 * position))
        let d = Winograd.weights(
          loadPixels(g + 2 * position), loadPixels(g + 5 * position), loadPixels(g + 8 * position))
        let to = target + ((tile * inputChannels + c) * Self.pitch + lane)
        Winograd.store(Winograd.weights(a.0, b.0, d.0), to, step)
        Winograd.store(Winograd.weights(a.1, b.1, d.1), to + 6 * step, step)
        Winograd.store(Winograd.weights(a.2, b.2, d.2), to + 12 * step, step)
        Winograd.store(Winograd.weights(a.3, b.3, d.3), to + 18 * step, step)
        Winograd.store(Winograd.weights(a.4, b.4, d.4), to + 24 * step, step)
        Winograd.store(Winograd.weights(a.5, b.5, d.5), to + 30 * step, step)
        lane += PixelVector.scalarCount
      }
    }
  }

  /// Transformed input [position][channel][tile] of the rows of tiles `range`.
  @inline(never)
  private func transformInputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    let lanes = PixelVector.scalarCount
    let (lines, parts) = (base + memory.lines, base + memory.parts)
    let step = memory.inputStep
    // Each stage is done for all rows of tiles before the next one reads it: what is read soon after it was written in
    // other pieces has to wait until the writes have reached the cache.
    let height = 6 * memory.pitch
    for c in 0..<inputChannels {
      for index in 0..<range.count {
        let row = range.lowerBound + index
        let (sample, top) = (row / down, row % down * 4 - padding.height)
        let image = x + (sample * inputChannels + c) * input.area
        for i in 0..<6 { copyLine(image, top + i, lines + (index * height + i * memory.pitch), memory.pitch) }
      }
      for index in 0..<range.count {
        var line = lines + index * height
        let end = line + memory.pitch
        while line < end {
          Winograd.store(Winograd.input(Winograd.load(line, memory.pitch)), line, memory.pitch)
          line += lanes
        }
      }
      for index in 0..<range.count {
        // The six pixels of each tile, taken apart.
        for i in 0..<6 {
          var tile = 0
          while tile < across {
            let line = UnsafeRawPointer(lines + (index * height + i * memory.pitch + 4 * tile))
            let to = parts + (i * 6 * memory.span + index * across + tile)
            let (even, odd) = (
              line.loadUnaligned(as: SIMD16<Float>.self), (line + 16).loadUnaligned(as: SIMD16<Float>.self)
            )
            storeFour(even.evenHalf.evenHalf, to)
            storeFour(even.oddHalf.evenHalf, to + memory.span)
            storeFour(even.evenHalf.oddHalf, to + 2 * memory.span)
            storeFour(even.oddHalf.oddHalf, to + 3 * memory.span)
            storeFour(odd.evenHalf.evenHalf, to + 4 * memory.span)
            storeFour(odd.oddHalf.evenHalf, to + 5 * memory.span)
            tile += 4
          }
        }
      }
      let target = base + memory.inputs + c * memory.tiles
      for i in 0..<6 {
        var tile = 0
        while tile < memory.tiles {
          let six = Winograd.load(parts + (i * 6 * memory.span + tile), memory.span)
          Winograd.store(Winograd.input(six), target + (i * 6 * step + tile), step)
          tile += lanes
        }
      }
    }
  }

  /// Row `row` of an image, padded.
  @inline(__always)
  private func copyLine(_ image: UnsafePointer<Float>, _ row: Int, _ target: UnsafeMutablePointer<Float>, _ pitch: Int)
  {
    guard row >= 0, row < input.height else { return clearPixels(target, pitch) }
    let count = min(input.width, pitch - padding.width)
    for j in 0..<padding.width { target[j] = 0 }
    copyPixels(image + row * input.width, target + padding.width, count)
    clearPixels(target + (padding.width + count), pitch - padding.width - count)
  }

  @inline(never)
  private func multiply(
    _ weights: UnsafePointer<Float>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>, tiles: Int
  ) {
    let (count, lanes) = (channelTiles, PixelVector.scalarCount)
    for position in 0..<Winograd.positions {
      let source = base + (memory.inputs + position * memory.inputStep)
      for tile in 0..<count {
        let rows = TileShape.cut(outputChannels, into: count, tile)
        let target = base + (memory.sums + position * memory.sumStep + rows.lowerBound * memory.tiles)
        var first = 0
        while first < tiles {
          WinogradTile(
            a: weights + (position * count + tile) * inputChannels * Self.pitch, inner: inputChannels,
            b: source + first, stride: memory.tiles,
            target: PixelTargets(first: target + first, second: target + (first + lanes), stride: memory.tiles)
          ).run(rows: rows.count)
          first += 2 * lanes
        }
      }
    }
  }

  /// Outputs of the rows of tiles `range` from sums [position][channel][tile].
  @inline(never)
  private func transformOutputs(_ range: Range<Int>, _ memory: WinogradMemory, _ base: UnsafeMutablePointer<Float>) {
    let lanes = PixelVector.scalarCount
    let parts = base + memory.parts
    let step = memory.sumStep
    for o in 0..<outputChannels {
      let offset = PixelVector(repeating: bias.map { $0[o] } ?? 0)
      let source = base + (memory.sums + o * memory.tiles)
      var tile = 0
      while tile < memory.tiles {
        let from = source + tile
        let a = Winograd.output(Winograd.load(from, 6 * step))
        let b = Winograd.output(Winograd.load(from + step, 6 * step))
        let c = Winograd.output(Winograd.load(from + 2 * step, 6 * step))
        let d = Winograd.output(Winograd.load(from + 3 * step, 6 * step))
        let e = Winograd.output(Winograd.load(from + 4 * step, 6 * step))
        let f = Winograd.output(Winograd.load(from + 5 * step, 6 * step))
        let to = parts + tile
        storeRow(Winograd.output((a.0, b.0, c.0, d.0, e.0, f.0)), offset, rectifies, to, memory.span)
        storeRow(Winograd.output((a.1, b.1, c.1, d.1, e.1, f.1)), offset, rectifies, to + 4 * memory.span, memory.span)
        storeRow(Winograd.output((a.2, b.2, c.2, d.2, e.2, f.2)), offset, rectifies, to + 8 * memory.span, memory.span)
        storeRow(Winograd.output((a.3, b.3, c.3, d.3, e.3, f.3)), offset, rectifies, to + 12 * memory.span, memory.span)
        tile += lanes
      }
      for index in 0..<range.count {
        let row = range.lowerBound + index
        let (sample, top) = (row / down, row % down * 4)
        let image = y + (sample * outputChannels + o) * output.area
        for r in 0..<min(4, output.height - top) {
          putLine(parts + (r * 4 * memory.span + index * across), memory.span, image + (top + r) * output.width)
        }
      }
    }
  }

  /// One row of outputs from the four columns of its tiles.
  @inline(__always)
  private func putLine(_ parts: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>) {
    var column = 0
    while column + 16 <= output.width {
      let from = parts + column / 4
      var (even, odd, all) = (SIMD8<Float>(), SIMD8<Float>(), SIMD16<Float>())
      even.evenHalf = loadFour(from)
      even.oddHalf = loadFour(from + 2 * stride)
      odd.evenHalf = loadFour(from + stride)
      odd.oddHalf = loadFour(from + 3 * stride)
      all.evenHalf = even
      all.oddHalf = odd
      let to = UnsafeMutableRawPointer(target + column)
      if accumulate { all += UnsafeRawPointer(to).loadUnaligned(as: SIMD16<Float>.self) }
      to.storeBytes(of: all, as: SIMD16<Float>.self)
      column += 16
    }
    while column < output.width {
      let value = parts[column % 4 * stride + column / 4]
      target[column] = accumulate ? target[column] + value : value
      column += 1
    }
  }
}

/// Where a chunk's arrays lie in its memory.
struct WinogradMemory {
  /// Tiles of a chunk, rounded up to whole pairs of vectors.
  let tiles: Int
  /// Scalars from one array of pixels, taken apart, to the next: room for a group of four that begins at the last tile.
  let span: Int
  /// Scalars of a padded row of an image.
  let pitch: Int
  let inputs: Int
  let sums: Int
  /// Scalars from one position of the transformed inputs, and of the sums, to the next.
  let inputStep: Int
  let sumStep: Int
  let lines: Int
  let parts: Int
  let count: Int

  init(_ run: WinogradConvolution, tiles: Int, across: Int) {
    let pair = 2 * PixelVector.scalarCount
    self.tiles = (tiles + pair - 1) / pair * pair
    span = self.tiles + PixelVector.scalarCount
    pitch = (4 * ((across + 3) / 4 * 4) + 4 + 16 + 7) / 8 * 8
    inputs = 0
    inputStep = Self.spread(run.inputChannels * self.tiles)
    sumStep = Self.spread(run.outputChannels * self.tiles)
    sums = Winograd.positions * inputStep
    lines = sums + Winograd.positions * sumStep
    parts = lines + 6 * pitch * (tiles / max(1, across))
    count = parts + Winograd.positions * span
  }

  /// At least `count`, and such that the same element of all positions lies in different sets of the first-level cache.
  static func spread(_ count: Int) -> Int { (count + 1023 - 48) / 1024 * 1024 + 48 }
}

/// Four columns of a tile's row, with the bias, and zero instead of negative numbers if asked for.
@_transparent
private func storeRow(
  _ four: (PixelVector, PixelVector, PixelVector, PixelVector), _ offset: PixelVector, _ rectifies: Bool,
  _ target: UnsafeMutablePointer<Float>, _ stride: Int
) {
  let lowest = PixelVector(repeating: rectifies ? 0 : -Float.infinity)
  storePixels(raised(four.0 + offset, lowest), target)
  storePixels(raised(four.1 + offset, lowest), target + stride)
  storePixels(raised(four.2 + offset, lowest), target + 2 * stride)
  storePixels(raised(four.3 + offset, lowest), target + 3 * stride)
}

/// `x`, but at least `low`; a lane that is not a number stays one.
@_transparent
private func raised(_ x: PixelVector, _ low: PixelVector) -> PixelVector { x.replacing(with: low, where: x .< low) }

@_transparent
private func loadFour(_ source: UnsafePointer<Float>) -> SIMD4<Float> {
  UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self)
}

@_transparent
private func storeFour(_ vector: SIMD4<Float>, _ target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(of: vector, as: SIMD4<Float>.self)
}

/// Some output channels and two vectors of tiles of one position.
private struct WinogradTile: PixelTileUser {
  var a: UnsafePointer<Float>
  var inner: Int
  var b: UnsafePointer<Float>
  var stride: Int
  var target: PixelTargets

  @inline(never)
  func use<T: PixelTile>(_ type: T.Type) {
    var tile = T.zero
    var (a, b, left) = (a, b, inner)
    while left > 0 {
      tile.add(a, stride: 1, PixelPair(b, b + PixelVector.scalarCount))
      a += WinogradConvolution.pitch
      b += stride
      left -= 1
    }
    tile.store(target)
  }
}
