import NNCore
import NNKernels

/// The gradient of a combination with respect to one of its inputs, element by element in the output's shape.
///
/// The scratch memory's first array is for the result, the second and third one for inputs that are repeated.
struct CombinationGradient<S: Scalar> {
  private let operation: ElementOperation
  private let position: Int
  private let inputs: InputsOfOutput<S>
  private let output: Buffer<S>
  private let upstream: Buffer<S>
  private let scratch: Buffer<S>
  private let workers: WorkerPool

  init(
    _ operation: ElementOperation, position: Int, inputs: InputsOfOutput<S>, output: Buffer<S>, upstream: Buffer<S>,
    scratch: Buffer<S>, workers: WorkerPool
  ) {
    (self.operation, self.position, self.inputs) = (operation, position, inputs)
    (self.output, self.upstream, self.scratch, self.workers) = (output, upstream, scratch, workers)
  }

  /// target (+)= upstream * df/dx. The target is the scratch memory's first array or none of it.
  func compute(into target: Buffer<S>, accumulate: Bool) {
    let count = inputs.tensors.count
    switch operation {
    case .add: scale(upstream, by: 1, target, accumulate)
    case .subtract: scale(upstream, by: position == 0 ? 1 : -1, target, accumulate)
    case .multiply:
      guard count != 2 else {
        return combine(.multiply, upstream, inputs.values(1 - position, at: 1), target, accumulate)
      }
      computeByParts(into: target, accumulate) { product in
        for other in 0..<count where other != position {
          combine(.multiply, product, inputs.values(other, at: 1), product, false)
        }
      }
    case .maximum, .minimum:
      guard count != 2 else { return pair(into: target, accumulate) }
      computeByParts(into: target, accumulate) { choice in
        // Of equal elements, the first gets the whole gradient.
        for other in 0...position {
          keep(choice, where: inputs.values(other, at: 1), areOutputs: other == position)
        }
      }
    case .divide: pair(into: target, accumulate)
    case .power: power(into: target, accumulate)
    }
  }

  private func combine(
    _ operation: ElementOperation, _ x: Buffer<S>, _ y: Buffer<S>, _ z: Buffer<S>, _ accumulate: Bool
  ) {
    S.combine(operation, x, y, into: z, accumulate: accumulate, workers: workers)
  }

  private func scale(_ x: Buffer<S>, by factor: S, _ y: Buffer<S>, _ accumulate: Bool) {
    S.scale(x, by: factor, into: y, accumulate: accumulate, workers: workers)
  }

  /// Starts with the upstream gradient in the scratch memory's first array, which `body` changes.
  private func computeByParts(into target: Buffer<S>, _ accumulate: Bool, _ body: (Buffer<S>) -> Void) {
    guard inputs.tensors.count > 1 else { return scale(upstream, by: 1, target, accumulate) }
    let part = scratch.slice(from: 0, count: upstream.count)
    scale(upstream, by: 1, part, false)
    body(part)
    if part.base != target.base { scale(part, by: 1, target, accumulate) }
  }

  /// Sets to 0 where an input is the output, or where it is not.
  private func keep(_ gradient: Buffer<S>, where input: Buffer<S>, areOutputs: Bool) {
    keepElements(gradient, input, output, areOutputs, workers)
  }

  /// Quotients, and choices between two inputs.
  private func pair(into target: Buffer<S>, _ accumulate: Bool) {
    let isQuotient = operation == .divide
    // A choice depends on the first input alone: the second one gets what that does not.
    let operand = inputs.values(isQuotient ? 1 : 0, at: 1)
    pairGradient(
      isQuotient, isFirst: position == 0, operand, output, upstream, target, accumulate: accumulate, workers)
  }

  /// p x^(p - 1), and 0 for p = 0 even at x = 0; or f ln x, and 0 where x is 0 and p is not negative.
  private func power(into target: Buffer<S>, _ accumulate: Bool) {
    let part = scratch.slice(from: 0, count: upstream.count)
    let base = inputs.values(0, at: 1)
    if position == 0 {
      let exponent = inputs.values(1, at: 2)
      lowerExponents(exponent, into: part, workers)
      combine(.power, base, part, part, false)
      combine(.multiply, part, exponent, part, false)
    } else {
      replaceZeros(base, into: part, workers)
      S.map(.log, part, into: part, workers: workers)
      combine(.multiply, part, output, part, false)
    }
    combine(.multiply, part, upstream, target, accumulate)
  }
}

/// Whether an input is the output of a choice, as 1 or 0; NaN is equal to itself here. Numbers, since a choice between two
/// truth values would be a branch.
@inline(__always)
private func isOutput<S: Scalar>(_ input: S, _ output: S) -> Int32 {
  (input == output ? 1 : 0) | (input != input ? 1 : 0)
}

@specialized(where S == Float)
@specialized(where S == Double)
private func keepElements<S: Scalar>(
  _ gradient: Buffer<S>, _ input: Buffer<S>, _ output: Buffer<S>, _ areOutputs: Bool, _ workers: WorkerPool
) {
  let kept: Int32 = areOutputs ? 1 : 0
  workers.run(count: gradient.count, grain: 8192) { range in
    for i in range {
      let value = gradient[i]
      gradient[i] = isOutput(input[i], output[i]) == kept ? value : 0
    }
  }
}

/// - Parameters:
///   - isQuotient: whether the operation is a quotient; else it is a choice.
///   - operand: the divisor, or of a choice the first input.
@specialized(where S == Float)
@specialized(where S == Double)
private func pairGradient<S: Scalar>(
  _ isQuotient: Bool, isFirst: Bool, _ operand: Buffer<S>, _ output: Buffer<S>, _ upstream: Buffer<S>,
  _ target: Buffer<S>, accumulate: Bool, _ workers: WorkerPool
) {
  let chosen: Int32 = isFirst ? 1 : 0
  workers.run(count: upstream.count, grain: 8192) { range in
    if !isQuotient {
      put(range, target, accumulate) { i in
        let gradient = upstream[i]
        return isOutput(operand[i], output[i]) == chosen ? gradient : 0
      }
    } else if isFirst {
      put(range, target, accumulate) { i in upstream[i] / operand[i] }
    } else {
      put(range, target, accumulate) { i in -upstream[i] * output[i] / operand[i] }
    }
  }
}

/// target[i] (+)= value(i), in a loop of its own for either.
@inline(__always)
private func put<S: Scalar>(_ range: Range<Int>, _ target: Buffer<S>, _ accumulate: Bool, _ value: (Int) -> S) {
  if accumulate {
    for i in range { target[i] += value(i) }
  } else {
    for i in range { target[i] = value(i) }
  }
}

/// y = p - 1, and 0 for p = 0.
@specialized(where S == Float)
@specialized(where S == Double)
private func lowerExponents<S: Scalar>(_ p: Buffer<S>, into y: Buffer<S>, _ workers: WorkerPool) {
  workers.run(count: p.count, grain: 8192) { range in for i in range { y[i] = p[i] - (p[i] == 0 ? 0 : 1) } }
}

/// y = x, and 1 for x = 0.
@specialized(where S == Float)
@specialized(where S == Double)
private func replaceZeros<S: Scalar>(_ x: Buffer<S>, into y: Buffer<S>, _ workers: WorkerPool) {
  workers.run(count: x.count, grain: 8192) { range in for i in range { y[i] = x[i] == 0 ? 1 : x[i] } }
}
