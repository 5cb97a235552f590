import NNKernelsCommon

/// The gradient of the weights of a convolution of 3 x 3 or 5 x 5 with stride 1, through Winograd's transforms: for each
/// of 36 elements of a transformed tile, a matrix product of the transformed upstream gradients (output channels x
/// tiles) and inputs (tiles x channels), transformed back once at the end.
///
/// Operations: 2 x 36 channels x output channels for each tile of 16 outputs (3 x 3) or 4 (5 x 5): a quarter, or a
/// little more than a third, of the direct way's; and about 150 for each transform of a tile of a channel. Bytes: the
/// transformed tiles of a block stay in the second-level cache; the sums of 36 products pass through it once for each
/// block. The relative error is below 2e-5 of the largest gradient.
///
/// Tiles are added up in a few parts, whose number depends on the shape alone, and the parts in their order.
struct WinogradBackwardWeights {
  let shape: Convolution
  let batch: Int
  let x: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>
  let workers: WorkerPool

  private let adjoint: WinogradAdjoint
  /// Tiles along a row and a column of an image.
  private let across: Int
  private let down: Int
  /// Channels, rounded up to whole vectors.
  private let inputs: Int
  private let outputs: Int

  init(
    _ shape: Convolution, _ batch: Int, x: UnsafePointer<Float>, upstream: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, workers: WorkerPool
  ) {
    self.shape = shape
    self.batch = batch
    self.x = x
    self.upstream = upstream
    self.weightGradient = weightGradient
    self.workers = workers
    adjoint = WinogradAdjoint(kernel: shape.kernel.width)
    across = (shape.output.width + adjoint.outputs - 1) / adjoint.outputs
    down = (shape.output.height + adjoint.outputs - 1) / adjoint.outputs
    inputs = Self.wholeVectors(shape.inputChannels)
    outputs = Self.wholeVectors(shape.outputChannels)
  }

  private static func wholeVectors(_ count: Int) -> Int {
    (count + PixelVector.scalarCount - 1) / PixelVector.scalarCount * PixelVector.scalarCount
  }

  /// Whether gradients of this shape are computed so: channels that fill vectors, tiles that are mostly full, and
  /// enough of them that transforming the sums back is the smaller part.
  static func suits(_ shape: Convolution, batch: Int) -> Bool {
    guard shape.kernel == Extent(3, 3) || shape.kernel == Extent(5, 5), shape.stride == Extent(1, 1),
      shape.dilation == Extent(1, 1), shape.groups == 1, shape.inputChannels >= 12, shape.outputChannels >= 12,
      shape.inputChannels * shape.outputChannels <= 1 << 15
    else { return false }
    let side = Winograd.inputs + 1 - shape.kernel.width
    let tiles = ((shape.output.width + side - 1) / side) * ((shape.output.height + side - 1) / side)
    return 10 * shape.output.area >= 6 * side * side * tiles && batch * tiles >= 128
  }

  /// Scalars of the sums of one part.
  private var sumCount: Int { Winograd.positions * shape.outputChannels * inputs }
  /// Parts of the batch.
  private var parts: Int { min(batch * down, sumCount <= 64 * 1024 ? 8 : 4) }
  /// Scalars of a chunk's transformed arrays.
  private static let largestBlock = 128 * 1024

  /// Adds the gradient to `weightGradient`.
  func run() {
    let (parts, sumCount) = (parts, sumCount)
    let sums = workers.scratch(worker: workers.currentWorker, purpose: .operand, count: parts * sumCount)
    let rows = max(1, Self.largestBlock / (Winograd.positions * (inputs + outputs) * across))
    let longest = (batch * down + parts - 1) / parts
    let memory = WinogradGradientMemory(
      inputs: inputs, outputs: outputs, tiles: min(rows, longest) * across,
      width: across * adjoint.outputs + adjoint.kernel - 1)
    workers.reserveScratch(purpose: .block, count: memory.count)
    workers.run(chunks: parts) { part, worker in
      let base = workers.scratch(worker: worker, purpose: .block, count: memory.count)
      clearPixels(base + memory.zeros, memory.width)
      let own = sums + part * sumCount
      clearPixels(own, sumCount)
      let range = TileShape.cut(batch * down, into: parts, part)
      var first = range.lowerBound
      while first < range.upperBound {
        let block = first..<min(first + rows, range.upperBound)
        transformInputs(block, memory, base)
        transformUpstream(block, memory, base)
        multiply(memory, base, tiles: block.count * across, into: own)
        first = block.upperBound
      }
    }
    workers.reserveScratch(purpose: .block, count: 2 * Winograd.positions * PixelVector.scalarCount)
    workers.run(chunks: shape.outputChannels) { channel, worker in
      let memory = workers.scratch(
        worker: worker, purpose: .block, count: 2 * Winograd.positions * PixelVector.scalarCount)
      transformSums(channel, UnsafePointer(sums), memory)
    }
  }

