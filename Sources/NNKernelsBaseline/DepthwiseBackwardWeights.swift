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
    run.compute(channels, workers.scratch(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
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
            rows.add9(UnsafePointer(memory), gradients, windows.count)
          } else {
            rows.add(UnsafePointer(memory), gradients, windows.count)
          }
          pending += windows.count * output.width
          if pending >= Stretches.block {
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
    j + Vector.scalarCount <= width ? loadVector(row + j) : loadVector(row + j, count: width - j)
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

  /// With nine weights, whose sums stay in registers.
  @inline(__always)
  func add9(_ source: UnsafePointer<Float>, _ gradients: UnsafePointer<Float>, _ rows: Int) {
    let lanes = Vector.scalarCount
    var (s0, s1, s2) = (loadVector(sums), loadVector(sums + lanes), loadVector(sums + 2 * lanes))
    var (s3, s4, s5) = (loadVector(sums + 3 * lanes), loadVector(sums + 4 * lanes), loadVector(sums + 5 * lanes))
    var (s6, s7, s8) = (loadVector(sums + 6 * lanes), loadVector(sums + 7 * lanes), loadVector(sums + 8 * lanes))
    let (second, third) = (Int(offsets[1]), Int(offsets[2]))
    for row in 0..<rows {
      let a = source + row * step
      let (b, c) = (a + Int(offsets[3]), a + Int(offsets[6]))
      var j = 0
      while j < width {
        let gradient = gradient(gradients + row * width, j)
        s0 = multiplyAdd(gradient, loadVector(a + j), s0)
        s1 = multiplyAdd(gradient, loadVector(a + (j + second)), s1)
        s2 = multiplyAdd(gradient, loadVector(a + (j + third)), s2)
        s3 = multiplyAdd(gradient, loadVector(b + j), s3)
        s4 = multiplyAdd(gradient, loadVector(b + (j + second)), s4)
        s5 = multiplyAdd(gradient, loadVector(b + (j + third)), s5)
        s6 = multiplyAdd(gradient, loadVector(c + j), s6)
        s7 = multiplyAdd(gradient, loadVector(c + (j + second)), s7)
        s8 = multiplyAdd(gradient, loadVector(c + (j + third)), s8)
        j += lanes
      }
    }
    storeVector(s0, sums)
    storeVector(s1, sums + lanes)
    storeVector(s2, sums + 2 * lanes)
    storeVector(s3, sums + 3 * lanes)
    storeVector(s4, sums + 4 * lanes)
    storeVector(s5, sums + 5 * lanes)
    storeVector(s6, sums + 6 * lanes)
    storeVector(s7, sums + 7 * lanes)
    storeVector(s8, sums + 8 * lanes)
  }
}
