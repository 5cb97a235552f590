import NNKernelsCommon

/// Elements of a chunk: some microseconds of an expensive function.
private let mapGrain = 4096

/// y[i] = activation(x[i]), see `Scalar.activate`.
///
/// Bytes: 8 per element, the bound of cheap functions; an expensive one has some 30 operations per element. The
/// remainder is computed by the same instructions, in a vector padded with zeros, so that an element's bits do not
/// depend on its index.
func activate(_ activation: Activation, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool) {
  activation.apply(Mapping(x: x, y: y, workers: workers))
}

/// y[i] = function(x[i]), see `Scalar.map`.
func map(_ function: MathematicalFunction, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool) {
  function.apply(Mapping(x: x, y: y, workers: workers))
}

private struct Mapping: FunctionUser {
  let x: Buffer<Float>
  let y: Buffer<Float>
  let workers: WorkerPool

  func use<F: VectorFunction>(_ function: F) {
    let loop = MapLoop(function: function, x: x.base, y: y.base)
    workers.run(count: x.count, grain: mapGrain) { loop.runChunk($0) }
  }
}

private struct MapLoop<F: VectorFunction>: LaneLoop {
  let function: F
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) { lanes.store(function.value(lanes.load(x + i)), y + i) }
}

/// downstream[i] (+)= upstream[i] activation'(argument[i]), see `Scalar.activateBackward`.
///
/// Bytes: 12 per element, 16 when accumulating.
func activateBackward(
  _ activation: Activation, _ input: Buffer<Float>, _ output: Buffer<Float>, _ upstream: Buffer<Float>,
  _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) {
  let argument = activation.gradientUsesOutput ? output : input
  // A constant derivative reads no argument, which may be empty then: any readable array stands in for it.
  let isRead = argument.count >= upstream.count
  activation.applySlope(
    BackwardMapping(
      argument: isRead ? argument : upstream, upstream: upstream, downstream: downstream, accumulate: accumulate,
      workers: workers))
}

/// downstream[i] (+)= upstream[i] function'(argument[i]), see `Scalar.mapBackward`.
func mapBackward(
  _ function: MathematicalFunction, _ input: Buffer<Float>, _ output: Buffer<Float>, _ upstream: Buffer<Float>,
  _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) {
  function.applySlope(
    BackwardMapping(
      argument: function.gradientUsesOutput ? output : input, upstream: upstream, downstream: downstream,
      accumulate: accumulate, workers: workers))
}

private struct BackwardMapping: FunctionUser {
  let argument: Buffer<Float>
  let upstream: Buffer<Float>
  let downstream: Buffer<Float>
  let accumulate: Bool
  let workers: WorkerPool

  func use<F: VectorFunction>(_ slope: F) {
    let loop = BackwardLoop(
      slope: slope, argument: argument.base, upstream: upstream.base, downstream: downstream.base,
      accumulate: accumulate)
    workers.run(count: upstream.count, grain: mapGrain) { loop.runChunk($0) }
  }
}

private struct BackwardLoop<F: VectorFunction>: LaneLoop {
  let slope: F
  let argument: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) {
    lanes.store(
      lanes.load(upstream + i) * slope.value(lanes.load(argument + i)), downstream + i, accumulate: accumulate)
  }
}

/// y[i] (+)= scale x[i], see `Scalar.scale`.
///
/// Bytes: 8 per element, 12 when accumulating.
func scale(_ x: Buffer<Float>, _ scale: Float, _ y: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool) {
  let loop = ScaleLoop(scale: scale, x: x.base, y: y.base, accumulate: accumulate)
  workers.run(count: x.count, grain: 4 * mapGrain) { loop.runChunk($0) }
}

private struct ScaleLoop: LaneLoop {
  let scale: Float
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) { lanes.store(lanes.load(x + i) * scale, y + i, accumulate: accumulate) }
}