  /// Transformed inputs [position][tile][channel] of rows of tiles.
  @inline(never)
  private func transformInputs(
    _ range: Range<Int>, _ memory: WinogradGradientMemory, _ base: UnsafeMutablePointer<Float>
  ) {
    let lanes = PixelVector.scalarCount
    let (lines, part) = (base + memory.lines, base + memory.part)
    let pitch = memory.width * lanes
    var channel = 0
    while channel < shape.inputChannels {
      for index in 0..<range.count {
        let row = range.lowerBound + index
        let (sample, top) = (row / down, row % down * adjoint.outputs - shape.paddingBefore.height)
        let image = x + (sample * shape.inputChannels + channel) * shape.input.area
        for i in 0..<Winograd.inputs {
          turnLine(
            image, shape.input, channels: shape.inputChannels - channel, row: top + i,
            before: shape.paddingBefore.width, into: lines + i * pitch, memory, base)
        }
        var target = base + (memory.inputs + index * across * inputs + channel)
        var line = UnsafePointer(lines)
        for _ in 0..<across {
          for j in 0..<Winograd.inputs {
            Winograd.store(
              Winograd.input(Winograd.load(line + j * lanes, pitch)), part + j * lanes, Winograd.inputs * lanes)
          }
          for i in 0..<Winograd.inputs {
            Winograd.store(
              Winograd.input(Winograd.load(part + i * Winograd.inputs * lanes, lanes)),
              target + i * Winograd.inputs * memory.inputStep, memory.inputStep)
          }
          target += inputs
          line += adjoint.outputs * lanes
        }
      }
      channel += lanes
    }
  }

  /// Transformed upstream gradients [position][tile][channel] of rows of tiles.
  @inline(never)
  private func transformUpstream(
    _ range: Range<Int>, _ memory: WinogradGradientMemory, _ base: UnsafeMutablePointer<Float>
  ) {
    let lanes = PixelVector.scalarCount
    let (lines, part) = (base + memory.lines, base + memory.part)
    let pitch = memory.width * lanes
    var channel = 0
    while channel < shape.outputChannels {
      for index in 0..<range.count {
        let row = range.lowerBound + index
        let (sample, top) = (row / down, row % down * adjoint.outputs)
        let image = upstream + (sample * shape.outputChannels + channel) * shape.output.area
        for i in 0..<adjoint.outputs {
          turnLine(
            image, shape.output, channels: shape.outputChannels - channel, row: top + i, before: 0,
            into: lines + i * pitch, memory, base)
        }
        var target = base + (memory.outputs + index * across * outputs + channel)
        var line = UnsafePointer(lines)
        for _ in 0..<across {
          for j in 0..<adjoint.outputs {
            adjoint.sums(line + j * lanes, pitch, part + j * lanes, Winograd.inputs * lanes)
          }
          for i in 0..<Winograd.inputs {
            adjoint.sums(
              part + i * Winograd.inputs * lanes, lanes, target + i * Winograd.inputs * memory.outputStep,
              memory.outputStep)
          }
          target += outputs
          line += adjoint.outputs * lanes
        }
      }
      channel += lanes
    }
  }

  /// A row of an image, padded, channels side by side.
  @inline(__always)
  private func turnLine(
    _ image: UnsafePointer<Float>, _ size: Extent, channels: Int, row: Int, before: Int,
    into target: UnsafeMutablePointer<Float>, _ memory: WinogradGradientMemory, _ base: UnsafeMutablePointer<Float>
  ) {
    let lanes = PixelVector.scalarCount
    guard row >= 0, row < size.height else { return clearPixels(target, memory.width * lanes) }
    let count = min(size.width, memory.width - before)
    clearPixels(target, before * lanes)
    PlaneGroup(
      base: image + row * size.width, stride: size.area, count: min(channels, lanes),
      zeros: UnsafePointer(base + memory.zeros)
    ).transpose(count, into: target + before * lanes)
    clearPixels(target + (before + count) * lanes, (memory.width - before - count) * lanes)
  }

