import NNKernelsCommon

/// A convolution of every channel by itself, see `convolve`; whether there was one.
///
/// Operations: 2 for each weight and output. Bytes: 4 for each input and output; with 3 x 3 weights bound by memory, or
/// by the first-level cache, from which each multiply-add reads a vector.
///
/// Every output adds its terms in the order of the weights, after the bias.
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

/// What all chunks of one convolution need to know.
struct DepthwiseForwardRun {
  let planes: DepthwiseBands
  let x: UnsafePointer<Float>
  let weight: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let bias: UnsafePointer<Float>?
  let rectifies: Bool
  let accumulate: Bool

  func computeAll(_ batch: Int, _ workers: WorkerPool) {
    let count = planes.count + planes.offsetCount
    workers.reserveScratch(purpose: .block, count: count)
    workers.run(count: batch * planes.shape.groups * planes.bands.count, grain: planes.grain) { items in
      compute(items, workers.scratch.memory(worker: workers.currentWorker, purpose: .block, count: count))
    }
  }

  @inline(never)
  private func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let (shape, output, phases) = (planes.shape, planes.output, planes.phases)
    let offsets = phases.writeOffsets(shape.kernel, memory + planes.count)
    memory.update(repeating: 0, count: planes.count)
    for item in items {
      let plane = item / planes.bands.count
      let windows = planes.bands.rows(item % planes.bands.count)
      let channel = plane % shape.groups
      planes.fill(memory, windows, from: x + plane * shape.input.area)
      let row = DepthwiseRow(
        weight: weight + channel * shape.kernel.area, offsets: offsets, taps: shape.kernel.area,
        bias: bias.map { $0[channel] } ?? 0, width: output.width, rectifies: rectifies, accumulate: accumulate)
      let step = shape.stride.height * phases.count
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

/// The outputs of one row of windows.
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

  /// With nine weights, which stay in registers.
  @inline(__always)
  func computeNine(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    let (w0, w1, w2) = (Vector(repeating: weight[0]), Vector(repeating: weight[1]), Vector(repeating: weight[2]))
    let (w3, w4, w5) = (Vector(repeating: weight[3]), Vector(repeating: weight[4]), Vector(repeating: weight[5]))
    let (w6, w7, w8) = (Vector(repeating: weight[6]), Vector(repeating: weight[7]), Vector(repeating: weight[8]))
    let (a, b, c) = (source, source + Int(offsets[3]), source + Int(offsets[6]))
    let (second, third) = (Int(offsets[1]), Int(offsets[2]))
    var j = 0
    while j < width {
      var sum = Vector(repeating: bias)
      sum = multiplyAdd(w0, loadVector(a + j), sum)
      sum = multiplyAdd(w1, loadVector(a + (j + second)), sum)
      sum = multiplyAdd(w2, loadVector(a + (j + third)), sum)
      sum = multiplyAdd(w3, loadVector(b + j), sum)
      sum = multiplyAdd(w4, loadVector(b + (j + second)), sum)
      sum = multiplyAdd(w5, loadVector(b + (j + third)), sum)
      sum = multiplyAdd(w6, loadVector(c + j), sum)
      sum = multiplyAdd(w7, loadVector(c + (j + second)), sum)
      sum = multiplyAdd(w8, loadVector(c + (j + third)), sum)
      put(sum, target + j, width - j)
      j += Vector.scalarCount
    }
  }

  /// Two rows of windows with nine weights: two of the four rows of pixels are read once for both. Each output adds its
  /// terms in the same order as one row's.
  @inline(__always)
  func computePair(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    let (w0, w1, w2) = (Vector(repeating: weight[0]), Vector(repeating: weight[1]), Vector(repeating: weight[2]))
    let (w3, w4, w5) = (Vector(repeating: weight[3]), Vector(repeating: weight[4]), Vector(repeating: weight[5]))
    let (w6, w7, w8) = (Vector(repeating: weight[6]), Vector(repeating: weight[7]), Vector(repeating: weight[8]))
    let (a, b, c) = (source, source + Int(offsets[3]), source + Int(offsets[6]))
    let d = c + Int(offsets[3])
    let (second, third) = (Int(offsets[1]), Int(offsets[2]))
    var j = 0
    while j < width {
      var (upper, lower) = (Vector(repeating: bias), Vector(repeating: bias))
      upper = multiplyAdd(w0, loadVector(a + j), upper)
      upper = multiplyAdd(w1, loadVector(a + (j + second)), upper)
      upper = multiplyAdd(w2, loadVector(a + (j + third)), upper)
      var pixels = loadVector(b + j)
      upper = multiplyAdd(w3, pixels, upper)
      lower = multiplyAdd(w0, pixels, lower)
      pixels = loadVector(b + (j + second))
      upper = multiplyAdd(w4, pixels, upper)
      lower = multiplyAdd(w1, pixels, lower)
      pixels = loadVector(b + (j + third))
      upper = multiplyAdd(w5, pixels, upper)
      lower = multiplyAdd(w2, pixels, lower)
      pixels = loadVector(c + j)
      upper = multiplyAdd(w6, pixels, upper)
      lower = multiplyAdd(w3, pixels, lower)
      pixels = loadVector(c + (j + second))
      upper = multiplyAdd(w7, pixels, upper)
      lower = multiplyAdd(w4, pixels, lower)
      pixels = loadVector(c + (j + third))
      upper = multiplyAdd(w8, pixels, upper)
      lower = multiplyAdd(w5, pixels, lower)
      lower = multiplyAdd(w6, loadVector(d + j), lower)
      lower = multiplyAdd(w7, loadVector(d + (j + second)), lower)
      lower = multiplyAdd(w8, loadVector(d + (j + third)), lower)
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
