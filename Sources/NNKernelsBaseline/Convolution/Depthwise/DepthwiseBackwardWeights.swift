import NNKernelsCommon

/// weightGradient += the weights' gradient of a depthwise convolution, see `convolveBackwardWeights`; false if these
/// kernels do not compute the shape.
///
///     dw[c, u, v] += sum over n, i, j of dy[n, c, i, j] x[n, c, i S + u - P, j S + v - P]
///
/// Operations: as forward. Bytes: 4 for each input and upstream gradient; with 3 x 3 weights bound by memory, or by the
/// first-level cache, from which each multiply-add reads a vector.
///
/// A chunk computes some channels over all samples. Sums are accumulated in vectors over blocks of at least
/// `StridedSegments.block` gradients, the blocks in double precision; the order depends on the shape alone.
func convolveDepthwiseBackwardWeights(
  _ shape: Convolution, _ batch: Int, _ x: Buffer<Float>, _ upstream: Buffer<Float>, _ weightGradient: Buffer<Float>,
  _ workers: WorkerPool
) -> Bool {
  guard shape.isDepthwise else { return false }
  let run = DepthwiseBackwardWeightsRun(
    planes: DepthwiseBands(shape), batch: batch, x: x.base, upstream: upstream.base,
    weightGradient: weightGradient.base)
  let grain = max(1, 65536 / max(1, batch * shape.output.area * shape.kernel.area))
  runRanges(of: shape.groups, grain: grain, scratchCount: run.scratchCount, workers) { channels, memory in
    run.compute(channels, memory)
  }
  return true
}

/// One weights' gradient: what its chunks share.
private struct DepthwiseBackwardWeightsRun {
  let planes: DepthwiseBands
  let batch: Int
  let x: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>

  private var taps: Int { planes.shape.kernel.area }

  /// A worker's memory: the deinterleaved rows of a band; a vector of partial sums per tap; a double-precision sum per
  /// tap; the offset of each tap.
  var scratchCount: Int { planes.count + planes.offsetCount + taps * Vector.scalarCount + 2 * taps + 2 }

  @inline(never)
  func compute(_ channels: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let (shape, output, polyphase) = (planes.shape, planes.output, planes.polyphase)
    let sums = memory + planes.count
    // Rounded up to the alignment of doubles.
    let totalsStart = (planes.count + taps * Vector.scalarCount + 1) / 2 * 2
    let totals = UnsafeMutableRawPointer(memory + totalsStart).assumingMemoryBound(to: Double.self)
    let offsets = polyphase.writeOffsets(shape.kernel, memory + (totalsStart + 2 * taps))
    memory.update(repeating: 0, count: planes.count)
    for channel in channels {
      for tap in 0..<taps { totals[tap] = 0 }
      var pending = 0
      sums.update(repeating: 0, count: taps * Vector.scalarCount)
      for sample in 0..<batch {
        let plane = sample * shape.groups + channel
        for band in 0..<planes.bands.count {
          let windows = planes.bands.rows(band)
          planes.gather(memory, windows, from: x + plane * shape.input.area)
          let rows = WeightSums(
            sums: sums, offsets: offsets, taps: taps, width: output.width,
            step: shape.stride.height * polyphase.count)
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

  /// Adds the vectors' sums to those in double precision and clears them.
  @inline(__always)
  private func flush(_ sums: UnsafeMutablePointer<Float>, _ totals: UnsafeMutablePointer<Double>) {
    for tap in 0..<taps {
      let own = sums + tap * Vector.scalarCount
      totals[tap] += Double(laneSum(loadVector(own)))
      storeVector(.zero, own)
    }
  }
}

/// The micro-kernels: a vector of partial sums per tap, accumulated over window rows.
private struct WeightSums {
  let sums: UnsafeMutablePointer<Float>
  let offsets: UnsafePointer<Int32>
  let taps: Int
  let width: Int
  /// Scalars from the pixels of one window row to those of the next.
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

  /// For nine taps, whose sums stay in registers; two window rows at a time where they share pixels.
  @inline(__always)
  func addNine(_ source: UnsafePointer<Float>, _ gradients: UnsafePointer<Float>, _ rows: Int, sharePixels: Bool) {
    var own = NineSums(sums)
    let columns = (Int(offsets[1]), Int(offsets[2]))
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
          own.add(a + j, next, columns, upper, gradient(gradientRow + width, j))
        } else {
          own.add(a + j, next, columns, upper)
        }
        j += Vector.scalarCount
      }
      row += isPair ? 2 : 1
    }
    own.store(sums)
  }
}

/// The partial sums of nine taps, by kernel row.
private struct NineSums {
  private var top: ThreeSums
  private var middle: ThreeSums
  private var bottom: ThreeSums

  @inline(__always)
  init(_ memory: UnsafePointer<Float>) {
    let lanes = Vector.scalarCount
    top = ThreeSums(memory)
    middle = ThreeSums(memory + 3 * lanes)
    bottom = ThreeSums(memory + 6 * lanes)
  }

  @inline(__always)
  func store(_ memory: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    top.store(memory)
    middle.store(memory + 3 * lanes)
    bottom.store(memory + 6 * lanes)
  }

  /// Adds the products of one window row's gradients and its pixels, whose rows are `next` apart; the taps of a row are
  /// at 0 and at `taps`.
  @inline(__always)
  mutating func add(_ pixels: UnsafePointer<Float>, _ next: Int, _ taps: (Int, Int), _ gradient: Vector) {
    top.add(gradient, ThreeTaps(pixels, taps))
    middle.add(gradient, ThreeTaps(pixels + next, taps))
    bottom.add(gradient, ThreeTaps(pixels + 2 * next, taps))
  }

  /// Adds those of two window rows with stride 1; the lower one reads its pixels one row further down.
  @inline(__always)
  mutating func add(
    _ pixels: UnsafePointer<Float>, _ next: Int, _ taps: (Int, Int), _ upper: Vector, _ lower: Vector
  ) {
    top.add(upper, ThreeTaps(pixels, taps))
    let second = ThreeTaps(pixels + next, taps)
    middle.add(upper, second)
    top.add(lower, second)
    let third = ThreeTaps(pixels + 2 * next, taps)
    bottom.add(upper, third)
    middle.add(lower, third)
    bottom.add(lower, ThreeTaps(pixels + 3 * next, taps))
  }
}

/// The partial sums of one kernel row's taps.
private struct ThreeSums {
  private var (first, second, third): (Vector, Vector, Vector)

  @inline(__always)
  init(_ memory: UnsafePointer<Float>) {
    (first, second, third) = load3(memory, Vector.scalarCount)
  }

  @inline(__always)
  func store(_ memory: UnsafeMutablePointer<Float>) {
    storeVector(first, memory)
    storeVector(second, memory + Vector.scalarCount)
    storeVector(third, memory + 2 * Vector.scalarCount)
  }

  @inline(__always)
  mutating func add(_ gradient: Vector, _ pixels: ThreeTaps) {
    first = multiplyAdd(gradient, pixels.first, first)
    second = multiplyAdd(gradient, pixels.second, second)
    third = multiplyAdd(gradient, pixels.third, third)
  }
}
