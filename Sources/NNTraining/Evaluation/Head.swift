import NNCore
import NNKernels

/// What one loss of a net judges: the form of its predictions and of its targets, which decide by what it is measured.
public struct Head: Sendable {
  /// What is compared, from the meaning of the prediction and the form of the target.
  public enum Task: Sendable, Hashable {
    /// One of `count` classes.
    case classes(count: Int)
    /// Yes or no, from one number.
    case binary
    /// Several answers of yes or no: `count` labels, any number of which a sample has.
    case labels(count: Int)
    /// Numbers, `count` for each sample.
    case values(count: Int)
    /// Only the loss.
    case none
  }

  /// The loss's name.
  public let name: String
  /// What is compared.
  public let task: Task
  /// Whether predictions of classes are probabilities rather than scores.
  let givesProbabilities: Bool
  /// The quantile that a quantile loss makes the prediction; nil for other losses.
  let quantile: Double?
  /// Numbers of what is judged by itself: of a sample, or of each of its rows where every row is told apart.
  let width: Int
  /// What is judged by itself, in each sample.
  let rows: Int
  /// The loss's place in the net; nil for a net without losses.
  let node: Int?
  /// Which of the net's targets is compared; nil for none.
  let targetPosition: Int?
  /// Whether that target holds a distribution over classes rather than a class.
  let isDistribution: Bool
  /// The label that the loss leaves out.
  let ignoredLabel: Int?
  /// What the loss weighs in the sum of all.
  let lossWeight: Double
  /// Whether the loss is a plain sum, whose parts have the denominator 1, which must not be added up.
  let sumsLoss: Bool

  /// The head of a net without losses.
  init() {
    (name, task, givesProbabilities, quantile, width, rows) = ("", .none, false, nil, 0, 1)
    (node, targetPosition, isDistribution, ignoredLabel, lossWeight, sumsLoss) = (nil, nil, false, nil, 1, false)
  }

  /// The head of the loss at a node.
  ///
  /// - Parameter form: the form of the target; the plan's unless given.
  init(_ plan: NetworkPlan, _ node: Int, form given: TargetForm? = nil) {
    let loss = plan.definition.nodes[node]
    let facts = loss.layer.facts
    let form = given ?? loss.target.flatMap { plan.targets[$0] }
    let output = plan.layers[node].outputs[0]
    let meaning = facts.prediction ?? .values
    var isClassified = meaning == .probabilities || meaning == .scores
    // Labels of a sequence are compared with no single step.
    if case .labels = meaning { isClassified = true }
    let hasLength = plan.lengths[node][0] != nil
    let isByRow = isClassified && output.rank > 1
    let width = isByRow ? output[output.rank - 1] : hasLength ? output.elementCount / output[0] : output.elementCount
    name = loss.name
    task = form.map { Self.task(meaning, $0, width: width, of: output.elementCount) } ?? .none
    givesProbabilities = facts.prediction == .probabilities || facts.prediction == .binaryProbabilities
    quantile = facts.quantile
    self.width = width
    rows = output.elementCount / width
    self.node = node
    targetPosition = loss.target.flatMap { plan.definition.targetNames.firstIndex(of: $0) }
    if case .values? = form { isDistribution = true } else { isDistribution = false }
    ignoredLabel = facts.ignoredLabel
    lossWeight = loss.lossWeight
    sumsLoss = facts.sumsLoss
  }

  /// - Parameters:
  ///   - width: numbers of what is judged by itself.
  ///   - whole: numbers of a sample.
  private static func task(
    _ meaning: LayerFacts.Prediction, _ form: TargetForm, width: Int, of whole: Int
  ) -> Task {
    switch (meaning, form) {
    case (.probabilities, _), (.scores, _): .classes(count: width)
    case (.binaryProbabilities, _) where width == 1: .binary
    case (.binaryProbabilities, .values(let shape)) where shape.elementCount == width: .labels(count: width)
    case (.values, .values(let shape)) where shape.elementCount == whole: .values(count: width)
    case (.values, .classes(2, _)) where width == 1: .binary
    default: .none
    }
  }

  /// What the net has just predicted.
  @inline(__always)
  func output<S: Scalar>(_ network: Network<S>) -> Buffer<S> {
    guard let node else { return network.prediction.buffer }
    return network.value(.init(.node(node))).buffer
  }

  /// Whether samples are told apart by classes that exclude one another, so that one answer is right.
  public var isAboutClasses: Bool {
    switch task {
    case .classes, .binary: true
    case .labels, .values, .none: false
    }
  }

  /// Classes that exclude one another: two for yes or no; 0 where there are none.
  var classCount: Int {
    switch task {
    case .classes(let count): count
    case .binary: 2
    case .labels, .values, .none: 0
    }
  }
}
