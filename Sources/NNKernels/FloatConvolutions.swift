// `Float`'s kernels for images: those of the selected level, or the reference kernels for shapes that these do not cover.
extension Float {
  public static func convolve(
    _ shape: Convolution, batch: Int, _ x: Buffer<Float>, _ weight: Buffer<Float>, into y: Buffer<Float>,
    epilogue: Epilogue<Float>, workers: WorkerPool
  ) {
    if shape.isBeyondKernels || epilogue.scale != 1 {
      referenceConvolve(shape, batch: batch, x, weight, into: y, epilogue: epilogue, workers: workers)
    } else {
      KernelTable.current.convolve(shape, batch, x, weight, y, epilogue, workers)
    }
  }

  public static func packedCount(_ shape: Convolution) -> Int {
    shape.isBeyondKernels
      ? shape.outputChannels * shape.weightsPerOutput : KernelTable.current.convolutionPackedCount(shape)
  }

  public static func pack(
    _ shape: Convolution, _ weight: Buffer<Float>, into packed: Buffer<Float>, workers: WorkerPool
  ) {
    if shape.isBeyondKernels {
      packed.copy(from: weight)
    } else {
      KernelTable.current.packConvolution(shape, weight, packed, workers)
    }
  }

  public static func convolvePacked(
    _ shape: Convolution, batch: Int, _ x: Buffer<Float>, _ packed: Buffer<Float>, into y: Buffer<Float>,
    epilogue: Epilogue<Float>, workers: WorkerPool
  ) {
    if shape.isBeyondKernels {
      referenceConvolve(shape, batch: batch, x, packed, into: y, epilogue: epilogue, workers: workers)
    } else {
      KernelTable.current.convolvePacked(shape, batch, x, packed, y, epilogue, workers)
    }
  }

  public static func poolsConvolution(_ shape: Convolution, _ pooling: Pooling) -> Bool {
    !shape.isBeyondKernels && KernelTable.current.poolsConvolution(shape, pooling)
  }

  public static func convolvePooled(
    _ shape: Convolution, _ pooling: Pooling, batch: Int, _ x: Buffer<Float>, _ packed: Buffer<Float>,
    into y: Buffer<Float>, epilogue: Epilogue<Float>, workers: WorkerPool
  ) {
    KernelTable.current.convolvePooled(shape, pooling, batch, x, packed, y, epilogue, workers)
  }

  public static func convolveBackwardData(
    _ shape: Convolution, batch: Int, upstream: Buffer<Float>, _ weight: Buffer<Float>, downstream: Buffer<Float>,
    accumulate: Bool, workers: WorkerPool
  ) {
    if shape.isBeyondKernels {
      referenceConvolveBackwardData(
        shape, batch: batch, upstream, weight, downstream, accumulate: accumulate, workers: workers)
    } else {
      KernelTable.current.convolveBackwardData(shape, batch, upstream, weight, downstream, accumulate, workers)
    }
  }

  public static func convolveBackwardWeights(
    _ shape: Convolution, batch: Int, _ x: Buffer<Float>, upstream: Buffer<Float>, weightGradient: Buffer<Float>,
    accumulate: Bool, workers: WorkerPool
  ) {
    if shape.isBeyondKernels {
      referenceConvolveBackwardWeights(
        shape, batch: batch, x, upstream, weightGradient, accumulate: accumulate, workers: workers)
    } else {
      KernelTable.current.convolveBackwardWeights(shape, batch, x, upstream, weightGradient, accumulate, workers)
    }
  }

  public static func channelSums(
    batch: Int, channels: Int, pixels: Int, _ x: Buffer<Float>, into sums: Buffer<Float>, accumulate: Bool,
    workers: WorkerPool
  ) {
    KernelTable.current.channelSums(batch, channels, pixels, x, sums, accumulate, workers)
  }

  public static func maxPool(
    _ shape: Pooling, batch: Int, _ x: Buffer<Float>, into y: Buffer<Float>, positions: Buffer<Float>,
    workers: WorkerPool
  ) {
    if shape.isOneColumn {
      referenceMaxPool(shape, batch: batch, x, into: y, positions: positions, workers: workers)
    } else {
      KernelTable.current.maxPool(shape, batch, x, y, positions, workers)
    }
  }

  public static func maxPoolBackward(
    _ shape: Pooling, batch: Int, positions: Buffer<Float>, upstream: Buffer<Float>, downstream: Buffer<Float>,
    accumulate: Bool, workers: WorkerPool
  ) {
    if shape.isOneColumn {
      referenceMaxPoolBackward(shape, batch: batch, positions, upstream, downstream, accumulate, workers: workers)
    } else {
      KernelTable.current.maxPoolBackward(shape, batch, positions, upstream, downstream, accumulate, workers)
    }
  }

  public static func averagePool(
    _ shape: Pooling, batch: Int, _ x: Buffer<Float>, into y: Buffer<Float>, workers: WorkerPool
  ) {
    KernelTable.current.averagePool(shape, batch, x, y, workers)
  }

  public static func averagePoolBackward(
    _ shape: Pooling, batch: Int, upstream: Buffer<Float>, downstream: Buffer<Float>, accumulate: Bool,
    workers: WorkerPool
  ) {
    KernelTable.current.averagePoolBackward(shape, batch, upstream, downstream, accumulate, workers)
  }
}

extension Pooling {
  /// Whether the output has one column, so that there are no adjacent windows to vectorise over.
  fileprivate var isOneColumn: Bool { output.width == 1 }
}

extension Convolution {
  /// Whether the padded copy of a group's input would be too large: extreme padding or strides.
  fileprivate var isBeyondKernels: Bool {
    let padded = (self.padded.height + stride.height) * (self.padded.width + stride.width)
    return Double(padded) * Double(max(groupInputs, 16)) > 3e7
  }
}
