import NNCore
import NNKernels

/// The multi-class hinge loss: sum over the wrong classes j of max(0, margin + x[j] - x[label]).
public struct Hinge: DeclaredLayer {
  /// The declaration of `<hinge>`.
  public static let schema = ElementSchema(
    .loss, "hinge", summary: "Every wrong class's score must stay a margin below the right one's.",
    formula: "sum over j != label of max(0, x_j - x_label + margin)",
    reference: "Weston and Watkins 1999; Stanford CS231n, linear classification", example: #"<hinge margin="1"/>"#,
    attributes: [
      .optional("margin", .number(.nonNegative), default: .number(1), "How far below the others must stay."),
      Reduction.attribute("over the samples"),
    ])

  /// The margin between the right class's score and the others.
  public let margin: Double
  /// The reduction over the samples.
  public let reduction: Reduction

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws {
    margin = attributes.number("margin")
    reduction = Reduction(attributes)
  }

  /// The loss.
  public init(margin: Double = 1, reduction: Reduction = .mean) {
    self.margin = margin
    self.reduction = reduction
  }

  /// States that the prediction is the input, as scores.
  public var facts: LayerFacts {
    LayerFacts(copiesWhenPredicting: true, prediction: .scores, sumsLoss: reduction == .sum)
  }

  /// One output of the input's shape; a label for each sample. Throws an `ElementError` for an input that is no row of
  /// scores.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0].rank == 1, inputs[0][0] >= 2 else {
      throw ElementError.shape(
        "<hinge> needs a score for each of at least two classes, but its input has the shape \(inputs[0])")
    }
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: .outputs, runsInPlace: true,
      targets: [.classes(count: inputs[0][0], shape: Shape(1))], forwardOperations: 3 * inputs[0][0],
      backwardOperations: 3 * inputs[0][0])
  }

  /// sum over j != label of max(0, x_j - x_label + margin).
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    context.copyInputToOutput()
    guard let target = context.target else { return }
    let columns = context.output.shape[1]
    var total = 0.0
    for row in 0..<context.batch {
      let scores = context.output.buffer.slice(from: row * columns, count: columns)
      let label = labelIndex(target[row], columns)
      for j in 0..<columns where j != label {
        let excess = scores[j] - scores[label] + S(margin)
        // False for NaN, which must not vanish.
        if !(excess <= 0) { total += Double(excess) }
      }
    }
    context.loss[0] = total
    context.loss[1] = reduction.denominator(context.batch)
  }

  /// dx_j = 1 where x_j counts, and dx_label = minus their number.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted, let target = context.target else { return }
    let columns = context.outputs[0].shape[1]
    let factor = S(context.lossGradient / context.loss[1])
    for row in 0..<context.batch {
      let scores = context.outputs[0].buffer.slice(from: row * columns, count: columns)
      let label = labelIndex(target[row], columns)
      var above = 0
      for j in 0..<columns where j != label {
        let isAbove = !(scores[j] - scores[label] + S(margin) <= 0)
        if isAbove { above += 1 }
        downstream.put(isAbove ? factor : 0, at: row * columns + j)
      }
      downstream.put(-factor * S(above), at: row * columns + label)
    }
  }
}
