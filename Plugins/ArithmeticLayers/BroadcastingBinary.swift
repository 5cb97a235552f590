import NNCore
import NNKernels

/// A binary operation, folded over the elements of several arrays from the left.
public enum BroadcastingBinary: Sendable, Hashable {
  case add, subtract, multiply, divide, maximum, minimum, power
}

/// A layer that combines its inputs element by element, with broadcasting; see `Broadcast`.
public protocol CombiningLayer: DeclaredLayer {
  /// The operation.
  var combination: BroadcastingBinary { get }
}

extension CombiningLayer {
  /// Whether it is a sum, which producers may compute.
  public var facts: LayerFacts { LayerFacts(isSum: combination == .add) }

  /// The shape to which all inputs can be broadcast. Throws an `ElementError` if there is none.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let output = try Broadcast.shape(inputs, Self.schema.name)
    let operations = Count.product(output.elementCount, max(1, inputs.count - 1))
    let needs: BackwardNeeds =
      switch combination {
      case .add, .subtract: []
      default: [.inputs, .outputs]
      }
    return LayerPlan(
      outputs: [output], backwardNeeds: needs, forwardOperations: operations, backwardOperations: 2 * operations)
  }

  /// The operation written out, for as many inputs as a reader can follow.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    inputs.count <= BroadcastingBinary.mostWritten ? combination.formula(inputs.count) : nil
  }

  /// Computes each step by itself. Inputs without steps are repeated at each of them.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try Broadcast.length(lengths, inputs, combination, schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// Combines the inputs element by element, from the left.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let output = context.output
    if repeatsNothing(context) {
      for position in 1..<context.inputs.count {
        S.combine(
          combination.elementOperation, position == 1 ? context.inputs[0].buffer : output.buffer,
          context.inputs[position].buffer,
          into: output.buffer, accumulate: false, workers: context.workers)
      }
      return
    }
    for position in 0..<context.inputs.count {
      let input = context.inputs[position]
      combine(
        combination, input.buffer, Broadcast(input.shape, to: output.shape), into: output.buffer,
        isFirst: position == 0)
    }
  }

  /// Adds each input's gradient up over the places where it was repeated.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    for position in 0..<context.downstream.count where context.downstream[position].isWanted {
      if elementBackward(context, position) { continue }
      combineBackward(combination, context, position)
    }
  }
}

extension CombiningLayer {
  /// Whether there are at least two inputs and none is broadcast.
  private func repeatsNothing<S: Scalar>(_ context: ForwardContext<S>) -> Bool {
    for position in 0..<context.inputs.count
    where context.inputs[position].buffer.count != context.output.buffer.count { return false }
    return context.inputs.count > 1
  }

  /// Computes the gradient of one input if there is a kernel for it; false if not.
  private func elementBackward<S: Scalar>(_ context: BackwardContext<S>, _ position: Int) -> Bool {
    let (upstream, slot) = (context.upstream[0], context.downstream[position])
    guard slot.tensor.buffer.count == upstream.buffer.count else { return false }
    switch combination {
    case .add, .subtract:
      let sign: S = combination == .subtract && position == 1 ? -1 : 1
      S.scale(
        upstream.buffer, by: sign, into: slot.tensor.buffer, accumulate: slot.accumulates, workers: context.workers)
      return true
    case .multiply:
      guard context.inputs.count == 2, context.inputs[1 - position].buffer.count == upstream.buffer.count else {
        return false
      }
      S.combine(
        .multiply, upstream.buffer, context.inputs[1 - position].buffer, into: slot.tensor.buffer,
        accumulate: slot.accumulates, workers: context.workers)
      return true
    case .divide, .maximum, .minimum, .power:
      guard context.inputs.count == 2, context.inputs[1 - position].buffer.count == upstream.buffer.count else {
        return false
      }
      pairBackward(
        combination, context.inputs[0].buffer, context.inputs[1].buffer, context.outputs[0].buffer, upstream.buffer,
        slot, isFirst: position == 0, context.workers)
      return true
    }
  }
}

