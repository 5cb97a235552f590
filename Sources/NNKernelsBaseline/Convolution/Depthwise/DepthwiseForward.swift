import NNKernelsCommon

/// y = epilogue(depthwise convolution of x), see `convolve`; false if these kernels do not compute the shape.
///
///     y[n, c, i, j] = b[c] + sum over u, v of w[c, u, v] x[n, c, i S + u - P, j S + v - P]
///
/// Operations: 2 for each weight and output. Bytes: 4 for each input and output; with 3 x 3 weights bound by memory, or
/// by the first-level cache, from which each multiply-add reads a vector.
///
/// Every output adds its terms in the order of the taps, after the bias.
func convolveDepthwise(
  _ shape: Convolution, _ batch: Int, _ x: Buffer<Float>, _ weight: Buffer<Float>, _ y: Buffer<Float>,
  _ epilogue: Epilogue<Float>, _ workers: WorkerPool
) -> Bool {
  guard shape.isDepthwise else { return false }
  DepthwiseForwardRun(
    planes: DepthwiseBands(shape), x: x.base, weight: weight.base, y: y.base,
    bias: epilogue.bias.map { UnsafePointer($0.base) }, rectifies: epilogue.activation == .relu,
    accumulate: epilogue.accumulate
  ).computeAll(batch, workers)
  if epilogue.activation != .identity, epilogue.activation != .relu {
    activate(epilogue.activation, y, y, workers)
  }
  return true
}

/// One depthwise convolution: what its chunks share.
struct DepthwiseForwardRun {
  let planes: DepthwiseBands
  let x: UnsafePointer<Float>
  let weight: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let bias: UnsafePointer<Float>?
  let rectifies: Bool
  let accumulate: Bool

  func computeAll(_ batch: Int, _ workers: WorkerPool) {
    runRanges(
      of: batch * planes.shape.groups * planes.bands.count, grain: planes.grain,
      scratchCount: planes.count + planes.offsetCount, workers
    ) { items, memory in compute(items, memory) }
  }

  /// Computes the work items `items`, each a band of window rows of a plane.
  @inline(never)
  private func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let (shape, output, polyphase) = (planes.shape, planes.output, planes.polyphase)
    let offsets = polyphase.writeOffsets(shape.kernel, memory + planes.count)
    memory.update(repeating: 0, count: planes.count)
    for item in items {
      let plane = item / planes.bands.count
      let windows = planes.bands.rows(item % planes.bands.count)
      let channel = plane % shape.groups
      planes.gather(memory, windows, from: x + plane * shape.input.area)
      let row = DepthwiseRow(
        weight: weight + channel * shape.kernel.area, offsets: offsets, taps: shape.kernel.area,
        bias: bias.map { $0[channel] } ?? 0, width: output.width, rectifies: rectifies, accumulate: accumulate)
      let step = shape.stride.height * polyphase.count
      var source = UnsafePointer(memory)
      var target = y + (plane * output.area + windows.lowerBound * output.width)
      var left = windows.count
      while left > 0 {
        let isPair = left > 1 && shape.kernel == Extent(3, 3) && shape.stride.height == 1
        if isPair {
          row.computePair(source, target)
        } else if shape.kernel == Extent(3, 3) {
          row.computeNine(source, target)
        } else {
          row.compute(source, target)
        }
        let rows = isPair ? 2 : 1
        source += rows * step
        target += rows * output.width
        left -= rows
      }
    }
  }
}

/// The outputs of one window row of a channel.
private struct DepthwiseRow {
  let weight: UnsafePointer<Float>
  let offsets: UnsafePointer<Int32>
  let taps: Int
  let bias: Float
  let width: Int
  let rectifies: Bool
  let accumulate: Bool

  @inline(__always)
  func compute(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    var j = 0
    while j < width {
      var sum = Vector(repeating: bias)
      for tap in 0..<taps {
        sum = multiplyAdd(Vector(repeating: weight[tap]), loadVector(source + (j + Int(offsets[tap]))), sum)
      }
      put(sum, target + j, width - j)
      j += Vector.scalarCount
    }
  }

  /// For nine taps, whose weights stay in registers.
  @inline(__always)
  func computeNine(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    let (top, middle, bottom) = (ThreeWeights(weight), ThreeWeights(weight + 3), ThreeWeights(weight + 6))
    let (second, third) = (source + Int(offsets[3]), source + Int(offsets[6]))
    let columns = (Int(offsets[1]), Int(offsets[2]))
    var j = 0
    while j < width {
      var sum = Vector(repeating: bias)
      top.add(ThreeTaps(source + j, columns), to: &sum)
      middle.add(ThreeTaps(second + j, columns), to: &sum)
      bottom.add(ThreeTaps(third + j, columns), to: &sum)
      put(sum, target + j, width - j)
      j += Vector.scalarCount
    }
  }

  /// Two window rows with stride 1 for nine taps: the two pixel rows that they share are loaded once for both. Each
  /// output adds its terms in the order of `computeNine`.
  @inline(__always)
  func computePair(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    let (top, middle, bottom) = (ThreeWeights(weight), ThreeWeights(weight + 3), ThreeWeights(weight + 6))
    let (second, third) = (source + Int(offsets[3]), source + Int(offsets[6]))
    let fourth = third + Int(offsets[3])
    let columns = (Int(offsets[1]), Int(offsets[2]))
    var j = 0
    while j < width {
      var (upper, lower) = (Vector(repeating: bias), Vector(repeating: bias))
      top.add(ThreeTaps(source + j, columns), to: &upper)
      var pixels = ThreeTaps(second + j, columns)
      middle.add(pixels, to: &upper)
      top.add(pixels, to: &lower)
      pixels = ThreeTaps(third + j, columns)
      bottom.add(pixels, to: &upper)
      middle.add(pixels, to: &lower)
      bottom.add(ThreeTaps(fourth + j, columns), to: &lower)
      put(upper, target + j, width - j)
      put(lower, target + (width + j), width - j)
      j += Vector.scalarCount
    }
  }

  @inline(__always)
  private func put(_ sum: Vector, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    var sum = sum
    if accumulate { sum += loadVector(target, upTo: count) }
    if rectifies { sum = sum.replacing(with: Vector.zero, where: sum .< Vector.zero) }
    storeVector(sum, target, upTo: count)
  }
}

/// The weights of one kernel row's taps, each in all lanes of a vector.
private struct ThreeWeights {
  private let (first, second, third): (Vector, Vector, Vector)

  @inline(__always)
  init(_ weight: UnsafePointer<Float>) {
    (first, second, third) = (Vector(repeating: weight[0]), Vector(repeating: weight[1]), Vector(repeating: weight[2]))
  }

  /// sum += the dot product of the weights and the taps, first tap first.
  @inline(__always)
  func add(_ pixels: ThreeTaps, to sum: inout Vector) {
    sum = multiplyAdd(first, pixels.first, sum)
    sum = multiplyAdd(second, pixels.second, sum)
    sum = multiplyAdd(third, pixels.third, sum)
  }
}
