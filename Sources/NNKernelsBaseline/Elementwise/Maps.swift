import NNKernelsCommon

/// Elements that make one chunk: some microseconds of a costly function.
private let mapGrain = 4096

/// y = activation(x), see `Scalar.activate`.
///
/// Bytes: 8 per element, the floor of the cheap functions; a costly one needs some 30 operations per element. The
/// last elements go through the same instructions as all others, in a vector filled up with zeros, so that an
/// element's bits do not depend on its place.
func activate(_ activation: Activation, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool) {
  activation.apply(Mapping(x: x, y: y, workers: workers))
}

/// y = function(x), see `Scalar.map`.
func map(_ function: MathematicalFunction, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool) {
  let mapping = Mapping(x: x, y: y, workers: workers)
  switch function {
  case .exp: mapping.use(Exponential())
  case .expm1: mapping.use(ExponentialMinusOne())
  case .log: mapping.use(Logarithm())
  case .log1p: mapping.use(LogarithmOfOnePlus())
  case .tanh: mapping.use(HyperbolicTangent())
  case .sigmoid: mapping.use(Sigmoid())
  case .erf: mapping.use(ErrorFunction())
  }
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

private struct MapLoop<F: VectorFunction>: VectorLoop {
  let function: F
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>

  @inline(__always)
  func whole(_ i: Int) { storeVector(function.value(loadVector(x + i)), y + i) }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    storeVector(function.value(loadVector(x + i, count: count)), y + i, count: count)
  }
}

/// downstream (+)= upstream * activation', see `Scalar.activateBackward`.
///
/// Bytes: 12 per element, 16 when accumulating.
func activateBackward(
  _ activation: Activation, _ input: Buffer<Float>, _ output: Buffer<Float>, _ upstream: Buffer<Float>,
  _ downstream: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) {
  let argument = activation.gradientUsesOutput ? output : input
  // Constant derivatives read no argument, which may then be empty.
  let isRead = argument.count >= upstream.count
  activation.applySlope(
    BackwardMapping(
      argument: isRead ? argument : upstream, upstream: upstream, downstream: downstream, accumulate: accumulate,
      workers: workers))
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

private struct BackwardLoop<F: VectorFunction>: VectorLoop {
  let slope: F
  let argument: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func whole(_ i: Int) {
    var gradient = loadVector(upstream + i) * slope.value(loadVector(argument + i))
    if accumulate { gradient += loadVector(downstream + i) }
    storeVector(gradient, downstream + i)
  }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    var gradient = loadVector(upstream + i, count: count) * slope.value(loadVector(argument + i, count: count))
    if accumulate { gradient += loadVector(downstream + i, count: count) }
    storeVector(gradient, downstream + i, count: count)
  }
}

/// y (+)= scale x, see `Scalar.scale`.
///
/// Bytes: 8 per element, 12 when accumulating.
func scale(_ x: Buffer<Float>, _ scale: Float, _ y: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool) {
  let loop = ScaleLoop(scale: scale, x: x.base, y: y.base, accumulate: accumulate)
  workers.run(count: x.count, grain: 4 * mapGrain) { loop.runChunk($0) }
}

private struct ScaleLoop: VectorLoop {
  let scale: Float
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func whole(_ i: Int) {
    let product = loadVector(x + i) * scale
    storeVector(accumulate ? loadVector(y + i) + product : product, y + i)
  }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    let product = loadVector(x + i, count: count) * scale
    storeVector(accumulate ? loadVector(y + i, count: count) + product : product, y + i, count: count)
  }
}
