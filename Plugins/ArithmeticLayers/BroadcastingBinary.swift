import NNCore
import NNKernels

/// A layer that combines its inputs element by element, from the left, with broadcasting; see `Broadcast`.
public protocol BroadcastingBinaryLayer: DeclaredLayer {
  /// The operation.
  var combination: ElementOperation { get }
}

extension BroadcastingBinaryLayer {
  /// Whether it is a sum, which producers may compute.
  public var facts: LayerFacts { LayerFacts(isSum: combination == .add) }

  /// The shape to which all inputs can be broadcast. Throws an `ElementError` if there is none.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let output = try Broadcast.shape(inputs, Self.schema.name)
    let operations = Count.product(output.elementCount, max(1, inputs.count - 1))
    let repeats = inputs.contains { $0.elementCount != output.elementCount }
    return LayerPlan(
      outputs: [output], scratchPerSample: Count.product(scratchArrays(inputs.count, repeats), output.elementCount),
      backwardNeeds: combination.isLinear ? [] : [.inputs, .outputs], forwardOperations: operations,
      backwardOperations: 2 * operations)
  }

  /// Arrays of the output's size that a pass needs: the gradient before it is summed over repetitions, and inputs that
  /// are repeated.
  private func scratchArrays(_ inputs: Int, _ repeats: Bool) -> Int {
    if repeats { return 3 }
    switch combination {
    case .power: return 1
    case .multiply, .maximum, .minimum: return inputs > 2 ? 1 : 0
    case .add, .subtract, .divide: return 0
    }
  }

  /// The operation written out, for as many inputs as a reader can follow.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    inputs.count <= ElementOperation.mostWritten ? combination.formula(inputs.count) : nil
  }

  /// Computes each step by itself. Inputs without steps are repeated at each of them.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try Broadcast.length(lengths, inputs, combination, schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// Combines the inputs element by element, from the left.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (inputs, output) = (context.inputs, context.output.buffer)
    let inputsOfOutput = InputsOfOutput(inputs, context.output.shape, context.scratch, context.workers)
    guard inputs.count > 1 else {
      Broadcast(inputs[0].shape, to: context.output.shape).move(
        inputs[0].buffer, into: output, accumulate: false, workers: context.workers)
      return
    }
    for position in 1..<inputs.count {
      S.combine(
        combination, position == 1 ? inputsOfOutput.values(0, at: 1) : output,
        inputsOfOutput.values(position, at: 2), into: output, accumulate: false, workers: context.workers)
    }
  }

  /// Computes each input's gradient in the output's shape, and sums it over the places where the input was repeated.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let (upstream, workers) = (context.upstream[0], context.workers)
    if multiplyGradients(context) { return }
    let inputs = InputsOfOutput(context.inputs, upstream.shape, context.scratch, workers)
    for position in 0..<context.downstream.count where context.downstream[position].isWanted {
      let slot = context.downstream[position]
      let (target, count) = (slot.tensor.buffer, upstream.count)
      let isRepeated = target.count != count
      if isRepeated, combination == .add || combination == .subtract && position == 0 {
        sum(upstream.buffer, into: slot, as: upstream.shape, workers)
        continue
      }
      let whole = isRepeated ? context.scratch.slice(from: 0, count: count) : target
      let outputs = context.outputs.isEmpty ? upstream.buffer : context.outputs[0].buffer
      let gradient = CombinationGradient(
        combination, position: position, inputs: inputs, output: outputs, upstream: upstream.buffer,
        scratch: context.scratch, workers: workers)
      gradient.compute(into: whole, accumulate: !isRepeated && slot.accumulates)
      if isRepeated { sum(whole, into: slot, as: upstream.shape, workers) }
    }
  }

  /// Both gradients of a product of two inputs, neither of them repeated, block by block: the second one reads its block of the
  /// upstream gradient from the nearest cache. Returns false, and does nothing, for everything else.
  private func multiplyGradients<S: Scalar>(_ context: BackwardContext<S>) -> Bool {
    let (upstream, workers, slots) = (context.upstream[0].buffer, context.workers, context.downstream)
    guard combination == .multiply, slots.count == 2, slots[0].isWanted, slots[1].isWanted,
      slots[0].tensor.count == upstream.count, slots[1].tensor.count == upstream.count
    else { return false }
    workers.run(count: upstream.count, grain: 16_384) { range in
      for start in stride(from: range.lowerBound, to: range.upperBound, by: 2048) {
        let block = start..<min(range.upperBound, start + 2048)
        for position in 0..<2 {
          S.combine(
            .multiply, upstream.slice(block), context.inputs[1 - position].buffer.slice(block),
            into: slots[position].tensor.buffer.slice(block), accumulate: slots[position].accumulates, workers: workers)
        }
      }
    }
    return true
  }

  /// Sums an array of the output's shape over the places where an input was repeated.
  private func sum<S: Scalar>(
    _ values: Buffer<S>, into slot: GradientSlot<S>, as output: Shape, _ workers: WorkerPool
  ) {
    if !slot.accumulates { S.fill(slot.tensor.buffer, with: 0, workers: workers) }
    Broadcast(slot.tensor.shape, to: output).move.reversed(
      values, into: slot.tensor.buffer, accumulate: true, workers: workers)
  }
}

/// The inputs of a combination as arrays of the output's shape.
struct InputsOfOutput<S: Scalar> {
  let tensors: [Tensor<S>]
  private let output: Shape
  private let scratch: Buffer<S>
  private let workers: WorkerPool

  init(_ tensors: [Tensor<S>], _ output: Shape, _ scratch: Buffer<S>, _ workers: WorkerPool) {
    (self.tensors, self.output, self.scratch, self.workers) = (tensors, output, scratch, workers)
  }

  /// The values of an input; where it is repeated, written out in array `place` of the scratch memory.
  func values(_ position: Int, at place: Int) -> Buffer<S> {
    let tensor = tensors[position]
    let count = output.elementCount
    guard tensor.count != count else { return tensor.buffer }
    let repeated = scratch.slice(from: place * count, count: count)
    Broadcast(tensor.shape, to: output).move(tensor.buffer, into: repeated, accumulate: false, workers: workers)
    return repeated
  }
}

extension ElementOperation {
  /// Whether the gradient depends on nothing but the upstream gradient.
  fileprivate var isLinear: Bool { self == .add || self == .subtract }
}
