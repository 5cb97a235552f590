import NNCore
import NNKernels

/// A layer that applies a function to every element; computed in double precision whatever the net's.
public protocol FunctionLayer: DeclaredLayer {
  /// The function.
  var function: UnaryFunction { get }
}

extension FunctionLayer {
  /// The map of channels that it is, where the function is one.
  public var facts: LayerFacts { LayerFacts(channelMap: function.channelMap) }

  /// One output of the input's shape.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: [.inputs, .outputs], forwardOperations: count, backwardOperations: 2 * count)
  }

  /// Computes each step by itself: the output has the input's length.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y = f(x) for every element.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    apply(function, context.input.buffer, into: context.output.buffer)
  }

  /// dx = dy f'(x) for every element.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    guard context.downstream[0].isWanted else { return }
    applyBackward(
      function, context.inputs[0].buffer, context.outputs[0].buffer, context.upstream[0].buffer, context.downstream[0])
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func apply<S: Scalar>(_ function: UnaryFunction, _ x: Buffer<S>, into y: Buffer<S>) {
  for i in 0..<y.count { y[i] = S(function.value(Double(x[i]))) }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func applyBackward<S: Scalar>(
  _ function: UnaryFunction, _ x: Buffer<S>, _ y: Buffer<S>, _ upstream: Buffer<S>, _ downstream: GradientSlot<S>
) {
  downstream.putAll { upstream[$0] * S(function.slope(Double(x[$0]), Double(y[$0]))) }
}
