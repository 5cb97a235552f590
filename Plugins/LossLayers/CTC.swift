import NNCore
import NNKernels

/// Connectionist temporal classification: minus the logarithm of the probability that a sequence of labels, fewer than there
/// are steps, is read off the scores of the steps, whichever step each label falls on.
public struct CTC: DeclaredLayer {
  /// The declaration of `<ctc>`.
  public static let schema = ElementSchema(
    .loss, "ctc",
    summary:
      "Learns a sequence of labels from a longer sequence of steps without being told which step belongs to which.",
    formula:
      "y_t = softmax(x_t); -log of the sum, over all ways to write the labels on the steps with repetitions and blanks, of the "
      + "product of y; the prediction takes the best label of each step, repeated ones once, without blanks",
    reference:
      "Graves et al. 2006; as torch.nn.CTCLoss of the log-softmax of x: with mean each sample's loss is divided by the number "
      + "of its labels, at least 1", example: #"<ctc blank="0"/>"#,
    attributes: [
      .optional(
        "blank", .integer(0...Int(Int32.max)), default: .integer(0),
        "The class that means no label. In a target it ends the labels."),
      .optional(
        "labels", .integer(1...Shape.maximumElementCount),
        "The most labels of a sample, which is the size of its target; the steps of the input unless given."),
      .optional(
        "zeroInfinity", .boolean, default: .boolean(false),
        "Whether labels that do not fit on the steps of their sample, whose loss is infinite, count as 0 and teach nothing. "
          + "If not, such a sample ends the training."),
      Reduction.attribute("over the samples"),
    ])

  /// The class that means no label.
  public let blank: Int
  /// The most labels of a sample; nil for the steps of the input.
  public let labels: Int?
  /// Whether an infinite loss counts as 0.
  public let zeroInfinity: Bool
  /// The reduction over the samples.
  public let reduction: Reduction

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws {
    blank = attributes.integer("blank")
    labels = attributes.has("labels") ? attributes.integer("labels") : nil
    zeroInfinity = attributes.boolean("zeroInfinity")
    reduction = Reduction(attributes)
  }

  /// The loss.
  public init(blank: Int = 0, labels: Int? = nil, zeroInfinity: Bool = false, reduction: Reduction = .mean) {
    self.blank = blank
    self.labels = labels
    self.zeroInfinity = zeroInfinity
    self.reduction = reduction
  }

  /// States that labels are read off the prediction.
  public var facts: LayerFacts { LayerFacts(prediction: .labels(blank: blank), sumsLoss: reduction == .sum) }

  /// One output of the input's shape, probabilities; labels as target. Throws an `ElementError` for an input that is no steps x
  /// scores of at least two classes, or for a blank that is none of them.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let input = inputs[0]
    guard input.rank == 2, input[1] >= 2 else {
      throw ElementError.shape(
        "<ctc> needs steps x scores of at least two classes, but its input has the shape \(input)",
        remedy: input.rank == 1 ? "let each step have scores, as by <dense each=\"step\"/>" : nil)
    }
    guard blank < input[1] else {
      throw ElementError(
        code: "out-of-range", "the blank \(blank) is none of the \(input[1]) classes",
        remedy: "they are numbered from 0 to \(input[1] - 1)", attribute: "blank")
    }
    guard let target = Shape([labels ?? input[0]]) else {
      throw ElementError.shape("<ctc> would read more labels than are possible")
    }
    // As `CTCAlignment.memory`, of sizes that are not known to be possible yet.
    let states = Count.product(2, target[0]) + 1
    let memory = Count.sum(Count.product(input[0] + 2, states), input[0])
    let work = Count.product(12, input[0], Count.sum(input[1], states))
    return LayerPlan(
      outputs: [input], scratchPerSample: memory, backwardNeeds: [.inputs, .outputs],
      targets: [.classes(count: input[1], shape: target)], forwardOperations: work,
      backwardOperations: Count.product(3, work))
  }

  /// The prediction has the input's length. Labels stand on the valid steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.ofRows(lengths[0], of: schema.name)]
  }

  /// Reads each step by itself, which has room for one label.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? {
    CTC(blank: blank, zeroInfinity: zeroInfinity, reduction: reduction)
  }

  /// The alignment of a sample.
  private func alignment<S: Scalar>(
    _ sample: Int, _ input: Tensor<S>, _ lengths: Buffer<Int32>?, _ target: Tensor<S>, _ scratch: Buffer<S>
  ) -> CTCAlignment<S> {
    let (steps, classes) = (input.shape[1], input.shape[2])
    let labels = target.count / input.shape[0]
    let memory = CTCAlignment<S>.memory(steps: steps, labels: labels)
    let valid = lengths.map { min(steps, max(1, Int($0[sample]))) } ?? steps
    // What a target of as many places as there are steps holds beyond the sample's length is not known.
    return CTCAlignment(
      steps: valid, classes: classes, blank: blank,
      x: input.buffer.slice(from: sample * steps * classes, count: steps * classes),
      target: target.buffer.slice(from: sample * labels, count: labels == steps ? valid : labels),
      memory: scratch.slice(from: sample * memory, count: memory))
  }

  /// What divides the loss of a sample of so many labels.
  private func divisor(_ labels: Int) -> Double { reduction == .mean ? Double(max(1, labels)) : 1 }

  /// The prediction y = softmax(x), and the sum of the samples' losses.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let input = context.input
    let columns = input.shape[2]
    S.softmax(
      rows: input.count / columns, columns: columns, input.buffer, into: context.output.buffer,
      workers: context.workers)
    guard let target = context.target else { return }
    context.workers.run(count: context.batch, grain: 1) { samples in
      for sample in samples {
        var alignment = alignment(sample, input, context.inputLengths[0], target, context.scratch)
        alignment.computeForward()
        alignment.keepLoss()
      }
    }
    context.loss[0] = 0
    for sample in 0..<context.batch {
      let alignment = alignment(sample, input, context.inputLengths[0], target, context.scratch)
      let loss = Double(alignment.keptLoss)
      if !(zeroInfinity && loss == .infinity) { context.loss[0] += loss / divisor(alignment.labels) }
    }
    context.loss[1] = reduction.denominator(context.batch)
  }

  /// dx = weight (y - the probability that a label stands on the step, given the labels).
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted, let target = context.target else { return }
    let input = context.inputs[0]
    let width = input.count / context.batch
    let scale = context.loss[1] == 0 ? 0 : context.lossGradient / context.loss[1]
    context.workers.run(count: context.batch, grain: 1) { samples in
      for sample in samples {
        var alignment = alignment(sample, input, context.inputLengths[0], target, context.scratch)
        alignment.computeForward()
        let isLost = zeroInfinity && alignment.loss == .infinity
        alignment.computeBackward(
          probabilities: context.outputs[0].buffer.slice(from: sample * width, count: width),
          scale: isLost ? 0 : S(scale / divisor(alignment.labels)),
          into: downstream.tensor.buffer.slice(from: sample * width, count: width),
          accumulates: downstream.accumulates)
      }
    }
  }
}
