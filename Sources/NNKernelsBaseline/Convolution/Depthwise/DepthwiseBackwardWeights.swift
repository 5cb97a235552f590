import NNKernelsCommon

/// weightGradient += the weights' gradient of a convolution of every channel by itself, see `convolveBackwardWeights`;
/// whether there was one.
///
/// Operations: as forward. Bytes: 4 for each input and upstream gradient; with 3 x 3 weights bound by memory, or by the
/// first-level cache, from which each multiply-add reads a vector.
///
/// A chunk computes some channels over all samples. Sums are taken in vectors over some planes, then in double
/// precision, in an order that depends on the shape alone.
func convolveDepthwiseBackwardWeights(
  _ shape: Convolution, _ batch: Int, _ x: Buffer<Float>, _ upstream: Buffer<Float>, _ weightGradient: Buffer<Float>,
  _ workers: WorkerPool
) -> Bool {
  guard shape.isDepthwise else { return false }
  let run = DepthwiseBackwardWeightsRun(
    planes: DepthwiseBands(shape), batch: batch, x: x.base, upstream: upstream.base,
    weightGradient: weightGradient.base)
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  let grain = max(1, 65536 / max(1, batch * shape.output.area * shape.kernel.area))
  workers.run(count: shape.groups, grain: grain) { channels in
    run.compute(
      channels, workers.scratch.memory(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
  return true
}

/// What all chunks of one backward pass need to know.
private struct DepthwiseBackwardWeightsRun {
  let planes: DepthwiseBands
  let batch: Int
  let x: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>

  private var taps: Int { planes.shape.kernel.area }

  /// A worker's memory: a band, the places of a window, the sums under way in vectors, and those in double precision.
  var scratchCount: Int { planes.count + planes.offsetCount + taps * Vector.scalarCount + 2 * taps + 2 }

  @inline(never)
  func compute(_ channels: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let (shape, output, phases) = (planes.shape, planes.output, planes.phases)
    let sums = memory + planes.count
    // Doubles lie where their alignment wants them.
    let place = (planes.count + taps * Vector.scalarCount + 1) / 2 * 2
    let totals = UnsafeMutableRawPointer(memory + place).assumingMemoryBound(to: Double.self)
    let offsets = phases.writeOffsets(shape.kernel, memory + (place + 2 * taps))
    memory.update(repeating: 0, count: planes.count)
    for channel in channels {
      for tap in 0..<taps { totals[tap] = 0 }
      var pending = 0
      sums.update(repeating: 0, count: taps * Vector.scalarCount)
      for sample in 0..<batch {
        let plane = sample * shape.groups + channel
        for band in 0..<planes.bands.count {
          let windows = planes.bands.rows(band)
          planes.fill(memory, windows, from: x + plane * shape.input.area)
          let rows = WeightSums(
            sums: sums, offsets: offsets, taps: taps, width: output.width,
            step: shape.stride.height * phases.count)
          let gradients = upstream + (plane * output.area + windows.lowerBound * output.width)
          if shape.kernel == Extent(3, 3) {
            rows.addNine(
              UnsafePointer(memory), gradients, windows.count, sharePixels: shape.stride.height == 1)
          } else {
            rows.add(UnsafePointer(memory), gradients, windows.count)
          }
          pending += windows.count * output.width
          if pending >= StridedSegments.block {
            flush(sums, totals)
            pending = 0
          }
        }
      }
      flush(sums, totals)
      let target = weightGradient + channel * taps
      for tap in 0..<taps { target[tap] += Float(totals[tap]) }
    }
  }

  /// Takes the sums over to double precision.
  @inline(__always)
  private func flush(_ sums: UnsafeMutablePointer<Float>, _ totals: UnsafeMutablePointer<Double>) {
    for tap in 0..<taps {
      let own = sums + tap * Vector.scalarCount
      totals[tap] += Double(laneSum(loadVector(own)))
      storeVector(.zero, own)
    }
  }
}

/// Sums of products of gradients and the pixels that each weight met, a vector for each weight.
private struct WeightSums {
  let sums: UnsafeMutablePointer<Float>
  let offsets: UnsafePointer<Int32>
  let taps: Int
  let width: Int
  /// From the pixels of one row of windows to those of the next.
  let step: Int

  @inline(__always)
  private func gradient(_ row: UnsafePointer<Float>, _ j: Int) -> Vector {
    loadVector(row + j, upTo: width - j)
  }

  @inline(__always)
  func add(_ source: UnsafePointer<Float>, _ gradients: UnsafePointer<Float>, _ rows: Int) {
    for row in 0..<rows {
      var j = 0
      while j < width {
        let gradient = gradient(gradients + row * width, j)
        let pixels = source + (row * step + j)
        for tap in 0..<taps {
          let own = sums + tap * Vector.scalarCount
          storeVector(multiplyAdd(gradient, loadVector(pixels + Int(offsets[tap])), loadVector(own)), own)
        }
        j += Vector.scalarCount
      }
    }
  }

  /// With nine weights, whose sums stay in registers; two rows of windows at a time where they share pixels.
  @inline(__always)
  func addNine(_ source: UnsafePointer<Float>, _ gradients: UnsafePointer<Float>, _ rows: Int, sharePixels: Bool) {
    var own = NineSums(sums)
    let places = (Int(offsets[1]), Int(offsets[2]))
    let next = Int(offsets[3])
    var row = 0
    while row < rows {
      let a = source + row * step
      let gradientRow = gradients + row * width
      let isPair = sharePixels && row + 1 < rows
      var j = 0
      while j < width {
        let upper = gradient(gradientRow, j)
        if isPair {
          own.add(a + j, next, places, upper, gradient(gradientRow + width, j))
        } else {
          own.add(a + j, next, places, upper)
        }
        j += Vector.scalarCount
      }
      row += isPair ? 2 : 1
    }
    own.store(sums)
  }
}

/// The sums of nine weights, row by row.
private struct NineSums {
  private var (s0, s1, s2): (Vector, Vector, Vector)
  private var (s3, s4, s5): (Vector, Vector, Vector)
  private var (s6, s7, s8): (Vector, Vector, Vector)

  @inline(__always)
  init(_ memory: UnsafePointer<Float>) {
    let lanes = Vector.scalarCount
    (s0, s1, s2) = (loadVector(memory), loadVector(memory + lanes), loadVector(memory + 2 * lanes))
    (s3, s4, s5) = (loadVector(memory + 3 * lanes), loadVector(memory + 4 * lanes), loadVector(memory + 5 * lanes))
    (s6, s7, s8) = (loadVector(memory + 6 * lanes), loadVector(memory + 7 * lanes), loadVector(memory + 8 * lanes))
  }

  @inline(__always)
  func store(_ memory: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    storeVector(s0, memory)
    storeVector(s1, memory + lanes)
    storeVector(s2, memory + 2 * lanes)
    storeVector(s3, memory + 3 * lanes)
    storeVector(s4, memory + 4 * lanes)
    storeVector(s5, memory + 5 * lanes)
    storeVector(s6, memory + 6 * lanes)
    storeVector(s7, memory + 7 * lanes)
    storeVector(s8, memory + 8 * lanes)
  }

  /// Adds the products of one row of windows' gradients and their pixels, whose rows lie `next` apart.
  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, _ next: Int, _ places: (Int, Int), _ gradient: Vector) {
    let (b, c) = (a + next, a + 2 * next)
    s0 = multiplyAdd(gradient, loadVector(a), s0)
    s1 = multiplyAdd(gradient, loadVector(a + places.0), s1)
    s2 = multiplyAdd(gradient, loadVector(a + places.1), s2)
    s3 = multiplyAdd(gradient, loadVector(b), s3)
    s4 = multiplyAdd(gradient, loadVector(b + places.0), s4)
    s5 = multiplyAdd(gradient, loadVector(b + places.1), s5)
    s6 = multiplyAdd(gradient, loadVector(c), s6)
    s7 = multiplyAdd(gradient, loadVector(c + places.0), s7)
    s8 = multiplyAdd(gradient, loadVector(c + places.1), s8)
  }

  /// Adds those of two rows of windows; the second reads its pixels one row further down.
  @inline(__always)
  mutating func add(
    _ a: UnsafePointer<Float>, _ next: Int, _ places: (Int, Int), _ upper: Vector, _ lower: Vector
  ) {
    let (b, c, d) = (a + next, a + 2 * next, a + 3 * next)
    s0 = multiplyAdd(upper, loadVector(a), s0)
    s1 = multiplyAdd(upper, loadVector(a + places.0), s1)
    s2 = multiplyAdd(upper, loadVector(a + places.1), s2)
    var pixels = loadVector(b)
    s3 = multiplyAdd(upper, pixels, s3)
    s0 = multiplyAdd(lower, pixels, s0)
    pixels = loadVector(b + places.0)
    s4 = multiplyAdd(upper, pixels, s4)
    s1 = multiplyAdd(lower, pixels, s1)
    pixels = loadVector(b + places.1)
    s5 = multiplyAdd(upper, pixels, s5)
    s2 = multiplyAdd(lower, pixels, s2)
    pixels = loadVector(c)
    s6 = multiplyAdd(upper, pixels, s6)
    s3 = multiplyAdd(lower, pixels, s3)
    pixels = loadVector(c + places.0)
    s7 = multiplyAdd(upper, pixels, s7)
    s4 = multiplyAdd(lower, pixels, s4)
    pixels = loadVector(c + places.1)
    s8 = multiplyAdd(upper, pixels, s8)
    s5 = multiplyAdd(lower, pixels, s5)
    s6 = multiplyAdd(lower, loadVector(d), s6)
    s7 = multiplyAdd(lower, loadVector(d + places.0), s7)
    s8 = multiplyAdd(lower, loadVector(d + places.1), s8)
  }
}
