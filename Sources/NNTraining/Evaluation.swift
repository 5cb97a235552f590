import NNCore
import NNKernels

/// How well a net does on a set of samples, added up batch by batch in double precision.
///
/// Memory is taken when it is made; adding a batch takes none.
public struct Evaluation: Sendable {
  /// What is counted, from the meaning of the prediction and the form of the target.
  public enum Task: Sendable, Hashable {
    /// One of `count` classes.
    case classes(count: Int)
    /// Yes or no, from one probability.
    case binary
    /// Numbers, `count` for each sample.
    case values(count: Int)
    /// Only the loss.
    case none
  }

  /// What is counted.
  public let task: Task
  /// For `topK`, how many of the highest scores may hold the right class.
  public let topCount: Int
  /// In how many ways each sample was looked at.
  public internal(set) var views = 1
  /// Samples seen.
  public internal(set) var samples = 0
  /// For each loss, its numerators and denominators added up.
  public internal(set) var losses: [LossParts]
  private let lossWeights: [Double]
  /// For each loss, whether it is a plain sum, whose parts have the denominator 1, which must not be added up.
  private let sumsLoss: [Bool]
  /// Which of the net's targets the prediction is compared with.
  private let targetPosition: Int?
  /// Whether that target holds a distribution over classes rather than a class.
  private let isDistribution: Bool
  var correct = 0
  var correctAmongTop = 0
  /// Right class x predicted class, row-major; empty unless asked for.
  private var confusionCounts: [Int] = []
  var squaredDifferences = 0.0
  /// For each target element: sum of differences from the first sample's value, and of their squares.
  var firstTargets: [Double] = []
  var targetSums: [Double] = []
  var targetSquares: [Double] = []

  /// An empty evaluation for a net.
  ///
  /// - Parameters:
  ///   - topCount: the k of top-k accuracy; 0 for none.
  ///   - countsConfusion: whether the confusion matrix is kept.
  public init(_ plan: NetworkPlan, topCount: Int = 0, countsConfusion: Bool = false) {
    let nodes = plan.lossNodes
    losses = nodes.map { _ in LossParts(numerator: 0, denominator: 0) }
    lossWeights = nodes.map { plan.definition.nodes[$0].lossWeight }
    sumsLoss = nodes.map { plan.definition.nodes[$0].layer.facts.sumsLoss }
    targetPosition = nodes.first.flatMap { plan.definition.nodes[$0].target }.flatMap { name in
      plan.definition.targetNames.firstIndex(of: name)
    }
    if case .values? = targetPosition.flatMap({ plan.targets[plan.definition.targetNames[$0]] }) {
      isDistribution = true
    } else {
      isDistribution = false
    }
    self.topCount = topCount
    task = Self.task(plan)
    switch task {
    case .classes(let count): if countsConfusion { confusionCounts = [Int](repeating: 0, count: count * count) }
    case .binary: if countsConfusion { confusionCounts = [0, 0, 0, 0] }
    case .values(let count):
      firstTargets = [Double](repeating: 0, count: count)
      targetSums = firstTargets
      targetSquares = firstTargets
    case .none: break
    }
  }

  private static func task(_ plan: NetworkPlan) -> Task {
    guard let node = plan.lossNodes.first, let target = plan.definition.nodes[node].target,
      let form = plan.targets[target]
    else { return .none }
    let width = plan.layers[node].outputs[0].elementCount
    switch (plan.definition.nodes[node].layer.facts.prediction ?? .values, form) {
    case (.probabilities, _), (.scores, _): return .classes(count: width)
    case (.binaryProbabilities, _) where width == 1: return .binary
    case (.values, .values(let shape)) where shape.elementCount == width: return .values(count: width)
    case (.values, .classes(2, _)) where width == 1: return .binary
    default: return .none
    }
  }

  /// Adds a batch that the net has just run forward.
  public mutating func add<S: Scalar>(_ network: Network<S>) {
    addLosses(network)
    addPredictions(network, network.prediction.buffer)
  }

  /// Adds the losses of the batch that the net has just run forward.
  ///
  /// - Parameter share: what part of a sample's loss this is, when it is looked at in several ways.
  mutating func addLosses<S: Scalar>(_ network: Network<S>, share: Double = 1) {
    for index in losses.indices {
      let parts = network.lossParts(network.plan.lossNodes[index])
      losses[index].numerator += share * parts.numerator
      losses[index].denominator = sumsLoss[index] ? 1 : losses[index].denominator + share * parts.denominator
    }
  }

