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

  @inline(never)
  func use<F: VectorFunction>(_ function: F) {
    workers.run(count: x.count, grain: mapGrain) { range in
      forEachVector(range) { i in
        storeVector(function.value(loadVector(x.base + i)), y.base + i)
      } rest: { i, count in
        storeVector(function.value(loadVector(x.base + i, count: count)), y.base + i, count: count)
      }
    }
  }
}

/// Calls `body` with the start of every whole vector of `range`, then `rest` with the start and the number of the
/// elements that are left, if any.
@inline(__always)
func forEachVector(_ range: Range<Int>, _ body: (Int) -> Void, rest: (Int, Int) -> Void) {
  var i = range.lowerBound
  while i + Vector.scalarCount <= range.upperBound {
    body(i)
    i += Vector.scalarCount
  }
  if i < range.upperBound { rest(i, range.upperBound - i) }
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

  @inline(never)
  func use<F: VectorFunction>(_ slope: F) {
    workers.run(count: upstream.count, grain: mapGrain) { range in
      forEachVector(range) { i in
        var gradient = loadVector(upstream.base + i) * slope.value(loadVector(argument.base + i))
        if accumulate { gradient += loadVector(downstream.base + i) }
        storeVector(gradient, downstream.base + i)
      } rest: { i, count in
        var gradient =
          loadVector(upstream.base + i, count: count) * slope.value(loadVector(argument.base + i, count: count))
        if accumulate { gradient += loadVector(downstream.base + i, count: count) }
        storeVector(gradient, downstream.base + i, count: count)
      }
    }
  }
}

/// y (+)= scale x, see `Scalar.scale`.
///
/// Bytes: 8 per element, 12 when accumulating.
func scale(_ x: Buffer<Float>, _ scale: Float, _ y: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool) {
  workers.run(count: x.count, grain: 4 * mapGrain) { range in
    forEachVector(range) { i in
      let product = loadVector(x.base + i) * scale
      storeVector(accumulate ? loadVector(y.base + i) + product : product, y.base + i)
    } rest: { i, count in
      let product = loadVector(x.base + i, count: count) * scale
      storeVector(accumulate ? loadVector(y.base + i, count: count) + product : product, y.base + i, count: count)
    }
  }
}
