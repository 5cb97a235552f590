import NNCore
import NNKernels

/// The cross-entropy of the softmax of the logits with the labels: -log softmax(x)[label].
public struct SoftmaxCrossEntropy: DeclaredLayer, ClassBalancing {
  /// The declaration of `<softmaxCrossEntropy>`.
  public static let schema = ElementSchema(
    .loss, "softmaxCrossEntropy",
    summary: "Softmax of the scores, and minus the logarithm of the right class's probability.",
    formula:
      "p = softmax(x); -log p_label, or -sum_c t_c log p_c for a distribution t; dx = p - t. With labelSmoothing e "
      + "and classWeights w: t_c := w_c ((1 - e) t_c + e / classes)",
    reference: "as torch.nn.CrossEntropyLoss", example: "<softmaxCrossEntropy/>",
    attributes: [
      .optional(
        "labelSmoothing", .number(.unitBelowOne), default: .number(0),
        "The share of the right class's probability that all classes get."),
      ClassWeights.attribute(),
      .optional(
        "ignoredLabel", .integer(-largestLabel...largestLabel),
        "The label whose samples do not count; it may lie outside the classes, as 255 or -100 do."),
      .optional(
        "each", .choice(["step"]),
        "With step: a label for each step of steps x classes; the mean is then over the steps that count."),
      Reduction.attribute("over the samples that count, or over their weights if there are classWeights"),
    ])

  /// Whole numbers up to this one are exact in single precision, in which labels are held.
  private static let largestLabel = 1 << 24

  /// Label smoothing: the share of the target probability that is distributed over all classes.
  public let labelSmoothing: Double
  /// A weight for each class.
  public private(set) var classWeights: [Double]?
  /// Whether the weights are to be those of balanced classes.
  public private(set) var isBalanced = false
  /// The label whose samples are ignored.
  public let ignoredLabel: Int?
  /// Whether each step of a sequence has a label of its own.
  public let isPerStep: Bool
  /// The reduction over the samples.
  public let reduction: Reduction

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws {
    labelSmoothing = attributes.number("labelSmoothing")
    ignoredLabel = attributes.has("ignoredLabel") ? attributes.integer("ignoredLabel") : nil
    isPerStep = attributes.has("each")
    reduction = Reduction(attributes)
    let weights = try ClassWeights(attributes)
    (classWeights, isBalanced) = (weights.values, weights.isBalanced)
  }

  /// The loss with a weight for each class.
  public func weighingClasses(by weights: [Double]) -> any Layer {
    var result = self
    (result.classWeights, result.isBalanced) = (weights, false)
    return result
  }

  /// The loss.
  public init(
    labelSmoothing: Double = 0, classWeights: [Double]? = nil, ignoredLabel: Int? = nil, perStep: Bool = false,
    reduction: Reduction = .mean
  ) {
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
    self.ignoredLabel = ignoredLabel
    isPerStep = perStep
    self.reduction = reduction
  }

  /// States that the prediction is probabilities, and the label that is left out.
  public var facts: LayerFacts {
    LayerFacts(
      prediction: .probabilities, sumsLoss: reduction == .sum, targetRange: 0...1, ignoredLabel: ignoredLabel)
  }

