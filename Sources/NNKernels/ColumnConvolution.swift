/// Convolutions in double precision as matrix products of im2col matrices, strip by strip of output rows, or of parts of a
/// row where a whole one is too long, so that a strip's matrix stays in the second-level cache.
struct ColumnConvolution {
  private let shape: Convolution
  /// Weights of an output channel: the rows of an im2col matrix.
  private let taps: Int
  /// Output rows and columns of a strip; a part of a row is a strip of its own.
  private let stripRows: Int
  private let stripColumns: Int

  /// A part of the output whose pixels lie together in each channel.
  private struct Strip {
    var rows: Range<Int>
    var columns: Range<Int>
    var area: Int { rows.count * columns.count }
  }

  private static let stripCount = 32 * 1024

  init(_ shape: Convolution) {
    self.shape = shape
    taps = shape.weightsPerOutput
    stripColumns = max(1, min(shape.output.width, Self.stripCount / max(1, taps)))
    stripRows =
      stripColumns < shape.output.width
      ? 1 : max(1, min(shape.output.height, Self.stripCount / max(1, taps * shape.output.width)))
  }

  private var stripsPerRow: Int { (shape.output.width + stripColumns - 1) / stripColumns }
  private var strips: Int { (shape.output.height + stripRows - 1) / stripRows * stripsPerRow }
  private var area: Int { shape.output.area }

  private func strip(_ index: Int) -> Strip {
    let (row, column) = (index / stripsPerRow * stripRows, index % stripsPerRow * stripColumns)
    return Strip(
      rows: row..<min(shape.output.height, row + stripRows),
      columns: column..<min(shape.output.width, column + stripColumns))
  }

  private func columns(_ scratch: ScratchMemory, _ worker: Int) -> Buffer<Double> {
    let count = taps * stripRows * stripColumns
    let memory = scratch.memory(worker: worker, purpose: .results, count: 2 * count)
    return Buffer(base: UnsafeMutableRawPointer(memory).bindMemory(to: Double.self, capacity: count), count: count)
  }

  /// Calls `body` for each image of each group. The memory of the products is there for all workers before they share images.
  private func forEachImage(_ batch: Int, _ workers: WorkerPool, _ body: (_ image: Int, _ worker: Int) -> Void) {
    guard batch > 0 else { return }
    workers.reserveScratch { body(0, workers.currentWorker) }
    workers.run(chunks: batch * shape.groups - 1) { image, worker in body(image + 1, worker) }
  }

  func forward(
    _ batch: Int, _ x: Buffer<Double>, _ weight: Buffer<Double>, _ y: Buffer<Double>, _ epilogue: Epilogue<Double>,
    _ workers: WorkerPool
  ) {
    let scratch = workers.scratch
    forEachImage(batch, workers) { image, worker in
      let (sample, group) = (image / shape.groups, image % shape.groups)
      let matrix = columns(scratch, worker)
      let own = weight.slice(from: group * shape.groupOutputs * taps, count: shape.groupOutputs * taps)
      for index in 0..<strips {
        let strip = strip(index)
        gather(x, sample, group, strip, matrix)
        Double.multiply(
          product(strip), own, matrix, into: outputs(y, sample, group, strip),
          epilogue: Epilogue(scale: epilogue.scale, accumulate: epilogue.accumulate), workers: workers)
      }
      for channel in 0..<shape.groupOutputs {
        let plane = y.slice(
          from: (sample * shape.outputChannels + group * shape.groupOutputs + channel) * area, count: area)
        if let bias = epilogue.bias {
          let value = bias[group * shape.groupOutputs + channel]
          for i in 0..<area { plane[i] += value }
        }
        if epilogue.activation != .identity {
          for i in 0..<area { plane[i] = epilogue.activation.value(plane[i]) }
        }
      }
    }
  }

  func backwardData(
    _ batch: Int, _ upstream: Buffer<Double>, _ weight: Buffer<Double>, _ downstream: Buffer<Double>,
    _ accumulate: Bool, _ workers: WorkerPool
  ) {
    let scratch = workers.scratch
    if !accumulate { downstream.fill(0) }
    forEachImage(batch, workers) { image, worker in
      let (sample, group) = (image / shape.groups, image % shape.groups)
      let matrix = columns(scratch, worker)
      let own = weight.slice(from: group * shape.groupOutputs * taps, count: shape.groupOutputs * taps)
      for index in 0..<strips {
        let strip = strip(index)
        var product = MatrixProduct(
          rows: taps, columns: strip.area, inner: shape.groupOutputs, transposeA: true)
        product.strideB = area
        Double.multiply(
          product, own, outputs(upstream, sample, group, strip), into: matrix, epilogue: Epilogue(), workers: workers)
        scatter(matrix, downstream, sample, group, strip)
      }
    }
  }