  /// Compares predictions with the targets of the batch that the net has just run forward.
  mutating func addPredictions<S: Scalar>(_ network: Network<S>, _ prediction: Buffer<S>) {
    let batch = network.batch
    samples += batch
    guard let position = targetPosition else { return }
    let target = network.targetBuffer(position)
    switch task {
    case .classes(let count): addClasses(batch, count, prediction, target)
    case .binary: addBinary(batch, prediction, target)
    case .values(let count): addValues(batch, count, prediction, target)
    case .none: break
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func addClasses<S: Scalar>(
    _ batch: Int, _ count: Int, _ prediction: Buffer<S>, _ target: Buffer<S>
  ) {
    for row in 0..<batch {
      let scores = prediction.slice(from: row * count, count: count)
      let best = Self.highest(scores)
      let right = isDistribution ? Self.highest(target.slice(from: row * count, count: count)) : Int(target[row])
      guard right >= 0, right < count else { continue }
      if best == right { correct += 1 }
      if topCount > 0 {
        var higher = 0
        for j in 0..<count where scores[j] > scores[right] || (scores[j] == scores[right] && j < right) { higher += 1 }
        if higher < topCount { correctAmongTop += 1 }
      }
      if !confusionCounts.isEmpty { confusionCounts[right * count + best] += 1 }
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func addBinary<S: Scalar>(_ batch: Int, _ prediction: Buffer<S>, _ target: Buffer<S>) {
    for row in 0..<batch {
      let said = prediction[row] >= 0.5 ? 1 : 0
      let right = target[row] >= 0.5 ? 1 : 0
      if said == right { correct += 1 }
      if !confusionCounts.isEmpty { confusionCounts[right * 2 + said] += 1 }
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func addValues<S: Scalar>(
    _ batch: Int, _ count: Int, _ prediction: Buffer<S>, _ target: Buffer<S>
  ) {
    let isFirst = samples == batch
    for row in 0..<batch {
      for j in 0..<count {
        let right = Double(target[row * count + j])
        let difference = Double(prediction[row * count + j]) - right
        squaredDifferences += difference * difference
        if isFirst, row == 0 { firstTargets[j] = right }
        let shifted = right - firstTargets[j]
        targetSums[j] += shifted
        targetSquares[j] += shifted * shifted
      }
    }
  }

  /// The position of the highest number; the first of equal ones.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func highest<S: Scalar>(_ scores: Buffer<S>) -> Int {
    var best = 0
    for j in 1..<max(1, scores.count) where scores[j] > scores[best] { best = j }
    return best
  }
}

extension Evaluation {
  /// Whether samples are right or wrong, so that there is an accuracy.
  public var isAboutClasses: Bool {
    switch task {
    case .classes, .binary: true
    case .values, .none: false
    }
  }

  /// The sum of all losses with their weights, each over all samples.
  public var loss: Double {
    var total = 0.0
    for (parts, weight) in zip(losses, lossWeights) { total += weight * parts.mean }
    return total
  }

  /// Share of samples with the right class; nil when there are no classes.
  public var accuracy: Double? {
    switch task {
    case .classes, .binary: samples == 0 ? nil : Double(correct) / Double(samples)
    default: nil
    }
  }

  /// Share of samples whose class is among the `topCount` highest scores.
  public var topAccuracy: Double? {
    guard case .classes = task, topCount > 0, samples > 0 else { return nil }
    return Double(correctAmongTop) / Double(samples)
  }

  /// Root of the mean squared difference over all target elements; nil for classes.
  public var rmse: Double? {
    guard case .values(let count) = task, samples > 0 else { return nil }
    return (squaredDifferences / Double(samples * count)).squareRoot()
  }

  /// 1 - squared differences / squared deviations of the targets from their means; nil for classes and for targets
  /// that are all the same.
  public var r2: Double? {
    guard case .values = task, samples > 0 else { return nil }
    var deviations = 0.0
    for (sum, square) in zip(targetSums, targetSquares) { deviations += square - sum * sum / Double(samples) }
    return deviations > 0 ? 1 - squaredDifferences / deviations : nil
  }

  /// A metric's value, or nil when it does not apply.
  public func value(_ metric: Metric) -> Double? {
    switch metric {
    case .loss: loss
    case .accuracy: accuracy
    case .rmse: rmse
    case .r2: r2
    }
  }

  /// The confusion matrix, rows being right classes and columns predicted ones; nil unless it was asked for.
  public var confusion: [[Int]]? {
    guard !confusionCounts.isEmpty else { return nil }
    let count = task == .binary ? 2 : Int(Double(confusionCounts.count).squareRoot())
    return (0..<count).map { Array(confusionCounts[($0 * count)..<(($0 + 1) * count)]) }
  }

  /// For each class: the share of its predictions that are right, the share of its samples that are found, and the
  /// number of its samples. A share of nothing is nil.
  public var perClass: [(precision: Double?, recall: Double?, samples: Int)]? {
    confusion.map { matrix in
      matrix.indices.map { index in
        let predicted = matrix.reduce(0) { $0 + $1[index] }
        let actual = matrix[index].reduce(0, +)
        let right = Double(matrix[index][index])
        return (
          predicted == 0 ? nil : right / Double(predicted), actual == 0 ? nil : right / Double(actual), actual
        )
      }
    }
  }
}
