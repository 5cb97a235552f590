import NNCore
import NNKernels

/// The metrics of a net on a data set, from sums that are accumulated batch by batch in double precision.
///
/// Memory is taken when it is made; adding a batch takes none.
public struct Evaluation: Sendable {
  /// What is counted, from the meaning of the prediction and the form of the target.
  public enum Task: Sendable, Hashable {
    /// One of `count` classes.
    case classes(count: Int)
    /// Yes or no, from one probability.
    case binary
    /// Numbers, `count` for each sample; for each step of sequences that have lengths.
    case values(count: Int)
    /// Only the loss.
    case none

    /// Whether it is a classification.
    var isAboutClasses: Bool {
      switch self {
      case .classes, .binary: true
      case .values, .none: false
      }
    }

    /// Whether it is a regression.
    var isAboutValues: Bool { if case .values = self { true } else { false } }
  }

  /// What is counted.
  public let task: Task
  /// The k of top-k accuracy; 0 for none.
  public let topCount: Int
  /// The number of views of each sample.
  public internal(set) var views = 1
  /// Samples that count: those seen less the ignored ones. Where each step of a sequence has a target, steps count in
  /// their place.
  public internal(set) var samples = 0
  /// Samples whose label the loss leaves out.
  public internal(set) var ignored = 0
  /// Samples, of those that count, whose prediction holds NaN. Where there are classes, such a prediction is wrong.
  public internal(set) var unpredicted = 0
  /// For each loss, its numerators and denominators added up.
  public internal(set) var losses: [LossParts]
  let lossWeights: [Double]
  /// For each loss, whether it is a plain sum, whose parts have the denominator 1, which must not be added up.
  private let sumsLoss: [Bool]
  /// Which of the net's targets the prediction is compared with.
  private let targetPosition: Int?
  /// Whether that target holds a distribution over classes rather than a class.
  private let isDistribution: Bool
  var correct = 0
  var correctAmongTop = 0
  /// The label that the loss which is compared leaves out.
  private let ignoredLabel: Int?
  /// The confusion matrix, true class x predicted class, row-major; empty unless asked for.
  private(set) var confusionCounts: [Int] = []
  /// For each true class, the samples without a prediction; empty unless the confusion matrix is asked for.
  private(set) var unpredictedCounts: [Int] = []
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
    ignoredLabel = nodes.first.flatMap { plan.definition.nodes[$0].layer.facts.ignoredLabel }
    self.topCount = topCount
    let target = nodes.first.flatMap { plan.definition.nodes[$0].target }
    task = target.flatMap { plan.targets[$0] }.map { Self.task(plan, $0) } ?? Task.none
    let classes: Int
    switch task {
    case .classes(let count): classes = count
    case .binary: classes = 2
    case .values, .none: classes = 0
    }
    if countsConfusion {
      confusionCounts = [Int](repeating: 0, count: classes * classes)
      unpredictedCounts = [Int](repeating: 0, count: classes)
    }
    if case .values(let count) = task {
      firstTargets = [Double](repeating: 0, count: count)
      targetSums = firstTargets
      targetSquares = firstTargets
    }
  }

  /// What is counted when the first loss's target has the given form.
  static func task(_ plan: NetworkPlan, _ form: TargetForm) -> Task {
    guard let node = plan.lossNodes.first else { return .none }
    let width = plan.layers[node].outputs[0].elementCount
    switch (plan.definition.nodes[node].layer.facts.prediction ?? .values, form) {
    case (.probabilities, _), (.scores, _): return .classes(count: plan.predictionUnit)
    case (.binaryProbabilities, _) where width == 1: return .binary
    case (.values, .values(let shape)) where shape.elementCount == width:
      return .values(count: plan.predictionUnit)
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
  /// - Parameter share: the weight of this view's loss in the mean over the views.
  mutating func addLosses<S: Scalar>(_ network: Network<S>, share: Double = 1) {
    for index in losses.indices {
      let parts = network.lossParts(network.plan.lossNodes[index])
      losses[index].numerator += share * parts.numerator
      losses[index].denominator = sumsLoss[index] ? 1 : losses[index].denominator + share * parts.denominator
    }
  }

  /// Compares predictions with the targets of the batch that the net has just run forward.
  mutating func addPredictions<S: Scalar>(_ network: Network<S>, _ prediction: Buffer<S>) {
    guard let position = targetPosition, task != .none else {
      samples += network.batch
      return
    }
    let target = network.targetBuffer(position)
    // What is judged by itself: each sample, or each step within its length.
    let unit: Int
    switch task {
    case .classes(let count), .values(let count): unit = count
    case .binary, .none: unit = 1
    }
    let rowsPerSample = prediction.count / (unit * network.batch)
    guard let lengths = network.lengths(of: network.plan.prediction) else {
      return add(network, unit, 0..<(network.batch * rowsPerSample), prediction, target)
    }
    for sample in 0..<network.batch {
      let start = sample * rowsPerSample
      add(network, unit, start..<(start + Int(lengths[sample])), prediction, target)
    }
  }

  /// Adds rows of a prediction, of `unit` numbers each.
  private mutating func add<S: Scalar>(
    _ network: Network<S>, _ unit: Int, _ rows: Range<Int>, _ predictions: Buffer<S>, _ targets: Buffer<S>
  ) {
    let batch = rows.count
    samples += batch
    let prediction = predictions.slice(from: rows.lowerBound * unit, count: batch * unit)
    let targetUnit = isDistribution || task.isAboutValues ? unit : 1
    let target = targets.slice(from: rows.lowerBound * targetUnit, count: batch * targetUnit)
    // One fast look at the whole batch spares those at each sample.
    let mayHoldNaN = !S.isFinite(prediction, workers: network.workers)
    switch task {
    case .classes(let count): addClasses(batch, count, prediction, target, mayHoldNaN)
    case .binary: addBinary(batch, prediction, target)
    case .values(let count): addValues(batch, count, prediction, target, mayHoldNaN)
    case .none: break
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func addClasses<S: Scalar>(
    _ batch: Int, _ count: Int, _ prediction: Buffer<S>, _ target: Buffer<S>, _ mayHoldNaN: Bool
  ) {
    for row in 0..<batch {
      if !isDistribution, let ignoredLabel, target[row] == S(ignoredLabel) {
        samples -= 1
        ignored += 1
        continue
      }
      let scores = prediction.slice(from: row * count, count: count)
      let right = isDistribution ? Self.argmax(target.slice(from: row * count, count: count)) : Int(target[row])
      guard right >= 0, right < count else { continue }
      guard !mayHoldNaN || !Self.hasNaN(scores) else {
        unpredicted += 1
        if !unpredictedCounts.isEmpty { unpredictedCounts[right] += 1 }
        continue
      }
      let best = Self.argmax(scores)
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
      let right = target[row] >= 0.5 ? 1 : 0
      guard !prediction[row].isNaN else {
        unpredicted += 1
        if !unpredictedCounts.isEmpty { unpredictedCounts[right] += 1 }
        continue
      }
      let said = prediction[row] >= 0.5 ? 1 : 0
      if said == right { correct += 1 }
      if !confusionCounts.isEmpty { confusionCounts[right * 2 + said] += 1 }
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  private mutating func addValues<S: Scalar>(
    _ batch: Int, _ count: Int, _ prediction: Buffer<S>, _ target: Buffer<S>, _ mayHoldNaN: Bool
  ) {
    let isFirst = samples == batch
    for row in 0..<batch {
      if mayHoldNaN, Self.hasNaN(prediction.slice(from: row * count, count: count)) { unpredicted += 1 }
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

  /// The index of the maximum; the first of equal ones.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func argmax<S: Scalar>(_ scores: Buffer<S>) -> Int {
    var best = 0
    for j in 1..<max(1, scores.count) where scores[j] > scores[best] { best = j }
    return best
  }

  /// Whether one of the numbers is NaN.
  @specialized(where S == Float)
  @specialized(where S == Double)
  static func hasNaN<S: Scalar>(_ scores: Buffer<S>) -> Bool {
    for j in 0..<scores.count where scores[j].isNaN { return true }
    return false
  }
}
