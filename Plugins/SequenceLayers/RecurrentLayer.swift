import NNCore
import NNKernels

/// A recurrent layer: reads a sequence of steps x features step by step, with a hidden state that starts as 0.
public protocol RecurrentLayer: DeclaredLayer {
  /// How the next state follows from the one before.
  static var cell: RecurrentCell { get }
  /// What its attributes say.
  var settings: RecurrentSettings { get }
}

extension RecurrentLayer {
  /// States that it draws random numbers if something is dropped.
  public var facts: LayerFacts { LayerFacts(comparison: dropsStates ? .random : .rounding) }

  private var dropsStates: Bool { settings.dropout > 0 && settings.layers > 1 }

  private func stack(_ input: Shape) -> RecurrentStack { RecurrentStack(Self.cell, settings, input) }

  /// Steps x units, or a row of units for the last state; with both directions twice as many. Throws an `ElementError` for
  /// an input that is not steps x features.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0].rank == 2 else {
      throw ElementError.shape(
        "<\(Self.schema.name)> reads steps x features, but its input has the shape \(inputs[0])",
        remedy: inputs[0].rank == 1
          ? "put <reshape shape=\"\(inputs[0].elementCount)x1\"/> before it, which makes every number a step"
          : "put <reshape/> before it, with a shape of two numbers")
    }
    let stack = stack(inputs[0])
    let parameters = try stack.parameters()
    guard let output = settings.returnsAll ? Shape([stack.steps, stack.width]) : Shape([stack.width]) else {
      throw ElementError.shape("<\(Self.schema.name)> would make too many numbers: \(stack.steps) x \(stack.width)")
    }
    return LayerPlan(
      outputs: [output], parameters: parameters, scratchPerSample: stack.scratchPerSample,
      savedPerSample: stack.savedPerSample, backwardNeeds: [], forwardOperations: stack.operations(),
      backwardOperations: Count.sum(
        Count.product(2, stack.operations(productsOnly: true)), stack.operations()))
  }

  /// Keeps the length, or consumes it where only the last state is the output.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    let length = try SequenceLength.ofRows(lengths[0], of: Self.schema.name)
    return [settings.returnsAll ? length : nil]
  }

  /// The layer with its states kept from step to step. What is read from the end has no first step.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? {
    settings.direction == .forward ? SteppedRecurrent(cell: Self.cell, settings: settings) : nil
  }

  /// The layer on weights that are packed once.
  public func packed<S: Scalar>(_ inputs: [Shape], for scalar: S.Type) -> (any PackedLayer)? {
    let stack = stack(inputs[0])
    var packed: [Shape] = []
    for layer in 0..<settings.layers {
      guard let shape = Shape([S.packedCount(stack.recurrence(layer, 0, batch: 1))]) else { return nil }
      packed += Array(repeating: shape, count: stack.directions)
    }
    return PackedRecurrent(stack: stack, packed: packed)
  }

  /// The hidden states, layer by layer.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let stack = stack(context.input.shape.sample)
    stack.run(context) { recurrence, layer, direction, x, y in
      S.recur(
        recurrence, lengths: context.inputLengths[0], x,
        stack.weights(layer, direction) { context.parameters[$0].buffer },
        saved: stack.saved(layer, direction, batch: context.batch, context.saved), into: y, workers: context.workers)
    }
  }

  /// Backpropagation through time, from the last layer to the first.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let stack = stack(context.inputs[0].shape.sample)
    func slot(_ index: Int) -> GradientTarget<S>? {
      let slot = context.parameterGradients[index]
      return slot.isWanted ? GradientTarget(slot.tensor.buffer, accumulate: slot.accumulates) : nil
    }
    for done in 0..<settings.layers {
      let layer = settings.layers - 1 - done
      let upstream =
        layer == settings.layers - 1
        ? context.upstream[0].buffer : stack.between(layer, batch: context.batch, context.scratch)
      for direction in 0..<stack.directions {
        let first = stack.firstParameter(layer, direction)
        var gradients = RecurrentGradients<S>(input: slot(first), hidden: slot(first + 1))
        if settings.hasBias { (gradients.inputBias, gradients.hiddenBias) = (slot(first + 2), slot(first + 3)) }
        // The second direction's gradient is added to the first one's.
        if layer > 0 {
          gradients.x = GradientTarget(
            stack.between(layer - 1, batch: context.batch, context.scratch), accumulate: direction > 0)
        } else if context.downstream[0].isWanted {
          gradients.x = GradientTarget(
            context.downstream[0].tensor.buffer, accumulate: direction > 0 || context.downstream[0].accumulates)
        }
        S.recurBackward(
          stack.recurrence(layer, direction, batch: context.batch), lengths: context.inputLengths[0],
          stack.weights(layer, direction) { context.parameters[$0].buffer },
          saved: stack.saved(layer, direction, batch: context.batch, context.saved), upstream: upstream,
          gradients: gradients, workers: context.workers)
      }
      if layer > 0, dropsStates, context.phase == .training {
        let values = stack.between(layer - 1, batch: context.batch, context.scratch)
        S.drop(
          values, into: values, rate: settings.dropout, context.random.derived(UInt64(layer)), accumulate: false,
          workers: context.workers)
      }
    }
  }
}

extension RecurrentStack {
  /// Calls `pass` for every recurrence with its input and output; between layers states are dropped in training.
  func run<S: Scalar>(
    _ context: ForwardContext<S>,
    _ pass: (_ recurrence: Recurrence, _ layer: Int, _ direction: Int, _ x: Buffer<S>, _ y: Buffer<S>) -> Void
  ) {
    for layer in 0..<settings.layers {
      let x = layer == 0 ? context.input.buffer : between(layer - 1, batch: context.batch, context.scratch)
      let isLast = layer == settings.layers - 1
      let y = isLast ? context.output.buffer : between(layer, batch: context.batch, context.scratch)
      for direction in 0..<directions {
        pass(recurrence(layer, direction, batch: context.batch), layer, direction, x, y)
      }
      if !isLast, settings.dropout > 0, context.phase == .training {
        S.drop(
          y, into: y, rate: settings.dropout, context.random.derived(UInt64(layer + 1)), accumulate: false,
          workers: context.workers)
      }
    }
  }
}
