import NNKernelsCommon

/// y = activation(max pooling of (convolution of x + bias)), see `Scalar.convolvePooled`: each tile's pixels are pooled
/// while they are in the nearest caches, and never come to memory.
///
/// Operations: as the convolution and the pooling. Bytes: 4 for each scalar of the input and the weights, and for each
/// pooled pixel; the pixels themselves, which are four times as many with windows of 2 x 2, move none.
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

/// Whether `convolvePooled` computes this faster than a convolution and a pooling; see `Scalar.poolsConvolution`.
func poolsConvolution(_ shape: Convolution, _ pooling: Pooling) -> Bool {
  assert(pooling.input == shape.output && pooling.channels == shape.outputChannels)
  // Single weights are a matrix product, and what is depthwise has kernels of its own.
  guard shape.kernel.area > 1, shape.groupOutputs > 1 else { return false }
  if winogradPackedCount(shape) != nil { return pooling.isPairwise }
  // Rows that two bands of windows share are computed twice.
  return pooling.kernel.height <= 3 && pooling.kernel.width <= 3 && pooling.stride.height >= 2
    && pooling.stride.height <= pooling.kernel.height && pooling.output.width > 1
}

/// The pixels of a tile of channels on their way through a pooling, in a worker's memory.
struct PooledPixels {
  let windows: PlaneWindows
  /// Whether the rows lie as those of the planes do and are computed as one, with the pixels between one row's end and
  /// the next one's start, which nobody reads: fewer vectors than where each row is filled up to whole ones.
  let isOneRow: Bool
  /// Scalars from one row of pixels to the next, and from one channel to the next.
  let pitch: Int
  let planeStride: Int
  private let width: Int

  /// - Parameter planes: what the pixels are computed from.
  init(_ pooling: Pooling, _ planes: ImagePlanes) {
    // A tile's channels are pooled by one worker, so as many go together as fill vectors.
    windows = PlaneWindows(pooling, planes: .max, keepsPlaces: false)
    width = pooling.input.width
    let lanes = Vector.scalarCount
    let whole = (width + lanes - 1) / lanes * lanes
    // An input that serves as it is has no room behind its last row.
    isOneRow = !planes.isDirect && planes.pitch < whole
    pitch = isOneRow ? planes.pitch : whole
    // An odd number of cache lines, so that the channels of a pixel lie in different sets of the cache.
    planeStride = ((planes.outputRows * pitch + lanes - 1) / lanes | 1) * lanes
  }

  /// Scalars of a worker's memory.
  var count: Int { TileShape.rows * planeStride + windows.scratchCount }

  /// Pieces that leave the pixels of a tile in the nearest caches.
  static func fewestParts(_ shape: Convolution) -> Int {
    (TileShape.rows * shape.output.height * (shape.output.width + shape.reach.width) + 24575) / 24576
  }

  /// Rows of windows that are worth a piece: what windows of two pieces share is computed twice.
  static func leastRows(_ pooling: Pooling) -> Int { pooling.kernel.height > pooling.stride.height ? 8 : 1 }

  /// Vectors of a row; of all `rows` rows together if they are one.
  @inline(__always)
  func vectors(rows: Int) -> Int {
    ((isOneRow ? (rows - 1) * pitch : 0) + width + Vector.scalarCount - 1) / Vector.scalarCount
  }

  @inline(__always)
  private func work(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    memory + TileShape.rows * planeStride
  }

  /// Makes memory ready for `pool`.
  @inline(__always)
  func prepare(_ memory: UnsafeMutablePointer<Float>) {
    if !windows.shape.isPairwise { windows.prepare(work(memory)) }
  }

  /// Pools the pixels in `memory`, whose first row is row `firstRow` of their images, into rows `range` of windows.
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
    for index in 0..<windows.strip.groups.count(channels) {
      let own = windows.strip.groups.planes(index, of: channels)
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
  /// Rows of the input that `windows` rows of windows cover, at most.
  func mostRows(windows: Int) -> Int { min(input.height, (windows - 1) * stride.height + kernel.height) }
}
