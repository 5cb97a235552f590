import NNCore
import NNKernels

/// A layer that applies one of the kernels' elementwise activations; a conforming type names the function.
public protocol ElementwiseActivation: DeclaredLayer {
  /// The function.
  var function: Activation { get }
}

extension ElementwiseActivation {
  /// States that it is this function, which other layers may apply in its place.
  public var facts: LayerFacts {
    LayerFacts(
      activation: function, copiesWhenPredicting: function == .identity,
      probabilities: function == .sigmoid ? .binaryProbabilities : nil,
      comparison: function == .identity || function == .step ? .exact : .rounding)
  }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { function.formula }

  /// One output of the input's shape; in place where the gradient follows from the output.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [inputs[0]], backwardNeeds: function.gradientUsesOutput ? .outputs : .inputs,
      runsInPlace: function.gradientUsesOutput, forwardOperations: inputs[0].elementCount,
      backwardOperations: 2 * inputs[0].elementCount)
  }

  /// Computes each step by itself: the output has the input's length.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y = f(x) for every element.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.activate(function, context.input.buffer, into: context.output.buffer, workers: context.workers)
  }

  /// dx = dy f'(x) for every element.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    S.activateBackward(
      function, input: context.inputs[0].buffer, output: context.outputs[0].buffer,
      upstream: context.upstream[0].buffer, downstream: downstream.tensor.buffer, accumulate: downstream.accumulates,
      workers: context.workers)
  }
}
