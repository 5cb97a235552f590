import NNCore
import NNKernels

/// The Kullback-Leibler divergence of the target distribution from a distribution given as log-probabilities.
public struct KullbackLeiblerDivergence: DeclaredLayer {
  /// The declaration of `<klDivergence>`.
  public static let schema = ElementSchema(
    .loss, "klDivergence",
    summary: "How far a distribution is from the target; reads logarithms of probabilities, as logSoftmax gives them.",
    formula: "sum_c t_c (log t_c - x_c), terms with t_c = 0 being 0; dx = -t; the prediction is exp(x)",
    reference: "Kullback and Leibler 1951; as torch.nn.KLDivLoss, whose batchmean is the mean here",
    example: "<klDivergence/>", attributes: [Reduction.attribute("over the samples")])

  /// The reduction over the samples.
  public let reduction: Reduction

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws { reduction = Reduction(attributes) }

  /// The loss.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  /// States that the prediction is probabilities, and targets lie in 0 ... 1.
  public var facts: LayerFacts {
    LayerFacts(prediction: .probabilities, sumsLoss: reduction == .sum, targetRange: 0...1)
  }

  /// One output of the input's shape; a distribution of the same shape.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: [], targets: [.values(inputs[0])], forwardOperations: 4 * count,
      backwardOperations: count)
  }

  /// The prediction y = exp(x), and the sum over c of t_c (log t_c - x_c), terms with t_c = 0 being 0.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (x, y) = (context.input.buffer, context.output.buffer)
    for i in 0..<x.count { y[i] = S.exp(x[i]) }
    guard let target = context.target else { return }
    var total = 0.0
    for i in 0..<x.count where target[i] != 0 { total += Double(target[i] * (S.log(target[i]) - x[i])) }
    context.loss[0] = total
    context.loss[1] = reduction.denominator(context.batch)
  }

  /// dx = -t.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted, let target = context.target else { return }
    let factor = S(context.lossGradient / context.loss[1])
    downstream.putAll { -factor * target[$0] }
  }
}
