import NNCore
import NNKernels

/// The focal loss: cross-entropy in which samples that are already answered well weigh less.
public struct Focal: DeclaredLayer, ClassBalancing {
  /// The declaration of `<focal>`.
  public static let schema = ElementSchema(
    .loss, "focal", summary: "Cross-entropy in which samples that are already answered well weigh less.",
    formula:
      "softmax: p = softmax(x); -w_label (1 - p_label)^gamma log p_label. sigmoid: p = sigmoid(x), "
      + "q = t p + (1 - t) (1 - p); -a (1 - q)^gamma (t log p + (1 - t) log(1 - p)), a = alpha t + (1 - alpha) (1 - t)",
    reference: "Lin et al. 2017; sigmoid: as torchvision.ops.sigmoid_focal_loss", example: #"<focal gamma="2"/>"#,
    attributes: [
      .optional(
        "activation", .choice(Form.allCases.map(\.rawValue)), default: .text("softmax"),
        "softmax: classes that exclude one another. sigmoid: yes or no for each score."),
      .optional(
        "gamma", .number(NumberRange(0, 1000)), default: .number(2),
        "The focus: 0 makes it cross-entropy, more looks at the hard."),
      .optional(
        "alpha", .number(.unit),
        "With sigmoid: what an answer of yes weighs, one of no weighing 1 - alpha; both 1 unless given."),
      ClassWeights.attribute("With softmax: "),
      Reduction.attribute("over the samples, or their weights; with sigmoid over every element"),
    ])

  /// What makes probabilities of the scores.
  public enum Form: String, Sendable, CaseIterable {
    /// Classes that exclude one another.
    case softmax
    /// Yes or no for each element.
    case sigmoid
  }

  /// What makes probabilities of the scores.
  public let form: Form
  /// The exponent of the factor 1 - p.
  public let gamma: Double
  /// With `sigmoid`, the weight of yes; no weighs 1 less it. Nil for 1 and 1.
  public let alpha: Double?
  /// With `softmax`, a weight for each class.
  public private(set) var classWeights: [Double]?
  /// Whether the weights are to be those of balanced classes.
  public private(set) var isBalanced = false
  /// The reduction over samples, or elements.
  public let reduction: Reduction

  /// The loss that a model file describes. Throws an `ElementError` for an attribute of the other form.
  public init(attributes: Attributes) throws {
    form = Form(rawValue: attributes.text("activation")) ?? .softmax
    gamma = attributes.number("gamma")
    alpha = attributes.has("alpha") ? attributes.number("alpha") : nil
    reduction = Reduction(attributes)
    let foreign = form == .softmax ? "alpha" : "classWeights"
    if attributes.has(foreign) {
      throw ElementError(
        code: "exclusive-attributes", "'\(foreign)' says nothing with activation=\"\(form.rawValue)\"",
        remedy: form == .softmax ? "give classWeights" : "give alpha", attribute: foreign)
    }
    let weights = try ClassWeights(attributes)
    (classWeights, isBalanced) = (weights.values, weights.isBalanced)
  }

  /// The loss with a weight for each class.
  public func weighingClasses(by weights: [Double]) -> any Layer {
    var result = self
    (result.classWeights, result.isBalanced) = (weights, false)
    return result
  }

  /// States what the prediction means, and that targets lie in 0 ... 1.
  public var facts: LayerFacts {
    LayerFacts(
      prediction: form == .softmax ? .probabilities : .binaryProbabilities, sumsLoss: reduction == .sum,
      targetRange: 0...1)
  }