  @inline(never)
  private func multiply(
    _ memory: WinogradGradientMemory, _ base: UnsafeMutablePointer<Float>, tiles: Int,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let lanes = PixelVector.scalarCount
    let count = (shape.outputChannels + TileShape.rows - 1) / TileShape.rows
    for position in 0..<Winograd.positions {
      let a = base + (memory.outputs + position * memory.outputStep)
      let b = base + (memory.inputs + position * memory.inputStep)
      let own = sums + position * shape.outputChannels * inputs
      for tile in 0..<count {
        let rows = TileShape.cut(shape.outputChannels, into: count, tile)
        let target = own + rows.lowerBound * inputs
        var first = 0
        while first < inputs {
          // An odd vector at the end is computed twice.
          let second = min(first + lanes, inputs - lanes)
          WinogradSumTile(
            a: a + rows.lowerBound, pitchA: outputs, first: b + first, second: b + second, pitchB: inputs, inner: tiles,
            target: PixelTargets(first: target + first, second: target + second, stride: inputs)
          ).run(rows: rows.count)
          first += 2 * lanes
        }
      }
    }
  }

  /// Adds the gradients of one output channel's weights.
  @inline(never)
  private func transformSums(_ output: Int, _ sums: UnsafePointer<Float>, _ memory: UnsafeMutablePointer<Float>) {
    let lanes = PixelVector.scalarCount
    let (kernel, side) = (adjoint.kernel, Winograd.inputs)
    let part = memory + Winograd.positions * lanes
    let step = shape.outputChannels * inputs
    var channel = 0
    while channel < shape.inputChannels {
      for position in 0..<Winograd.positions {
        let place = sums + (position * step + output * inputs + channel)
        var sum = loadPixels(place)
        for index in 1..<max(1, parts) { sum += loadPixels(place + index * sumCount) }
        storePixels(sum, memory + position * lanes)
      }
      for j in 0..<side { adjoint.weights(memory + j * lanes, side * lanes, part + j * lanes, side * lanes) }
      for i in 0..<kernel { adjoint.weights(part + i * side * lanes, lanes, memory + i * kernel * lanes, lanes) }
      let target = weightGradient + (output * shape.inputChannels + channel) * kernel * kernel
      for lane in 0..<min(lanes, shape.inputChannels - channel) {
        for tap in 0..<kernel * kernel { target[lane * kernel * kernel + tap] += memory[tap * lanes + lane] }
      }
      channel += lanes
    }
  }
}

/// Where a part's arrays lie in its memory.
struct WinogradGradientMemory {
  /// Pixels of a padded row of an image.
  let width: Int
  let inputs = 0
  let outputs: Int
  /// Scalars from one position of the transformed arrays to the next.
  let inputStep: Int
  let outputStep: Int
  let lines: Int
  let part: Int
  let zeros: Int
  let count: Int

  init(inputs: Int, outputs: Int, tiles: Int, width: Int) {
    let lanes = PixelVector.scalarCount
    self.width = width
    inputStep = WinogradMemory.spread(tiles * inputs)
    outputStep = WinogradMemory.spread(tiles * outputs)
    self.outputs = Winograd.positions * inputStep
    lines = self.outputs + Winograd.positions * outputStep
    part = lines + Winograd.inputs * width * lanes
    zeros = part + Winograd.positions * lanes
    count = zeros + width
  }
}

/// Some output channels and two vectors of input channels of one position.
private struct WinogradSumTile: PixelTileUser {
  var a: UnsafePointer<Float>
  var pitchA: Int
  var first: UnsafePointer<Float>
  var second: UnsafePointer<Float>
  var pitchB: Int
  var inner: Int
  var target: PixelTargets

  @inline(never)
  func use<T: PixelTile>(_ type: T.Type) {
    var tile = T.load(target)
    var (a, first, second, left) = (a, first, second, inner)
    while left > 0 {
      tile.add(a, stride: 1, PixelPair(first, second))
      a += pitchA
      first += pitchB
      second += pitchB
      left -= 1
    }
    tile.store(target)
  }
}
