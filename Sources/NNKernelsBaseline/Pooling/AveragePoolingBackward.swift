import NNKernelsCommon

/// downstream (+)= each window's upstream gradient, divided by the window's size, at all pixels that it covers; see
/// `Scalar.averagePoolBackward`.
///
/// Operations: 1 for each tap of each window and a division for each window. Bytes: 4 for each upstream and downstream
/// gradient (8 when accumulating); bound by memory as long as windows overlap little.
func averagePoolBackward(
  _ shape: Pooling, _ batch: Int, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  if shape.isGlobal {
    let count = shape.input.area
    return workers.run(count: batch * shape.channels, grain: max(1, 16384 / count)) { planes in
      for plane in planes {
        let quotient = upstream.base[plane] / Float(count)
        BroadcastLoop(value: quotient, target: downstream.base + plane * count, accumulate: accumulate).run(0..<count)
      }
    }
  }
  gatherWindows(
    shape, batch, AverageGradients(shape: shape, upstream: upstream.base), into: downstream, accumulate, workers)
}

/// Lines of gradients divided by the windows' sizes, then one line of the windows' widths.
private struct AverageGradients: WindowGradients {
  let shape: Pooling
  let upstream: UnsafePointer<Float>

  func scratchCount(_ windows: CoveringWindows) -> Int { (windows.bandLines + 1) * windows.line }

  @inline(__always)
  func prepare(_ windows: CoveringWindows, _ memory: UnsafeMutablePointer<Float>) {
    let divisors = memory + windows.bandLines * windows.line
    memory.update(repeating: 0, count: windows.bandLines * windows.line)
    divisors.update(repeating: 1, count: windows.line)
    for plane in 0..<windows.planes {
      shape.writeColumnDivisors(divisors + (windows.margin + plane * windows.pitch))
    }
  }

  @inline(__always)
  func load(
    row: Int, of planes: Range<Int>, into line: Int, _ windows: CoveringWindows, _ memory: UnsafeMutablePointer<Float>
  ) {
    windows.copyRow(row, of: planes, upstream, into: line, memory)
    let divisors = memory + windows.bandLines * windows.line
    divide(memory + line * windows.line, divisors, Float(shape.rowDivisor(row)), windows.line)
  }

  /// line[j] /= divisors[j] rows. The zeros of the margins stay zero.
  @inline(never)
  private func divide(
    _ line: UnsafeMutablePointer<Float>, _ divisors: UnsafePointer<Float>, _ rows: Float, _ count: Int
  ) {
    var j = 0
    while j < count {
      storeVector(loadVector(line + j) / (loadVector(divisors + j) * rows), line + j)
      j += Vector.scalarCount
    }
  }

  @inline(__always)
  func term(plane: Int, _ windows: CoveringWindows, _ memory: UnsafePointer<Float>) -> AverageTerm {
    AverageTerm(quotients: memory)
  }
}

/// The same for each tap.
private struct AverageTerm: WindowTerm {
  let quotients: UnsafePointer<Float>

  @inline(__always) func value(_ window: Int, _ tap: Int) -> Vector { loadVector(quotients + window) }
}

/// target[i] (+)= value.
private struct BroadcastLoop: VectorLoop {
  let value: Float
  let target: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func whole(_ i: Int) {
    let value = Vector(repeating: value)
    storeVector(accumulate ? loadVector(target + i) + value : value, target + i)
  }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    let value = Vector(repeating: value)
    storeVector(accumulate ? loadVector(target + i, count: count) + value : value, target + i, count: count)
  }
}
