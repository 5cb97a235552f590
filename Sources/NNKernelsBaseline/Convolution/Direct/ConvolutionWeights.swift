import NNKernelsCommon

/// The weights of a convolution: row-major [output channel][input channel][u][v], or as `packConvolution` packs them.
enum ConvolutionWeights {
  case plain(Buffer<Float>)
  case packed(Buffer<Float>)

  /// The memory in either form; with one output channel per group both have the same layout.
  @inline(__always) var buffer: Buffer<Float> {
    switch self {
    case .plain(let buffer), .packed(let buffer): buffer
    }
  }
}

/// Scalars of the packed weights of a convolution, see `Scalar.packedCount`.
func convolutionPackedCount(_ shape: Convolution) -> Int {
  winogradPackedCount(shape) ?? shape.outputChannels * shape.weightsPerOutput
}

/// Packs the weights of a convolution, see `Scalar.pack`.
func packConvolution(
  _ shape: Convolution, _ weight: Buffer<Float>, into packed: Buffer<Float>, _ workers: WorkerPool
) {
  if winogradPack(shape, weight, into: packed, workers) { return }
  packTiles(shape, UnsafePointer(weight.base), into: packed.base, workers)
}

/// Packs weights for the register tiles of output channels: packed[tile][k][row] = w[tile's first channel + row, k],
/// with k over the weights of an output channel.
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
