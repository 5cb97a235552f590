import NNCore
import NNKernels

/// A recurrent layer that reads one step at each call and keeps its states: those of the steps before are in the layer's
/// state, one array for each of its layers, and a number that says whether there were any.
struct SteppedRecurrent: Layer {
  var schema: ElementSchema {
    ElementSchema(
      .layer, "steppedRecurrent", namespace: "urn:nnrun:inference:1",
      summary: "A recurrent layer, step by step.", formula: "as rnn, lstm or gru", example: "<steppedRecurrent/>")
  }

  let cell: RecurrentCell
  let settings: RecurrentSettings

  private func stack(_ input: Shape) -> RecurrentStack { RecurrentStack(cell, settings, input) }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let stack = stack(inputs[0])
    return LayerPlan(
      outputs: [settings.returnsAll ? Shape(stack.steps, stack.width) : Shape(stack.width)],
      parameters: try stack.parameters(), state: try stack.states(), scratchPerSample: stack.scratchPerSample,
      backwardNeeds: [], forwardOperations: stack.operations(), backwardOperations: 0)
  }

  func packed<S: Scalar>(_ inputs: [Shape], for scalar: S.Type) -> (any PackedLayer)? {
    let stack = stack(inputs[0])
    let shapes = (0..<settings.layers).compactMap { Shape([S.packedCount(stack.recurrence($0, 0, batch: 1))]) }
    guard shapes.count == settings.layers else { return nil }
    return PackedRecurrent(stack: stack, packed: shapes, carriesStates: true)
  }

  /// The next states, by weights that are packed for this call alone.
  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let stack = stack(context.input.shape.sample)
    stack.run(context) { recurrence, layer, direction, x, y in
      let packed = Storage<S>(count: S.packedCount(recurrence))
      defer { withExtendedLifetime(packed) {} }
      let weights = stack.weights(layer, direction) { context.parameters[$0].buffer }
      S.pack(recurrence, weights, into: packed.buffer, workers: context.workers)
      S.recurPacked(
        recurrence, lengths: nil, x, packed.buffer, into: y, carried: stack.state(layer, context.state[0].buffer),
        workers: context.workers)
    }
    stack.noteStep(context.state[0].buffer)
  }

  /// It never trains.
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}

extension RecurrentStack {
  /// Scalars that a layer of the stack carries from step to step.
  private var carried: Int { recurrence(0, 0, batch: 1).carriedPerSequence }

  /// The array that holds the states of a single sequence between calls, layer after layer, and then whether there are any: 0
  /// before the first step.
  func states() throws -> [StatePlan] {
    guard let shape = Shape([Count.sum(Count.product(settings.layers, carried), 1)]) else {
      throw ElementError(
        code: "too-many-parameters", "the state of \(settings.units) units is too large", attribute: "units")
    }
    return [StatePlan("state", shape)]
  }

  /// The state of a layer in that array.
  func state<S: Scalar>(_ layer: Int, _ array: Buffer<S>) -> CarriedState<S> {
    CarriedState(array.slice(from: layer * carried, count: carried), continues: array[array.count - 1] != 0)
  }

  /// Notes in that array that there was a step.
  func noteStep<S: Scalar>(_ array: Buffer<S>) { array[array.count - 1] = 1 }
}
