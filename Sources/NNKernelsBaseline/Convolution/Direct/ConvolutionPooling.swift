import NNKernelsCommon

/// y = activation(max pooling of (convolution of x + bias)), see `Scalar.convolvePooled`: the pooling is fused into the
/// convolution's epilogue. Each tile's pixels are pooled while they are in the first-level cache and never reach
/// memory.
///
/// Operations: as the convolution and the pooling. Bytes: 4 for each scalar of the input and the weights, and for each
/// pooled pixel; the unpooled pixels, four times as many with windows of 2 x 2, move none.
///
/// Every output has the bits that the convolution, the pooling and the activation would give one after the other.
func convolvePooled(
  _ shape: Convolution, _ pooling: Pooling, _ batch: Int, _ x: Buffer<Float>, _ weights: ConvolutionWeights,
  _ y: Buffer<Float>, _ epilogue: Epilogue<Float>, _ workers: WorkerPool
) {
  guard batch > 0 else { return }
  if winogradConvolve(shape, pooling: pooling, batch, x, weights, y, epilogue, workers) { return }
  ConvolutionRun(shape, batch, x.base, weights, y.base, epilogue, pooling: pooling, threads: workers.freeThreads).run(
    workers)
  if epilogue.activation != .identity, epilogue.activation != .relu { activate(epilogue.activation, y, y, workers) }
}

/// Whether `convolvePooled` is faster than a convolution followed by a pooling; see `Scalar.poolsConvolution`.
func poolsConvolution(_ shape: Convolution, _ pooling: Pooling) -> Bool {
  assert(pooling.input == shape.output && pooling.channels == shape.outputChannels)
  // 1 x 1 kernels are a matrix product, and depthwise convolutions have kernels of their own.
  guard shape.kernel.area > 1, shape.groupOutputs > 1 else { return false }
  if winogradPackedCount(shape) != nil { return pooling.isPairwise }
  // Rows that two row blocks of windows share (the halo) are computed twice.
  return pooling.kernel.height <= 3 && pooling.kernel.width <= 3 && pooling.stride.height >= 2
    && pooling.stride.height <= pooling.kernel.height && pooling.output.width > 1
}

/// The pixels of a tile of channels between convolution and pooling, in a worker's memory.
struct PooledPixels {
  let windows: PlaneWindows
  /// Whether the output rows have the pitch of the input planes and are computed as one contiguous row. The pixels
  /// between the end of a row and the start of the next are computed and not read; that takes fewer vectors than
  /// padding each row to whole vectors.
  let isContiguous: Bool
  /// Scalars from one row of pixels to the next.
  let pitch: Int
  /// Scalars from one channel to the next.
  let planeStride: Int
  private let width: Int

  /// - Parameter planes: the input that the pixels are computed from.
  init(_ pooling: Pooling, _ planes: ImagePlanes) {
    // One worker pools all channels of a tile, so there is no lower bound on the number of groups.
    windows = PlaneWindows(pooling, planes: .max, keepsArgmax: false)
    width = pooling.input.width
    let lanes = Vector.scalarCount
    let whole = (width + lanes - 1) / lanes * lanes
    // Input that is read in place has no slack behind its last row.
    isContiguous = !planes.isDirect && planes.pitch < whole
    pitch = isContiguous ? planes.pitch : whole
    // An odd number of vectors, so that the channels of a pixel fall into different cache sets.
    planeStride = ((planes.outputRows * pitch + lanes - 1) / lanes | 1) * lanes
  }

  /// Scalars of a worker's memory: the pixels of a tile, then the memory of `windows`.
  var count: Int { TileShape.rows * planeStride + windows.scratchCount }

  /// Row blocks that keep the pixels of a tile in the near caches, 96 KB at most.
  static func fewestParts(_ shape: Convolution) -> Int {
    (TileShape.rows * shape.output.height * (shape.output.width + shape.reach.width) + 24575) / 24576
  }

  /// The fewest window rows of a row block: overlapping windows of adjacent blocks compute their halo twice.
  static func leastRows(_ pooling: Pooling) -> Int { pooling.kernel.height > pooling.stride.height ? 8 : 1 }

  /// Vectors of a row, or of all `rows` rows together if they are contiguous.
  @inline(__always)
  func vectors(rows: Int) -> Int {
    ((isContiguous ? (rows - 1) * pitch : 0) + width + Vector.scalarCount - 1) / Vector.scalarCount
  }

  @inline(__always)
  private func work(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    memory + TileShape.rows * planeStride
  }

  /// Initializes memory for `pool`.
  @inline(__always)
  func prepare(_ memory: UnsafeMutablePointer<Float>) {
    if !windows.shape.isPairwise { windows.prepare(work(memory)) }
  }

  /// Pools the pixels in `memory`, which begin with row `firstRow` of each image, into the window rows `range`.
  ///
  /// - Parameter y: the pooled image of the first channel.
  @inline(never)
  func pool(
    _ range: Range<Int>, firstRow: Int, _ memory: UnsafeMutablePointer<Float>, channels: Int,
    into y: UnsafeMutablePointer<Float>
  ) {
    let output = windows.output
    let pixels = UnsafePointer(memory) - firstRow * pitch
    guard !windows.shape.isPairwise else {
      for channel in 0..<channels {
        for i in range {
          let above = pixels + (channel * planeStride + 2 * i * pitch)
          poolPairs(above, above + pitch, y + (channel * output.area + i * output.width), nil, output.width)
        }
      }
      return
    }
    for index in 0..<windows.rows.groups.count(channels) {
      let own = windows.rows.groups.planes(index, of: channels)
      let source = PlaneRows(base: pixels + own.lowerBound * planeStride, pitch: pitch, stride: planeStride)
      var first = range.lowerBound
      while first < range.upperBound {
        let end = min(range.upperBound, first + windows.bands.size)
        windows.pool(
          first..<end, planes: own.count, source, into: y + own.lowerBound * output.area, work(memory))
        first = end
      }
    }
  }
}

extension Pooling {
  /// Input rows that `windows` window rows cover, at most.
  func mostRows(windows: Int) -> Int { min(input.height, (windows - 1) * stride.height + kernel.height) }
}
