import NNCore
import NNKernels

/// A layer that reinterprets its input with another shape. In a network its output is an alias of its input.
public protocol Renaming: DeclaredLayer {
  /// The shape that an input gets.
  func outputShape(_ input: Shape) throws -> Shape
}

extension Renaming {
  /// States that the output is the input, in another shape.
  public var facts: LayerFacts { LayerFacts(copiesWhenPredicting: true, comparison: .exact) }

  /// One output of the new shape, in place.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [try outputShape(inputs[0])], backwardNeeds: [], runsInPlace: true, forwardOperations: 0,
      backwardOperations: 0)
  }

  /// y = x, element by element.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    if context.input.buffer.base != context.output.buffer.base {
      context.output.buffer.copy(from: context.input.buffer)
    }
  }

  /// dx = dy, element by element.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    if downstream.accumulates {
      S.scale(
        context.upstream[0].buffer, by: 1, into: downstream.tensor.buffer, accumulate: true, workers: context.workers)
    } else if downstream.tensor.buffer.base != context.upstream[0].buffer.base {
      downstream.tensor.buffer.copy(from: context.upstream[0].buffer)
    }
  }
}

/// Reshape: another shape with as many elements.
public struct Reshape: Renaming {
  /// The declaration of `<reshape>`.
  public static let schema = ElementSchema(
    .layer, "reshape", summary: "Gives its input another shape with as many elements, in the same order.",
    example: #"<reshape shape="4x16"/>"#,
    attributes: [.required("shape", .shape, "The new shape of one sample.")])

  /// The new shape of one sample.
  public let shape: Shape

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { shape = attributes.shape("shape") }

  /// The layer.
  public init(shape: Shape) { self.shape = shape }

  /// The given shape. Throws an `ElementError` if it has another number of elements.
  public func outputShape(_ input: Shape) throws -> Shape {
    guard input.elementCount == shape.elementCount else {
      throw ElementError.shape(
        "<reshape> cannot make \(shape) (\(shape.elementCount) elements) of \(input) (\(input.elementCount) elements)")
    }
    return shape
  }
}

/// Flatten: one dimension with all elements of a sample.
public struct Flatten: Renaming {
  /// The declaration of `<flatten>`.
  public static let schema = ElementSchema(
    .layer, "flatten", summary: "Makes a row of numbers of its input, whatever its shape.", example: "<flatten/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// A row of all elements.
  public func outputShape(_ input: Shape) throws -> Shape { Shape(input.elementCount) }
}
