import NNCore
import NNKernels

/// A recurrent layer as it predicts, on weights rearranged once for the gate products.
struct PackedRecurrent: PackedLayer {
  var schema: ElementSchema {
    ElementSchema(
      .layer, "packedRecurrent", namespace: "urn:nnrun:inference:1",
      summary: "A recurrent layer with packed weights.", formula: "as rnn, lstm or gru", example: "<packedRecurrent/>")
  }

  let stack: RecurrentStack
  /// The shapes of the packed weights in the precision at hand, a row for each recurrence.
  let packed: [Shape]
  /// Whether states go on from the call before.
  var carriesStates = false

  func plan(_ shapes: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [stack.settings.returnsAll ? Shape(stack.steps, stack.width) : Shape(stack.width)],
      parameters: packed.indices.map { ParameterPlan("packed\($0)", packed[$0], initializer: .zeros, decays: false) },
      state: carriesStates ? try stack.states() : [],
      scratchPerSample: stack.scratchPerSample, backwardNeeds: [], forwardOperations: stack.operations(),
      backwardOperations: 0)
  }

  func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [stack.settings.returnsAll ? lengths[0] : nil]
  }

  func pack<S: Scalar>(_ parameters: [Tensor<S>], into packed: [Tensor<S>], workers: WorkerPool) {
    for layer in 0..<stack.settings.layers {
      for direction in 0..<stack.directions {
        S.pack(
          stack.recurrence(layer, direction, batch: 1), stack.weights(layer, direction) { parameters[$0].buffer },
          into: packed[layer * stack.directions + direction].buffer, workers: workers)
      }
    }
  }

  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    stack.run(context) { recurrence, layer, direction, x, y in
      S.recurPacked(
        recurrence, lengths: context.inputLengths[0], x,
        context.parameters[layer * stack.directions + direction].buffer, into: y,
        carried: carriesStates ? stack.state(layer, context.state[0].buffer) : nil, workers: context.workers)
    }
    if carriesStates { stack.noteStep(context.state[0].buffer) }
  }

  /// A packed layer never trains.
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}