  /// One output of the input's shape. Throws an `ElementError` for an input that the form does not read, or for another
  /// number of class weights.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    var targets = [TargetForm.values(inputs[0])]
    switch form {
    case .softmax:
      guard inputs[0].rank == 1, count >= 2 else {
        throw ElementError.shape(
          "<focal> needs a score for each of at least two classes, but its input has the shape \(inputs[0])",
          remedy: count == 1 ? "say activation=\"sigmoid\" for yes or no" : "put <flatten/> before it")
      }
      if let classWeights, classWeights.count != count {
        throw ElementError(
          code: "shape-mismatch", "there are \(classWeights.count) class weights, but \(count) classes",
          attribute: "classWeights")
      }
      targets = [.classes(count: count, shape: Shape(1))]
    case .sigmoid: if count == 1 { targets.insert(.classes(count: 2, shape: Shape(1)), at: 0) }
    }
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: [.inputs, .outputs], targets: targets, forwardOperations: 12 * count,
      backwardOperations: 8 * count)
  }

  /// The prediction, and the sum of the samples' or elements' losses.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (input, output) = (context.input, context.output)
    switch form {
    case .softmax:
      let columns = input.shape[1]
      S.softmax(rows: context.batch, columns: columns, input.buffer, into: output.buffer, workers: context.workers)
      guard let target = context.target else { return }
      var (total, weights) = (0.0, 0.0)
      for row in 0..<context.batch {
        let label = labelIndex(target[row], columns)
        let weight = classWeights?[label] ?? 1
        let probability = output.buffer[row * columns + label]
        let logarithm = logProbability(input.buffer.slice(from: row * columns, count: columns), label)
        total -= weight * Double(S.pow(1 - probability, S(gamma)) * logarithm)
        weights += weight
      }
      context.loss[0] = total
      context.loss[1] = reduction == .mean ? weights : 1
    case .sigmoid:
      S.activate(.sigmoid, input.buffer, into: output.buffer, workers: context.workers)
      guard let target = context.target else { return }
      var total = 0.0
      for i in 0..<target.count {
        let (yes, probability) = (target[i], output.buffer[i])
        let wrong = probability + yes - 2 * yes * probability
        total += Double(weight(yes) * S.pow(wrong, S(gamma)) * crossEntropy(input.buffer[i], yes))
      }
      context.loss[0] = total
      context.loss[1] = reduction.denominator(target.count)
    }
  }

  /// dx by the chain rule through both factors.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted, let target = context.target else { return }
    let (input, output) = (context.inputs[0].buffer, context.outputs[0].buffer)
    let scale = S(context.loss[1] == 0 ? 0 : context.lossGradient / context.loss[1])
    switch form {
    case .softmax:
      let columns = context.outputs[0].shape[1]
      for row in 0..<context.batch {
        let label = labelIndex(target[row], columns)
        let probability = output[row * columns + label]
        let logarithm = logProbability(input.slice(from: row * columns, count: columns), label)
        let wrong = 1 - probability
        // gamma (1 - p)^(gamma - 1) p log p - (1 - p)^gamma, without a quotient of zeros at p = 1.
        let ratio = wrong > 0 ? logarithm / wrong : -1
        let slope = S.pow(wrong, S(gamma)) * (S(gamma) * probability * ratio - 1)
        let factor = scale * S(classWeights?[label] ?? 1) * slope
        for j in 0..<columns {
          let share: S = j == label ? 1 : 0
          downstream.put(factor * (share - output[row * columns + j]), at: row * columns + j)
        }
      }
    case .sigmoid:
      downstream.putAll { i in
        let (yes, probability) = (target[i], output[i])
        let wrong = probability + yes - 2 * yes * probability
        let spread = (1 - 2 * yes) * probability * (1 - probability)
        let bend =
          wrong > 0 ? S(gamma) * S.pow(wrong, S(gamma)) / wrong * spread * crossEntropy(input[i], yes) : 0
        return scale * weight(yes) * (bend + S.pow(wrong, S(gamma)) * (probability - yes))
      }
    }
  }

  /// log softmax(x)[label], finite for any finite scores.
  @inline(__always)
  private func logProbability<S: Scalar>(_ scores: Buffer<S>, _ label: Int) -> S {
    var top = scores[0]
    for j in 1..<scores.count where scores[j] > top { top = scores[j] }
    var sum: S = 0
    for j in 0..<scores.count { sum += S.exp(scores[j] - top) }
    return scores[label] - top - S.log(sum)
  }

  /// -(t log p + (1 - t) log(1 - p)) of the logit, finite for any finite logit.
  @inline(__always)
  private func crossEntropy<S: Scalar>(_ logit: S, _ yes: S) -> S {
    (1 - yes) * logit + S.log1p(S.exp(-logit.magnitude)) + (logit < 0 ? -logit : 0)
  }

  /// What an answer weighs.
  @inline(__always)
  private func weight<S: Scalar>(_ yes: S) -> S {
    alpha.map { S($0) * yes + S(1 - $0) * (1 - yes) } ?? 1
  }
}
