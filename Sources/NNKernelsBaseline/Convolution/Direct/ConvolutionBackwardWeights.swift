import NNKernelsCommon

/// weightGradient (+)= gradient of a convolution's weights, see `Scalar.convolveBackwardWeights`: the correlation of
/// the input with the upstream gradient, as dot products of contiguous rows,
///
///     dw[o, c, u, v] = sum over n, i, j of dy[n, o, i, j] x[n, c, i S + u - P, j S + v - P]
///
/// The register tile is four output channels x up to six weights, which share their loads.
///
/// Operations: as forward. Bytes: 4 for each scalar of the input and the upstream gradient from memory; from the
/// first-level cache 10 vectors for 24 multiply-adds of vectors.
///
/// A chunk computes its weights over all samples: nothing is reduced across chunks, and the bits do not depend on them.
func convolveBackwardWeights(
  _ shape: Convolution, _ batch: Int, _ x: Buffer<Float>, _ upstream: Buffer<Float>, _ weightGradient: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  if !accumulate { weightGradient.fill(0) }
  guard batch > 0 else { return }
  if convolveDepthwiseBackwardWeights(shape, batch, x, upstream, weightGradient, workers) { return }
  if winogradBackwardWeights(shape, batch, x, upstream, weightGradient, workers) { return }
  let shape = shape.flattened
  let planes = ImagePlanes(shape)
  let memory = operandScratch(count: shape.weightsPerOutput, workers)
  let offsets = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
  BackwardWeightsRun(
    shape: shape, batch: batch, x: UnsafePointer(x.base), upstream: UnsafePointer(upstream.base),
    weightGradient: weightGradient.base, planes: planes, offsets: offsets
  ).computeAll(workers)
}

/// One weight gradient: what its chunks share.
private struct BackwardWeightsRun {
  let shape: Convolution
  let batch: Int
  let x: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>
  let planes: ImagePlanes
  /// The offset of the first pixel that each weight of an output channel multiplies.
  let offsets: UnsafeMutablePointer<Int32>

  /// Output channels of a register tile.
  static let tileRows = 4
  #if LEVEL_V4
    /// Weights of a register tile.
    static let tileWeights = 6
  #else
    /// Weights of a register tile.
    static let tileWeights = 3
  #endif
  /// The fewest pixels of one channel, over the samples of a block, that a tile accumulates in registers.
  static let pixelsPerBlock = 1024
  /// Scalars of the copies of a block of samples that fit into the second-level cache.
  static let largestBlock = 160 * 1024

  func computeAll(_ workers: WorkerPool) {
    let rowTiles = (shape.groupOutputs + Self.tileRows - 1) / Self.tileRows
    let weightTiles = (shape.weightsPerOutput + Self.tileWeights - 1) / Self.tileWeights
    // The work partition: group x block of weight tiles x block of row tiles. A part reads the input channels of its
    // weights and the upstream channels of its rows; square parts read least. Four parts per thread balance the load.
    let wanted = workers.isSerial ? 1.0 : Double(4 * workers.threads) / Double(shape.groups)
    let width = (wanted * Double(shape.groupInputs) / Double(shape.groupOutputs)).squareRoot()
    let weightParts = max(1, min(weightTiles, shape.groupInputs, Int(min(width, wanted).rounded())))
    let rowParts = max(1, min(rowTiles, Int((wanted / Double(weightParts)).rounded(.up))))
    let parts = rowParts * weightParts
    func part(_ index: Int) -> BackwardWeightsPart {
      BackwardWeightsPart(
        shape, rows: TileShape.cut(rowTiles, into: rowParts, index / weightParts), rowTiles: rowTiles,
        weights: TileShape.cut(weightTiles, into: weightParts, index % weightParts), weightTiles: weightTiles)
    }
    let gradient = GradientRows(shape.output, matching: planes)
    let first = part(0)
    let size = (planes.isDirect ? 0 : first.inputs.count * planes.channel) + first.outputs.count * gradient.area
    let enough = (Self.pixelsPerBlock + shape.output.area - 1) / shape.output.area
    let samples = max(1, min(batch, enough, Self.largestBlock / size))
    planes.writeOffsets(offsets, spacing: planes.isDirect ? planes.channel : samples * planes.channel)
    var largest = 0
    for index in 0..<parts {
      let part = part(index)
      let images = planes.isDirect ? 0 : samples * part.inputs.count * planes.channel + ImagePlanes.slack
      largest = max(largest, images + samples * part.outputs.count * gradient.area)
    }
    runChunks(shape.groups * parts, scratchCount: largest, workers) { chunk, memory in
      compute(group: chunk / parts, part(chunk % parts), samples: samples, gradient, memory)
    }
  }