  /// One output of the input's shape; a label or a distribution over the classes as target, of each step if there are
  /// steps. Throws an `ElementError` for an input that is no row of at least two scores, or no rows where each step has a
  /// label, or for another number of class weights.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let input = inputs[0]
    guard input.rank == (isPerStep ? 2 : 1), input[input.rank - 1] >= 2 else {
      throw ElementError.shape(
        isPerStep
          ? "<softmaxCrossEntropy> needs steps x scores of at least two classes, but its input has the shape \(input)"
          : "<softmaxCrossEntropy> needs a score for each of at least two classes, but its input has the shape \(input)",
        remedy: isPerStep
          ? "leave each=\"step\" out for a single label"
          : input.elementCount == 1 ? "use <binaryCrossEntropy/> for yes or no" : "put <flatten/> before it")
    }
    let count = input[input.rank - 1]
    let steps = isPerStep ? input[0] : 1
    if let classWeights, classWeights.count != count {
      throw ElementError(
        code: "shape-mismatch", "there are \(classWeights.count) class weights, but \(count) classes",
        attribute: "classWeights")
    }
    var targets = [TargetForm.classes(count: count, shape: Shape(steps))]
    // A distribution has no label that could be the ignored one.
    if ignoredLabel == nil { targets.append(.values(input)) }
    return LayerPlan(
      outputs: [input], scratchPerSample: steps, backwardNeeds: .outputs, targets: targets,
      forwardOperations: 5 * input.elementCount, backwardOperations: 2 * input.elementCount)
  }

  /// Where each step has a label the prediction has the input's length. Steps beyond it do not count.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.ofRows(lengths[0], of: schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// The number of classes.
  private func classCount<S: Scalar>(_ scores: Tensor<S>) -> Int { scores.shape[scores.shape.rank - 1] }

  /// Whether the fused kernel computes it.
  private func isPlain<S: Scalar>(_ target: Tensor<S>, _ input: Tensor<S>) -> Bool {
    target.count != input.count && labelSmoothing == 0 && classWeights == nil
  }

  /// The prediction y = softmax(x), and the sum over classes of -t log y, weighted and smoothed.
  @specialized(where S == Float)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (input, output) = (context.input, context.output)
    let columns = classCount(input)
    guard let target = context.target else {
      S.softmax(
        rows: input.count / columns, columns: columns, input.buffer, into: output.buffer, workers: context.workers)
      return
    }
    guard isPlain(target, input) else { return forwardGeneral(context, target.buffer, columns) }
    let losses = context.scratch.slice(from: 0, count: target.count)
    let valid = context.validElements
    var counted = 0
    context.loss[0] = 0
    for block in 0..<valid.blocks {
      let rows = valid.rows(block, columns: columns)
      let elements = valid.range(block)
      S.softmaxCrossEntropy(
        rows: rows.count, columns: columns, logits: input.buffer.slice(elements), labels: target.buffer.slice(rows),
        ignored: ignoredLabel.map { S($0) }, probabilities: output.buffer.slice(elements), losses: losses.slice(rows),
        workers: context.workers)
      context.loss[0] += S.sum(losses.slice(rows), workers: context.workers)
      guard ignoredLabel != nil else {
        counted += rows.count
        continue
      }
      for row in rows where !isIgnored(target.buffer, row, isLabel: true) { counted += 1 }
    }
    context.loss[1] = reduction.denominator(counted)
  }

  /// dx = weight (y - t), 0 for a sample that is left out.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted, let target = context.target else { return }
    let output = context.outputs[0]
    let columns = classCount(output)
    let scale = context.loss[1] == 0 ? 0 : context.lossGradient / context.loss[1]
    guard isPlain(target, output) else { return backwardGeneral(context, target.buffer, S(scale), columns) }
    let valid = context.validElements
    for block in 0..<valid.blocks {
      let rows = valid.rows(block, columns: columns)
      let elements = valid.range(block)
      S.softmaxCrossEntropyBackward(
        rows: rows.count, columns: columns, probabilities: output.buffer.slice(elements),
        labels: target.buffer.slice(rows), ignored: ignoredLabel.map { S($0) }, scale: S(scale),
        downstream: downstream.tensor.buffer.slice(elements), accumulate: downstream.accumulates,
        workers: context.workers)
    }
  }

  /// The weight that class `column` has in the loss of sample `row`: t_c of the formula.
  @inline(__always)
  private func share<S: Scalar>(_ target: Buffer<S>, _ row: Int, _ column: Int, _ columns: Int, isLabel: Bool) -> S {
    var share: S
    if isLabel {
      share = labelIndex(target[row], columns) == column ? 1 : 0
    } else {
      share = target[row * columns + column]
    }
    share = S(1 - labelSmoothing) * share + S(labelSmoothing / Double(columns))
    return classWeights.map { S($0[column]) * share } ?? share
  }

  @inline(__always)
  private func isIgnored<S: Scalar>(_ target: Buffer<S>, _ row: Int, isLabel: Bool) -> Bool {
    isLabel && ignoredLabel.map { target[row] == S($0) } ?? false
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func forwardGeneral<S: Scalar>(_ context: ForwardContext<S>, _ target: Buffer<S>, _ columns: Int) {
    let input = context.input.buffer
    let isLabel = target.count != input.count
    S.softmax(
      rows: input.count / columns, columns: columns, input, into: context.output.buffer, workers: context.workers)
    var total = 0.0
    var weights = 0.0
    let valid = context.validElements
    for block in 0..<valid.blocks {
      for row in valid.rows(block, columns: columns) where !isIgnored(target, row, isLabel: isLabel) {
        let scores = input.slice(from: row * columns, count: columns)
        var top = scores[0]
        for j in 1..<columns where scores[j] > top { top = scores[j] }
        var sum: S = 0
        for j in 0..<columns { sum += S.exp(scores[j] - top) }
        let normalizer = top + S.log(sum)
        for j in 0..<columns {
          let share = share(target, row, j, columns, isLabel: isLabel)
          if share != 0 { total += Double(share * (normalizer - scores[j])) }
        }
        weights += isLabel ? classWeights.map { $0[labelIndex(target[row], columns)] } ?? 1 : 1
      }
    }
    context.loss[0] = total
    context.loss[1] = reduction == .mean ? weights : 1
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private func backwardGeneral<S: Scalar>(
    _ context: BackwardContext<S>, _ target: Buffer<S>, _ scale: S, _ columns: Int
  ) {
    let output = context.outputs[0].buffer
    let isLabel = target.count != output.count
    let valid = context.validElements
    for block in 0..<valid.blocks {
      for row in valid.rows(block, columns: columns) {
        guard !isIgnored(target, row, isLabel: isLabel) else {
          for index in (row * columns)..<((row + 1) * columns) { context.downstream[0].put(0, at: index) }
          continue
        }
        var total: S = 0
        for j in 0..<columns { total += share(target, row, j, columns, isLabel: isLabel) }
        for j in 0..<columns {
          let index = row * columns + j
          let gradient = output[index] * total - share(target, row, j, columns, isLabel: isLabel)
          context.downstream[0].put(scale * gradient, at: index)
        }
      }
    }
  }
}