extension BroadcastingBinary {
  /// The kernel's operation.
  fileprivate var elementOperation: ElementOperation {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .minimum: .minimum
    case .power: .power
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func combine<S: Scalar>(
  _ combination: BroadcastingBinary, _ x: Buffer<S>, _ place: Broadcast, into y: Buffer<S>, isFirst: Bool
) {
  let count = y.count
  if isFirst {
    for i in 0..<count { y[i] = x[place(i)] }
    return
  }
  switch combination {
  case .add: for i in 0..<count { y[i] += x[place(i)] }
  case .subtract: for i in 0..<count { y[i] -= x[place(i)] }
  case .multiply: for i in 0..<count { y[i] *= x[place(i)] }
  case .divide: for i in 0..<count { y[i] /= x[place(i)] }
  // NaN propagates.
  case .maximum:
    for i in 0..<count {
      let other = x[place(i)]
      if other > y[i] || other.isNaN { y[i] = other }
    }
  case .minimum:
    for i in 0..<count {
      let other = x[place(i)]
      if other < y[i] || other.isNaN { y[i] = other }
    }
  case .power: for i in 0..<count { y[i] = S.pow(y[i], x[place(i)]) }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func combineBackward<S: Scalar>(
  _ combination: BroadcastingBinary, _ context: BackwardContext<S>, _ position: Int
) {
  let upstream = context.upstream[0]
  let slot = context.downstream[position]
  let downstream = slot.tensor.buffer
  let place = Broadcast(slot.tensor.shape, to: upstream.shape)
  let count = upstream.count
  if !slot.accumulates { downstream.fill(0) }
  switch combination {
  case .add: for i in 0..<count { downstream[place(i)] += upstream[i] }
  case .subtract:
    if position == 0 {
      for i in 0..<count { downstream[place(i)] += upstream[i] }
    } else {
      for i in 0..<count { downstream[place(i)] -= upstream[i] }
    }
  case .multiply:
    for i in 0..<count {
      var product = upstream[i]
      for other in 0..<context.inputs.count where other != position {
        product *= context.inputs[other].buffer[Broadcast(context.inputs[other].shape, to: upstream.shape)(i)]
      }
      downstream[place(i)] += product
    }
  case .divide:
    let divisor = context.inputs[1]
    let divisorPlace = Broadcast(divisor.shape, to: upstream.shape)
    for i in 0..<count {
      let local = 1 / divisor.buffer[divisorPlace(i)]
      downstream[place(i)] += upstream[i] * (position == 0 ? local : -context.outputs[0].buffer[i] * local)
    }
  // Of equal elements, the first gets the whole gradient.
  case .maximum, .minimum:
    for i in 0..<count where chosen(context, i) == position { downstream[place(i)] += upstream[i] }
  case .power:
    let base = context.inputs[0]
    let exponent = context.inputs[1]
    let basePlace = Broadcast(base.shape, to: upstream.shape)
    let exponentPlace = Broadcast(exponent.shape, to: upstream.shape)
    for i in 0..<count {
      let (x, p) = (base.buffer[basePlace(i)], exponent.buffer[exponentPlace(i)])
      let local = powerSlope(x, p, context.outputs[0].buffer[i], isFirst: position == 0)
      downstream[place(i)] += upstream[i] * local
    }
  }
}

/// The first input whose element became element `index` of the output.
@inline(__always)
private func chosen<S: Scalar>(_ context: BackwardContext<S>, _ index: Int) -> Int {
  let value = context.outputs[0].buffer[index]
  for position in 0..<context.inputs.count {
    let input = context.inputs[position]
    let element = input.buffer[Broadcast(input.shape, to: context.outputs[0].shape)(index)]
    if element == value || element.isNaN && value.isNaN { return position }
  }
  return 0
}

/// The derivative of f = x^p with respect to x, p x^(p - 1) and 0 for p = 0 even at x = 0, or with respect to p, f ln(x).
@inline(__always)
private func powerSlope<S: Scalar>(_ x: S, _ p: S, _ f: S, isFirst: Bool) -> S {
  isFirst ? (p == 0 ? 0 : p * S.pow(x, p - 1)) : f * S.log(x)
}

/// The gradient of one of two inputs of the result's shape.
@specialized(where S == Float)
@specialized(where S == Double)
private func pairBackward<S: Scalar>(
  _ combination: BroadcastingBinary, _ x: Buffer<S>, _ y: Buffer<S>, _ f: Buffer<S>, _ upstream: Buffer<S>,
  _ slot: GradientSlot<S>, isFirst: Bool, _ workers: WorkerPool
) {
  workers.run(count: upstream.count, grain: combination == .power ? 1024 : 8192) { range in
    switch combination {
    case .divide:
      if isFirst {
        for i in range { slot.put(upstream[i] / y[i], at: i) }
      } else {
        for i in range { slot.put(-upstream[i] * f[i] / y[i], at: i) }
      }
    case .power: for i in range { slot.put(upstream[i] * powerSlope(x[i], y[i], f[i], isFirst: isFirst), at: i) }
    // Of equal elements, the first gets the whole gradient; NaN is equal to itself here.
    default:
      for i in range {
        let isChosen = (x[i] == f[i] || x[i].isNaN) == isFirst
        slot.put(isChosen ? upstream[i] : 0, at: i)
      }
    }
  }
}