  /// Sample by sample; the threads share each product.
  func backwardWeights(
    _ batch: Int, _ x: Buffer<Double>, _ upstream: Buffer<Double>, _ weightGradient: Buffer<Double>,
    _ accumulate: Bool, _ workers: WorkerPool
  ) {
    if !accumulate { weightGradient.fill(0) }
    let matrix = columns(workers.scratch, 0)
    for image in 0..<(batch * shape.groups) {
      let (sample, group) = (image / shape.groups, image % shape.groups)
      for index in 0..<strips {
        let strip = strip(index)
        gather(x, sample, group, strip, matrix)
        var product = MatrixProduct(
          rows: shape.groupOutputs, columns: taps, inner: strip.area, transposeB: true)
        product.strideA = area
        Double.multiply(
          product, outputs(upstream, sample, group, strip), matrix,
          into: weightGradient.slice(from: group * shape.groupOutputs * taps, count: shape.groupOutputs * taps),
          epilogue: Epilogue(accumulate: true), workers: workers)
      }
    }
  }

  /// Weights times columns.
  private func product(_ strip: Strip) -> MatrixProduct {
    var product = MatrixProduct(
      rows: shape.groupOutputs, columns: strip.area, inner: taps)
    product.strideC = area
    return product
  }

  /// A group's output channels from the first pixel of a strip on.
  private func outputs(_ y: Buffer<Double>, _ sample: Int, _ group: Int, _ strip: Strip) -> Buffer<Double> {
    let start = (sample * shape.outputChannels + group * shape.groupOutputs) * area
    let offset = strip.rows.lowerBound * shape.output.width + strip.columns.lowerBound
    return y.slice(from: start + offset, count: shape.groupOutputs * area - offset)
  }

  /// Calls `body` with each run of pixels of the im2col matrix that lies inside of the input: offsets in the matrix and in
  /// the sample's group of input channels, and the count.
  @inline(__always)
  private func forEachRun(_ strip: Strip, _ body: (_ column: Int, _ pixel: Int, _ count: Int) -> Void) {
    let width = strip.columns.count
    for c in 0..<shape.groupInputs {
      for u in 0..<shape.kernel.height {
        let valid = shape.validRows(u).clamped(to: strip.rows)
        for v in 0..<shape.kernel.width {
          let columns = shape.validColumns(v).clamped(to: strip.columns)
          let line = (c * shape.kernel.area + u * shape.kernel.width + v) * strip.area
          for i in valid {
            let row = i * shape.stride.height + u * shape.dilation.height - shape.paddingBefore.height
            let column = columns.lowerBound * shape.stride.width + v * shape.dilation.width - shape.paddingBefore.width
            body(
              line + (i - strip.rows.lowerBound) * width + columns.lowerBound - strip.columns.lowerBound,
              c * shape.input.area + row * shape.input.width + column, columns.count)
          }
        }
      }
    }
  }

  private func gather(
    _ x: Buffer<Double>, _ sample: Int, _ group: Int, _ strip: Strip, _ matrix: Buffer<Double>
  ) {
    let source = x.base + (sample * shape.inputChannels + group * shape.groupInputs) * shape.input.area
    let target = matrix.base
    let step = shape.stride.width
    target.update(repeating: 0, count: taps * strip.area)
    forEachRun(strip) { column, pixel, count in
      for j in 0..<count { target[column + j] = source[pixel + j * step] }
    }
  }

  private func scatter(
    _ matrix: Buffer<Double>, _ downstream: Buffer<Double>, _ sample: Int, _ group: Int, _ strip: Strip
  ) {
    let target = downstream.base + (sample * shape.inputChannels + group * shape.groupInputs) * shape.input.area
    let source = matrix.base
    let step = shape.stride.width
    forEachRun(strip) { column, pixel, count in
      for j in 0..<count { target[pixel + j * step] += source[column + j] }
    }
  }
}
