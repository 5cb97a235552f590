import NNKernelsCommon

/// z[i] (+)= x[i] operation y[i], see `Scalar.combine`.
///
/// Bytes: 12 per element, 16 when accumulating; memory-bound.
func combineElements(
  _ operation: ElementOperation, _ x: Buffer<Float>, _ y: Buffer<Float>, _ z: Buffer<Float>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  let work = ElementWork(x: x.base, y: y.base, z: z.base, accumulate: accumulate)
  workers.run(count: z.count, grain: 16384) { range in
    switch operation {
    case .add: ElementLoop(operation: Addition(), work: work).runChunk(range)
    case .subtract: ElementLoop(operation: Subtraction(), work: work).runChunk(range)
    case .multiply: ElementLoop(operation: Multiplication(), work: work).runChunk(range)
    }
  }
}

private struct ElementWork {
  let x: UnsafePointer<Float>
  let y: UnsafePointer<Float>
  let z: UnsafeMutablePointer<Float>
  let accumulate: Bool
}

private struct Addition: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x + y }
}

private struct Subtraction: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x - y }
}

private struct Multiplication: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x * y }
}

private struct ElementLoop<O: PairFunction>: LaneLoop {
  let operation: O
  let work: ElementWork

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) {
    lanes.store(
      operation.value(lanes.load(work.x + i), lanes.load(work.y + i)), work.z + i, accumulate: work.accumulate)
  }
}
