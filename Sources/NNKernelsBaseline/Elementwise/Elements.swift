import NNKernelsCommon

/// z[i] (+)= x[i] operation y[i], see `Scalar.combine`.
///
/// Bytes: 12 per element, 16 when accumulating; memory-bound.
func combineElements(
  _ operation: ElementOperation, _ x: Buffer<Float>, _ y: Buffer<Float>, _ z: Buffer<Float>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  let work = ElementWork(x: x.base, y: y.base, z: z.base, accumulate: accumulate)
  switch operation {
  case .add: run(Addition(), work, z.count, 16384, workers)
  case .subtract: run(Subtraction(), work, z.count, 16384, workers)
  case .multiply: run(Multiplication(), work, z.count, 16384, workers)
  case .divide: run(Division(), work, z.count, 8192, workers)
  case .maximum: run(ElementMaximum(), work, z.count, 16384, workers)
  case .minimum: run(ElementMinimum(), work, z.count, 16384, workers)
  case .power: run(Power(), work, z.count, 2048, workers)
  }
}

private func run<O: PairFunction>(
  _ operation: O, _ work: ElementWork, _ count: Int, _ grain: Int, _ workers: WorkerPool
) {
  let loop = ElementLoop(operation: operation, work: work)
  workers.run(count: count, grain: grain) { loop.runChunk($0) }
}

private struct ElementWork {
  let x: UnsafePointer<Float>
  let y: UnsafePointer<Float>
  let z: UnsafeMutablePointer<Float>
  let accumulate: Bool
}

struct Addition: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x + y }
}

struct Subtraction: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x - y }
}

struct Multiplication: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x * y }
}

struct Division: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { x / y }
}

struct ElementMaximum: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { firstLargest(y, x) }
}

struct ElementMinimum: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { -firstLargest(-y, -x) }
}

struct Power: PairFunction {
  @inline(__always) func value(_ x: Vector, _ y: Vector) -> Vector { vectorPower(x, y) }
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
