extension Scalar {
  public static func combine(
    _ operation: ElementOperation, _ x: Buffer<Self>, _ y: Buffer<Self>, into z: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool
  ) {
    referenceCombine(operation, x, y, z, accumulate, workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceCombine<S: Scalar>(
  _ operation: ElementOperation, _ x: Buffer<S>, _ y: Buffer<S>, _ z: Buffer<S>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  workers.run(count: z.count, grain: operation == .power ? 1024 : 16384) { range in
    for i in range {
      let value: S =
        switch operation {
        case .add: x[i] + y[i]
        case .subtract: x[i] - y[i]
        case .multiply: x[i] * y[i]
        case .divide: x[i] / y[i]
        case .maximum: y[i] > x[i] || y[i].isNaN ? y[i] : x[i]
        case .minimum: y[i] < x[i] || y[i].isNaN ? y[i] : x[i]
        case .power: S.pow(x[i], y[i])
        }
      z[i] = accumulate ? z[i] + value : value
    }
  }
}
