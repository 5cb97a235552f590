import NNKernelsCommon

/// weightGradient (+)= gradient of a convolution's weights, see `Scalar.convolveBackwardWeights`: every element is the
/// dot product of an upstream channel and the pixels that its weight met, over all samples. Both are read where they
/// lie, vector by vector along the rows; four output channels and up to six weights share their loads.
///
/// Operations: as forward. Bytes: 4 for each scalar of the input and the upstream gradient from memory; from the
/// first-level cache 10 vectors for 24 multiply-adds of vectors.
///
/// A chunk computes some output channels' weights over all samples, so nothing is added across chunks and the bits do
/// not depend on them.
func convolveBackwardWeights(
  _ shape: Convolution, _ batch: Int, _ x: Buffer<Float>, _ upstream: Buffer<Float>, _ weightGradient: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  if !accumulate { weightGradient.fill(0) }
  guard batch > 0 else { return }
  let shape = shape.flattened
  let planes = ImagePlanes(shape)
  let memory = workers.scratch(
    worker: workers.currentWorker, purpose: .operand, count: shape.weightsPerOutput)
  let offsets = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
  planes.writeOffsets(offsets)
  BackwardWeightsRun(
    shape: shape, batch: batch, x: UnsafePointer(x.base), upstream: UnsafePointer(upstream.base),
    weightGradient: weightGradient.base, workers: workers, planes: planes, offsets: UnsafePointer(offsets)
  ).computeAll()
}

/// One backward pass under way.
private struct BackwardWeightsRun {
  let shape: Convolution
  let batch: Int
  let x: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>
  let workers: WorkerPool
  let planes: ImagePlanes
  let offsets: UnsafePointer<Int32>

  /// Output channels of a tile.
  static let tileRows = 4
  #if LEVEL_V4
    /// Weights of a tile.
    static let tileWeights = 6
  #else
    /// Weights of a tile.
    static let tileWeights = 3
  #endif
  /// Pixels of one channel after which a tile's sums are taken out of the registers: the samples of a block together
  /// have at least as many.
  static let pixelsPerBlock = 1024

  func computeAll() {
    let rowTiles = (shape.groupOutputs + Self.tileRows - 1) / Self.tileRows
    let weightTiles = (shape.weightsPerOutput + Self.tileWeights - 1) / Self.tileWeights
    // A part reads all of the input, so there are no more than keep the threads busy to the end.
    let wanted = workers.isSerial ? 1 : 8 * workers.threads
    let rowParts = min(rowTiles, max(1, wanted / shape.groups))
    let weightParts = min(weightTiles, max(1, wanted / (2 * shape.groups * rowParts)))
    let parts = rowParts * weightParts
    func part(_ index: Int) -> BackwardWeightsPart {
      BackwardWeightsPart(
        shape, rows: TileShape.cut(rowTiles, into: rowParts, index / weightParts), rowTiles: rowTiles,
        weights: TileShape.cut(weightTiles, into: weightParts, index % weightParts), weightTiles: weightTiles)
    }
    let samples = max(1, min(batch, (Self.pixelsPerBlock + shape.output.area - 1) / shape.output.area))
    let gradient = GradientRows(shape.output)
    var largest = 0
    for index in 0..<parts {
      let part = part(index)
      largest = max(largest, samples * (planes.size(part.inputs.count) + gradient.size(part.outputs.count)))
    }
    workers.reserveScratch(purpose: .block, count: largest)
    workers.run(chunks: shape.groups * parts) { chunk, worker in
      let memory = workers.scratch(worker: worker, purpose: .block, count: largest)
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
    let imageSize = planes.size(inputs.count)
    let gradientSize = gradient.size(part.outputs.count)

    var sample = 0
    while sample < batch {
      let count = min(samples, batch - sample)
      var image = x + (sample * shape.inputChannels + group * shape.groupInputs) * shape.input.area
      var imageStride = shape.inputCount
      if !planes.isDirect {
        for index in 0..<count {
          planes.fill(
            memory + index * imageSize, from: image + index * imageStride + inputs.lowerBound * shape.input.area,
            channels: inputs.count, firstRow: 0)
        }
        image = UnsafePointer(memory) - inputs.lowerBound * planes.channel
        imageStride = imageSize
      }
      var above = upstream + (sample * shape.outputChannels + group * shape.groupOutputs + firstRow) * area
      var aboveStride = shape.outputChannels * area
      if !gradient.isDirect {
        let copy = memory + samples * imageSize
        for index in 0..<count {
          gradient.fill(
            copy + index * gradientSize, from: above + index * aboveStride, channels: part.outputs.count,
            width: shape.output.width)
        }
        above = UnsafePointer(copy)
        aboveStride = gradientSize
      }
      for rowTile in part.rows {
        let range = TileShape.cut(shape.groupOutputs, into: part.rowTiles, rowTile)
        for weightTile in part.weights {
          let own = TileShape.cut(inner, into: part.weightTiles, weightTile)
          DotTask(
            samples: count, rows: gradient.rows, vectors: gradient.pitch / PixelVector.scalarCount,
            upstream: above + (range.lowerBound - firstRow) * gradient.area, upstreamSample: aboveStride,
            upstreamChannel: gradient.area, image: image, imageSample: imageStride, imagePitch: planes.pitch,
            offsets: offsets + own.lowerBound,
            target: weightGradient
              + ((group * shape.groupOutputs + range.lowerBound) * inner + own.lowerBound), targetStride: inner
          ).run(rows: range.count, weights: own.count)
        }
      }
      sample += count
    }
  }
}

/// The tiles of output channels and of weights that a chunk computes, and the channels that it reads for them.
private struct BackwardWeightsPart {
  let rows: Range<Int>
  let rowTiles: Int
  let weights: Range<Int>
  let weightTiles: Int
  /// Channels of the group, output and input.
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

/// The dot products of some upstream channels with the pixels that some weights met, over a block of samples.
private struct DotTask {
  let samples: Int
  let rows: Int
  let vectors: Int
  let upstream: UnsafePointer<Float>
  let upstreamSample: Int
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
    for sample in 0..<samples {
      var above = upstream + sample * upstreamSample
      var row = image + sample * imageSample
      for _ in 0..<rows {
        var pixels = row
        for _ in 0..<vectors {
          tile.add(above, stride: upstreamChannel, T.Columns.load(pixels, offsets))
          above += PixelVector.scalarCount
          pixels += PixelVector.scalarCount
        }
        row += imagePitch
      }
    }
    tile.addSums(target, stride: targetStride)
  }
}
