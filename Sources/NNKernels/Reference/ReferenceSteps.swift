extension Scalar {
  public static func run(
    _ steps: UnsafeBufferPointer<ElementStep>, _ slots: UnsafePointer<UnsafeMutablePointer<Self>>,
    sums: UnsafeMutablePointer<Double>, count: Int
  ) {
    referenceRun(steps, slots, sums, count)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceRun<S: Scalar>(
  _ steps: UnsafeBufferPointer<ElementStep>, _ slots: UnsafePointer<UnsafeMutablePointer<S>>,
  _ sums: UnsafeMutablePointer<Double>, _ count: Int
) {
  for step in steps {
    let (x, y, z) = (slots[Int(step.first)], slots[Int(step.second)], slots[Int(step.third)])
    let (xStride, yStride) = (step.isSingle(0) ? 0 : 1, step.isSingle(1) ? 0 : 1)
    let zStride = step.isSingle(2) ? 0 : 1
    if step.operation.isSum {
      var sum = 0.0
      for i in 0..<count {
        sum += Double(x[i * xStride]) * (step.operation == .sumOfProducts ? Double(y[i * yStride]) : 1)
      }
      sums[Int(step.target)] += sum
    } else {
      let target = slots[Int(step.target)]
      for i in 0..<count {
        target[i] = step.operation.value(x[i * xStride], y[i * yStride], z[i * zStride])
      }
    }
  }
}

extension ElementStep.Operation {
  /// The value for the given operands; sums have none.
  @inline(__always)
  package func value<S: Scalar>(_ x: S, _ y: S, _ z: S) -> S {
    switch self {
    case .copy, .sum, .sumOfProducts: x
    case .negate: -x
    case .absolute: x.magnitude
    case .square: x * x
    case .squareRoot: x.squareRoot()
    case .reciprocal: 1 / x
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .exp: S.exp(x)
    case .expm1: S.expm1(x)
    case .log: S.log(x)
    case .log1p: S.log1p(x)
    case .sin: S.sin(x)
    case .cos: S.cos(x)
    case .tanh: S.tanh(x)
    case .sigmoid: Activation.sigmoid.value(x)
    case .erf: S.erf(x)
    case .softplus: Activation.softplus.value(x)
    case .sigmoidSlope: x * (1 - x)
    case .tanhSlope: 1 - x * x
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .power: S.pow(x, y)
    case .maximum: y > x || y.isNaN ? y : x
    case .minimum: y < x || y.isNaN ? y : x
    case .isGreater: x > y ? 1 : 0
    case .isAtLeast: x >= y ? 1 : 0
    case .multiplyAdd: x * y + z
    }
  }
}
