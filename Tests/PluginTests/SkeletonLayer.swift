import NNCore
import NNKernels

/// What `tools/new layer` writes under another name: y = x + curvature x^2, so that every part has something to do.
public struct SkeletonLayer: DeclaredLayer {
  /// The declaration of `<skeletonLayer>`.
  public static let schema = ElementSchema(
    .layer, "skeletonLayer", summary: "Bends every element by a part of its square.",
    formula: "y = x + curvature x^2; dy/dx = 1 + 2 curvature x", example: #"<skeletonLayer curvature="0.5"/>"#,
    attributes: [.optional("curvature", .number(.any), default: .number(1), "The factor of the square.")])

  /// The factor of the square.
  public let curvature: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { curvature = attributes.number("curvature") }

  /// The layer.
  public init(curvature: Double = 1) { self.curvature = curvature }

  /// One output of the input's shape; backward reads the input.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: .inputs, forwardOperations: 3 * count, backwardOperations: 4 * count)
  }

  /// y = x + curvature x^2
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    bend(context.input.buffer, S(curvature), into: context.output.buffer)
  }

  /// downstream = upstream (1 + 2 curvature x)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    guard context.downstream[0].isWanted else { return }
    bendBackward(context.inputs[0].buffer, S(curvature), context.upstream[0].buffer, context.downstream[0])
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func bend<S: Scalar>(_ x: Buffer<S>, _ curvature: S, into y: Buffer<S>) {
  for i in 0..<y.count { y[i] = x[i] + curvature * x[i] * x[i] }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func bendBackward<S: Scalar>(
  _ x: Buffer<S>, _ curvature: S, _ upstream: Buffer<S>, _ downstream: GradientSlot<S>
) {
  downstream.putAll { upstream[$0] * (1 + 2 * curvature * x[$0]) }
}
