/// An elementwise function. Each is a type, so that loops are specialised for it.
protocol VectorFunction: Sendable {
  func value(_ x: Vector) -> Vector
}

/// Work that is specialised for a function chosen at run time.
protocol FunctionUser {
  func use<F: VectorFunction>(_ function: F)
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

struct Sigmoid: VectorFunction {
  @inline(__always) func value(_ x: Vector) -> Vector { vectorSigmoid(x) }
}