  @inline(never)
  private func compute(
    group: Int, _ part: BackwardWeightsPart, samples: Int, _ gradient: GradientRows,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    let (area, inner) = (shape.output.area, shape.weightsPerOutput)
    let (inputs, firstRow) = (part.inputs, part.outputs.lowerBound)
    // Both operands are packed as [channel][sample][pixel], so that a tile reads contiguous memory. In place, the
    // samples of images whose size is a power of two would map to the same cache sets and evict one another.
    let copy = memory + (planes.isDirect ? 0 : samples * inputs.count * planes.channel + ImagePlanes.slack)
    let above = UnsafePointer(copy)
    let upstreamChannel = samples * gradient.area

    var sample = 0
    while sample < batch {
      let count = min(samples, batch - sample)
      var image = x + (sample * shape.inputChannels + group * shape.groupInputs) * shape.input.area
      var (imageSample, imageChannel) = (shape.inputCount, planes.channel)
      if !planes.isDirect {
        for index in 0..<count {
          planes.gather(
            memory + index * planes.channel, from: image + index * imageSample + inputs.lowerBound * shape.input.area,
            channels: inputs.count, firstRow: 0, spacing: samples * planes.channel)
        }
        (imageSample, imageChannel) = (planes.channel, samples * planes.channel)
        image = UnsafePointer(memory) - inputs.lowerBound * imageChannel
      }
      for index in 0..<count {
        let first = (sample + index) * shape.outputChannels + group * shape.groupOutputs + firstRow
        gradient.pack(
          copy + index * gradient.area, from: upstream + first * area, channels: part.outputs.count,
          width: shape.output.width, spacing: upstreamChannel)
      }
      for rowTile in part.rows {
        let range = TileShape.cut(shape.groupOutputs, into: part.rowTiles, rowTile)
        for weightTile in part.weights {
          let own = TileShape.cut(inner, into: part.weightTiles, weightTile)
          DotTask(
            samples: count, rows: gradient.vectorRows, vectors: gradient.vectors,
            upstream: above + (range.lowerBound - firstRow) * upstreamChannel, upstreamChannel: upstreamChannel,
            image: image, imageSample: imageSample, imagePitch: planes.pitch,
            offsets: UnsafePointer(offsets + own.lowerBound),
            target: weightGradient
              + ((group * shape.groupOutputs + range.lowerBound) * inner + own.lowerBound), targetStride: inner
          ).run(rows: range.count, weights: own.count)
        }
      }
      sample += count
    }
  }
}

/// A part of the work partition: tiles of output channels x tiles of weights, and the channels that they read.
private struct BackwardWeightsPart {
  /// The part's tiles of output channels, of `rowTiles` in a group.
  let rows: Range<Int>
  let rowTiles: Int
  /// The part's tiles of weights, of `weightTiles` in an output channel.
  let weights: Range<Int>
  let weightTiles: Int
  /// Output and input channels of the group.
  let outputs: Range<Int>
  let inputs: Range<Int>

  init(_ shape: Convolution, rows: Range<Int>, rowTiles: Int, weights: Range<Int>, weightTiles: Int) {
    self.rows = rows
    self.rowTiles = rowTiles
    self.weights = weights
    self.weightTiles = weightTiles
    func bounds(_ count: Int, _ tiles: Int, _ range: Range<Int>) -> Range<Int> {
      let first = TileShape.cut(count, into: tiles, range.lowerBound).lowerBound
      return first..<TileShape.cut(count, into: tiles, range.upperBound - 1).upperBound
    }
    outputs = bounds(shape.groupOutputs, rowTiles, rows)
    let own = bounds(shape.weightsPerOutput, weightTiles, weights)
    inputs = (own.lowerBound / shape.kernel.area)..<((own.upperBound - 1) / shape.kernel.area + 1)
  }
}

/// The micro-kernel: the dot products of a register tile over a block of samples.
///
///     target[o, k] += sum over sample, row, j of upstream[o, sample, row, j] image[sample, row, j + offsets[k]]
private struct DotTask {
  let samples: Int
  /// Rows of a sample, and vectors of a row.
  let rows: Int
  let vectors: Int
  let upstream: UnsafePointer<Float>
  let upstreamChannel: Int
  let image: UnsafePointer<Float>
  let imageSample: Int
  let imagePitch: Int
  let offsets: UnsafePointer<Int32>
  let target: UnsafeMutablePointer<Float>
  let targetStride: Int

  @inline(__always)
  func run(rows: Int, weights: Int) {
    switch weights {
    case 1: run(rows, LastDot.self)
    case 2: run(rows, Dots<LastDot>.self)
    case 3: run(rows, Dots<Dots<LastDot>>.self)
    #if LEVEL_V4
      case 4: run(rows, Dots<Dots<Dots<LastDot>>>.self)
      case 5: run(rows, Dots<Dots<Dots<Dots<LastDot>>>>.self)
      case 6: run(rows, Dots<Dots<Dots<Dots<Dots<LastDot>>>>>.self)
    #endif
    default: assertionFailure("a tile of \(weights) weights")
    }
  }

  @inline(__always)
  private func run<D: DotRow>(_ rows: Int, _ row: D.Type) {
    switch rows {
    case 1: compute(LastDotRow<D>.self)
    case 2: compute(DotRows<LastDotRow<D>>.self)
    case 3: compute(DotRows<DotRows<LastDotRow<D>>>.self)
    case 4: compute(DotRows<DotRows<DotRows<LastDotRow<D>>>>.self)
    default: assertionFailure("a tile of \(rows) channels")
    }
  }

  @inline(never)
  private func compute<T: DotTile>(_ type: T.Type) {
    var tile = T.zero
    var above = upstream
    for sample in 0..<samples {
      var row = image + sample * imageSample
      for _ in 0..<rows {
        var pixels = row
        for _ in 0..<vectors {
          tile.add(above, stride: upstreamChannel, T.Columns.load(pixels, offsets))
          above += Vector.scalarCount
          pixels += Vector.scalarCount
        }
        row += imagePitch
      }
    }
    tile.addSums(target, stride: targetStride)
  }
}
