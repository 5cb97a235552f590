import NNKernelsCommon

/// The weights of a convolution: as they are, or as `packConvolution` has rearranged them.
enum ConvolutionWeights {
  case plain(Buffer<Float>)
  case packed(Buffer<Float>)

  /// The memory, in either form: with one output channel in each group both are the same.
  @inline(__always) var buffer: Buffer<Float> {
    switch self {
    case .plain(let buffer), .packed(let buffer): buffer
    }
  }
}

/// Scalars of the rearranged weights of a convolution, see `Scalar.packedCount`.
func convolutionPackedCount(_ shape: Convolution) -> Int {
  winogradPackedCount(shape) ?? shape.outputChannels * shape.weightsPerOutput
}

/// Rearranges the weights of a convolution, see `Scalar.pack`.
func packConvolution(
  _ shape: Convolution, _ weight: Buffer<Float>, into packed: Buffer<Float>, _ workers: WorkerPool
) {
  if winogradPack(shape, weight, into: packed, workers) { return }
  packTiles(shape, UnsafePointer(weight.base), into: packed.base, workers)
}

/// Rearranges weights so that those of the rows of a tile lie side by side.
func packTiles(
  _ shape: Convolution, _ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, _ workers: WorkerPool
) {
  let (outputs, inner) = (shape.groupOutputs, shape.weightsPerOutput)
  let tiles = (outputs + TileShape.rows - 1) / TileShape.rows
  workers.run(count: shape.groups * tiles, grain: max(1, 16384 / max(1, inner * TileShape.rows))) { range in
    for index in range {
      let rows = TileShape.cut(outputs, into: tiles, index % tiles)
      let first = (index / tiles * outputs + rows.lowerBound) * inner
      packRows(weight + first, rowStride: inner, innerStride: 1, rows: rows.count, inner: inner, into: packed + first)
    }
  }
}
