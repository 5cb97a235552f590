import NNCore
import NNKernels

/// A loss that is a reduction of a function of prediction - target, element by element.
///
/// Its prediction is its input; in training it works in its input's memory and reads the prediction again in backward.
public protocol ElementwiseLoss: DeclaredLayer {
  /// The reduction over the elements.
  var reduction: Reduction { get }

  /// The loss of one element with the difference prediction - target.
  func value<S: Scalar>(_ difference: S) -> S

  /// Its derivative.
  func slope<S: Scalar>(_ difference: S) -> S
}

extension ElementwiseLoss {
  /// States that the prediction is the input, as numbers.
  public var facts: LayerFacts {
    LayerFacts(copiesWhenPredicting: true, prediction: .values, sumsLoss: reduction == .sum)
  }

  /// One output of the input's shape; a number for each element, or a label where there is a single one.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    var targets = [TargetForm.values(inputs[0])]
    if count == 1 { targets.append(.classes(count: 2, shape: Shape(1))) }
    if inputs[0].rank > 1 { targets.append(.values(Shape(count))) }
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: .outputs, runsInPlace: true, targets: targets, forwardOperations: 3 * count,
      backwardOperations: 2 * count)
  }

  /// The prediction has the input's length. Steps beyond it do not count.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.ofRows(lengths[0], of: schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// The sum, or the mean, of the values of x - t.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    context.copyInputToOutput()
    guard let target = context.target else { return }
    let valid = context.validElements
    context.loss[0] = 0
    for block in 0..<valid.blocks {
      let range = valid.range(block)
      context.loss[0] += sumOfValues(self, context.output.buffer.slice(range), target.buffer.slice(range))
    }
    context.loss[1] = reduction.denominator(valid.count)
  }

  /// dx = the slope at x - t, over the number of elements for a mean.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted, let target = context.target else { return }
    putSlopes(
      self, context.outputs[0].buffer, target.buffer, downstream, factor: S(context.lossGradient / context.loss[1]))
  }
}

/// The sum over all elements in double precision, in eight independent partial sums of every eighth element, which
/// hides the latency of additions. The order depends on the number of elements alone.
@specialized(where L == SquaredError, S == Float)
@specialized(where L == SquaredError, S == Double)
@specialized(where L == AbsoluteError, S == Float)
@specialized(where L == AbsoluteError, S == Double)
@specialized(where L == Huber, S == Float)
@specialized(where L == Huber, S == Double)
@specialized(where L == Quantile, S == Float)
@specialized(where L == Quantile, S == Double)
private func sumOfValues<L: ElementwiseLoss, S: Scalar>(
  _ loss: L, _ prediction: Buffer<S>, _ target: Buffer<S>
) -> Double {
  var sums = SIMD8<Double>.zero
  let whole = prediction.count / 8 * 8
  for start in stride(from: 0, to: whole, by: 8) {
    for lane in 0..<8 { sums[lane] += Double(loss.value(prediction[start + lane] - target[start + lane])) }
  }
  for i in whole..<prediction.count { sums[i - whole] += Double(loss.value(prediction[i] - target[i])) }
  let fours = sums.lowHalf + sums.highHalf
  let pairs = fours.lowHalf + fours.highHalf
  return pairs[0] + pairs[1]
}

/// downstream (+)= factor times each element's derivative.
@specialized(where L == SquaredError, S == Float)
@specialized(where L == SquaredError, S == Double)
@specialized(where L == AbsoluteError, S == Float)
@specialized(where L == AbsoluteError, S == Double)
@specialized(where L == Huber, S == Float)
@specialized(where L == Huber, S == Double)
@specialized(where L == Quantile, S == Float)
@specialized(where L == Quantile, S == Double)
private func putSlopes<L: ElementwiseLoss, S: Scalar>(
  _ loss: L, _ prediction: Buffer<S>, _ target: Buffer<S>, _ downstream: GradientSlot<S>, factor: S
) {
  downstream.putAll { factor * loss.slope(prediction[$0] - target[$0]) }
}

/// The squared error (L2 loss).
public struct SquaredError: ElementwiseLoss {
  /// The declaration of `<squaredError>`.
  public static let schema = ElementSchema(
    .loss, "squaredError", summary: "The squared difference between prediction and target.",
    formula: "sum: sum of (x - t)^2; mean: that divided by the number of elements; dx = 2 (x - t)",
    reference: "mean: as torch.nn.MSELoss", example: #"<squaredError reduction="sum"/>"#,
    attributes: [Reduction.attribute("over every element")])

  /// Whether the loss is a mean or a sum.
  public let reduction: Reduction

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws { reduction = Reduction(attributes) }

  /// The loss.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  /// d^2
  public func value<S: Scalar>(_ difference: S) -> S { difference * difference }

  /// 2 d
  public func slope<S: Scalar>(_ difference: S) -> S { 2 * difference }
}

/// The absolute error (L1 loss).
public struct AbsoluteError: ElementwiseLoss {
  /// The declaration of `<absoluteError>`.
  public static let schema = ElementSchema(
    .loss, "absoluteError", summary: "The magnitude of the difference between prediction and target.",
    formula: "|x - t|; dx = sign(x - t)", reference: "as torch.nn.L1Loss", example: "<absoluteError/>",
    attributes: [Reduction.attribute("over every element")])

  /// Whether the loss is a mean or a sum.
  public let reduction: Reduction

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws { reduction = Reduction(attributes) }

  /// The loss.
  public init(reduction: Reduction = .mean) { self.reduction = reduction }

  /// |d|
  public func value<S: Scalar>(_ difference: S) -> S { difference.magnitude }

  /// The sign of d, 0 at 0.
  public func slope<S: Scalar>(_ difference: S) -> S {
    difference > 0 ? 1 : difference < 0 ? -1 : difference
  }
}

/// The Huber loss: squared error for small differences, absolute for large ones.
public struct Huber: ElementwiseLoss {
  /// The declaration of `<huber>`.
  public static let schema = ElementSchema(
    .loss, "huber", summary: "Squared for small differences, absolute for large ones, so that outliers weigh less.",
    formula: "d = x - t; d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2)",
    reference: "Huber 1964; as torch.nn.HuberLoss", example: #"<huber delta="1"/>"#,
    attributes: [
      .optional("delta", .number(.positive), default: .number(1), "Where the loss turns from squared to absolute."),
      Reduction.attribute("over every element"),
    ])

  /// Whether the loss is a mean or a sum.
  public let reduction: Reduction
  /// The difference where the loss changes from squared to absolute.
  public let delta: Double

  /// The loss that a model file describes.
  public init(attributes: Attributes) throws {
    delta = attributes.number("delta")
    reduction = Reduction(attributes)
  }

  /// The loss.
  public init(delta: Double = 1, reduction: Reduction = .mean) {
    self.delta = delta
    self.reduction = reduction
  }

  /// d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2)
  public func value<S: Scalar>(_ difference: S) -> S {
    let (size, delta) = (difference.magnitude, S(delta))
    return size <= delta ? difference * difference / 2 : delta * (size - delta / 2)
  }

  /// d, cut to -delta ... delta
  public func slope<S: Scalar>(_ difference: S) -> S {
    let delta = S(delta)
    return difference > delta ? delta : difference < -delta ? -delta : difference
  }
}
