import NNKernelsCommon

/// z (+)= x operation y, see `Scalar.combine`.
///
/// Bytes: 12 per element, 16 when accumulating; bound by memory.
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

private protocol VectorOperation {
  func value(_ x: Vector, _ y: Vector) -> Vector
}

private struct Addition: VectorOperation {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x + y }
}

private struct Subtraction: VectorOperation {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x - y }
}

private struct Multiplication: VectorOperation {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x * y }
}

private struct ElementLoop<O: VectorOperation>: VectorLoop {
  let operation: O
  let work: ElementWork

  @inline(__always)
  func whole(_ i: Int) {
    let value = operation.value(loadVector(work.x + i), loadVector(work.y + i))
    storeVector(work.accumulate ? loadVector(work.z + i) + value : value, work.z + i)
  }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    let value = operation.value(loadVector(work.x + i, count: count), loadVector(work.y + i, count: count))
    storeVector(
      work.accumulate ? loadVector(work.z + i, count: count) + value : value, work.z + i, count: count)
  }
}
