import NNCore
import NNKernels

/// A layer that applies a function to every element.
public protocol FunctionLayer: DeclaredLayer {
  /// The function.
  var function: MathematicalFunction { get }
}

extension FunctionLayer {
  /// The map of channels that it is, where the function is one.
  public var facts: LayerFacts { LayerFacts(channelMap: function.channelMap) }

  /// One output of the input's shape.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: function.gradientUsesOutput ? .outputs : .inputs, forwardOperations: count,
      backwardOperations: 2 * count)
  }

  /// Computes each step by itself: the output has the input's length.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y = f(x) for every element.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.map(function, context.input.buffer, into: context.output.buffer, workers: context.workers)
  }

  /// dx = dy f'(x) for every element.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    S.mapBackward(
      function, input: context.inputs[0].buffer, output: context.outputs[0].buffer,
      upstream: context.upstream[0].buffer, downstream: downstream.tensor.buffer, accumulate: downstream.accumulates,
      workers: context.workers)
  }
}

extension MathematicalFunction {
  /// The function as a map of channels, if it is one.
  fileprivate var channelMap: LayerFacts.ChannelMap? {
    switch self {
    case .negate: .init(scale: -1)
    case .addConstant(let constant): .init(shift: constant)
    case .multiplyConstant(let constant): .init(scale: constant)
    default: nil
    }
  }
}
