import NNCore
import NNKernels

/// The binary cross-entropy of logits with targets between 0 and 1.
public struct BinaryCrossEntropy: DeclaredLayer {
  /// The declaration of `<binaryCrossEntropy>`.
  public static let schema = ElementSchema(
    .loss, "binaryCrossEntropy",
    summary: "Sigmoid of each score, and minus the logarithm of the right answer's probability.",
    formula:
      "p = sigmoid(x); -(w t log p + (1 - t) log(1 - p)), computed from x without overflow; dx = p - t for w = 1; "
      + "targets t lie between 0 and 1",
    reference: "as torch.nn.BCEWithLogitsLoss", example: "<binaryCrossEntropy/>",
    attributes: [
      .optional(
        "positiveWeight", .number(.positive), default: .number(1), "What an answer of yes weighs against one of no."),
      Reduction.attribute("over every element"),
    ])

  /// The weight of positive targets relative to negative ones.
  public let positiveWeight: Double
  /// The reduction over the elements.
  public let reduction: Reduction

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws {
    positiveWeight = attributes.number("positiveWeight")
    reduction = Reduction(attributes)
  }

  /// The loss.
  public init(positiveWeight: Double = 1, reduction: Reduction = .mean) {
    self.positiveWeight = positiveWeight
    self.reduction = reduction
  }

  /// States that the prediction is a probability for each element, and targets lie in 0 ... 1.
  public var facts: LayerFacts {
    LayerFacts(prediction: .binaryProbabilities, sumsLoss: reduction == .sum, targetRange: 0...1)
  }

  /// One output of the input's shape; a number from 0 to 1 for each element, or a label where there is a single one.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    var targets = [TargetForm.values(inputs[0])]
    if count == 1 { targets.insert(.classes(count: 2, shape: Shape(1)), at: 0) }
    return LayerPlan(
      outputs: [inputs[0]], scratchPerSample: count, backwardNeeds: .outputs, targets: targets,
      forwardOperations: 8 * count,
      backwardOperations: 3 * count)
  }

  /// The prediction has the input's length. Steps beyond it do not count.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.ofRows(lengths[0], of: schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// The prediction y = sigmoid(x), and the sum of -(w t log y + (1 - t) log(1 - y)), w being the weight of yes.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let x = context.input.buffer
    S.activate(.sigmoid, x, into: context.output.buffer, workers: context.workers)
    guard let target = context.target else { return }
    // log(1 + exp(-x)), which is stable for both signs.
    let tails = context.scratch.slice(from: 0, count: x.count)
    S.scale(x, by: -1, into: tails, accumulate: false, workers: context.workers)
    S.activate(.softplus, tails, into: tails, workers: context.workers)
    let valid = context.validElements
    var total = 0.0
    for block in 0..<valid.blocks {
      for i in valid.range(block) {
        let weight = 1 + S(positiveWeight - 1) * target[i]
        total += Double((1 - target[i]) * x[i] + weight * tails[i])
      }
    }
    context.loss[0] = total
    context.loss[1] = reduction.denominator(valid.count)
  }

  /// dx = (1 + (w - 1) t) y - w t.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted, let target = context.target else { return }
    let probability = context.outputs[0].buffer
    let factor = S(context.lossGradient / context.loss[1])
    downstream.putAll { i in
      let weight = 1 + S(positiveWeight - 1) * target[i]
      return factor * (weight * probability[i] - S(positiveWeight) * target[i])
    }
  }
}
