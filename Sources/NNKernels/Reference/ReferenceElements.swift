extension Scalar {
  public static func combine(
    _ operation: ElementOperation, _ x: Buffer<Self>, _ y: Buffer<Self>, into z: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool
  ) {
    referenceCombine(operation, x, y, z, accumulate)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceCombine<S: Scalar>(
  _ operation: ElementOperation, _ x: Buffer<S>, _ y: Buffer<S>, _ z: Buffer<S>, _ accumulate: Bool
) {
  for i in 0..<z.count {
    let value: S =
      switch operation {
      case .add: x[i] + y[i]
      case .subtract: x[i] - y[i]
      case .multiply: x[i] * y[i]
      }
    z[i] = accumulate ? z[i] + value : value
  }
}
