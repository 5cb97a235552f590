/// A function of each element alone. A structure of its own per function, so that loops are compiled for each.
protocol VectorFunction: Sendable {
  func value(_ x: Vector) -> Vector
}

struct Identity: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { x }
}

struct Exponential: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorExp(x) }
}

struct ExponentialMinusOne: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorExpm1(x) }
}

struct Logarithm: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorLog(x) }
}

struct LogarithmOfOnePlus: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorLog1p(x) }
}

struct ErrorFunction: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorErf(x) }
}

struct HyperbolicTangent: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorTanh(x) }
}

struct Sigmoid: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorSigmoid(x) }
}
