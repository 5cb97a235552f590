import NNCore
import NNData
import NNKernels

/// What is gathered of one head on a data set, from which its metrics are computed. Samples may have weights; all counts
/// are sums of weights then.
public struct HeadEvaluation: Sendable {
  /// The most samples of a set, ignored ones included.
  static let mostSamples = Int(Int32.max)

  /// What is compared.
  public let head: Head
  /// Samples that count: those seen less the ignored ones.
  public internal(set) var samples = 0
  /// Samples whose label the loss leaves out.
  public internal(set) var ignored = 0
  /// Samples, of those that count, whose prediction holds NaN. Where there are classes, such a prediction is wrong.
  public internal(set) var unpredicted = 0
  /// The numerators and denominators of the loss, added up.
  public internal(set) var lossParts = LossParts(numerator: 0, denominator: 0)
  /// The sum of the weights of the samples that count.
  var weight = 0.0
  /// The weight of those whose every answer is right.
  var correct = 0.0
  /// The weight of those whose class is among the `topCount` highest scores.
  var correctAmongTop = 0.0
  /// Whether some target of several yes-or-no answers is neither 0 nor 1.
  var hasSoftLabels = false
  /// For each target element the sum of squared residuals; and of the differences from the first sample's value and of
  /// their squares.
  var squaredResiduals: [Double] = []
  var firstTargets: [Double] = []
  var targetSums: [Double] = []
  var targetSquares: [Double] = []
  /// What was predicted of which class; nil unless details are gathered.
  var confusion: ConfusionCounts?
  /// All predictions; nil unless they are kept.
  var kept: KeptPredictions?
  /// For each class against the rest, or label, what its ranking gives, once it is asked for all of them.
  var rankingScores: [(area: Double?, averagePrecision: Double?)]?
  let topCount: Int
  /// How training has scaled each target element, which is undone before predictions are compared; nil if it has not.
  private let scales: [NumberEncoding]?

  init(
    _ head: Head, topCount: Int, detail: Evaluation.Detail, samples expected: Int, scales: [NumberEncoding]? = nil
  ) {
    self.head = head
    if case .values(let count) = head.task, scales?.count == count { self.scales = scales } else { self.scales = nil }
    self.topCount = topCount
    if case .values(let count) = head.task {
      squaredResiduals = [Double](repeating: 0, count: count)
      firstTargets = squaredResiduals
      targetSums = squaredResiduals
      targetSquares = squaredResiduals
    }
    guard detail == .predictions, head.task != .none else { return }
    if head.isAboutClasses, head.classCount <= ConfusionCounts.mostClasses {
      confusion = ConfusionCounts(classes: head.classCount)
    }
    kept = KeptPredictions(head, samples: Count.product(expected, head.rows))
  }

  /// Adds the loss of the batch that the net has just run forward.
  ///
  /// - Parameter share: the weight of this view's loss in the mean over the views.
  mutating func addLoss<S: Scalar>(_ network: Network<S>, share: Double) {
    guard let node = head.node else { return }
    addLoss(network.lossParts(node), share: share)
  }

  /// Adds the loss of a batch.
  ///
  /// - Parameter share: the weight of this view's loss in the mean over the views.
  mutating func addLoss(_ parts: LossParts, share: Double) {
    lossParts.numerator += share * parts.numerator
    lossParts.denominator = head.sumsLoss ? 1 : lossParts.denominator + share * parts.denominator
  }

  /// Compares predictions with the targets of the batch that the net has just run forward.
  mutating func addPredictions<S: Scalar>(_ network: Network<S>, _ prediction: Buffer<S>) {
    guard let position = head.targetPosition else {
      samples += network.batch
      guard let weights = network.weights else { return weight += Double(network.batch) }
      for sample in 0..<network.batch { weight += Double(weights[sample]) }
      return
    }
    // One fast look at the whole batch spares those at each sample.
    let mayHoldNaN = !S.isFinite(prediction, workers: network.workers)
    let target = network.targetBuffer(position)
    guard let node = head.node, let lengths = network.lengths(of: .init(.node(node))) else {
      return add(
        network.batch * head.rows, prediction, target, network.weights, rowsOfWeight: head.rows, mayHoldNaN: mayHoldNaN)
    }
    // Steps beyond a sample's length have nothing to be compared.
    let targetWidth = target.count / max(1, network.batch * head.rows)
    for sample in 0..<network.batch {
      let (start, count) = (sample * head.rows, Int(lengths[sample]))
      add(
        count, prediction.slice(from: start * head.width, count: count * head.width),
        target.slice(from: start * targetWidth, count: count * targetWidth),
        network.weights?.slice(from: sample, count: 1), rowsOfWeight: max(1, count), mayHoldNaN: mayHoldNaN)
    }
  }

  /// Adds samples.
  ///
  /// - Parameters:
  ///   - count: how many there are.
  ///   - prediction: count x the head's width.
  ///   - target: count labels, or count x the head's width.
  ///   - weights: the weights of the samples; nil for 1.
  ///   - rowsOfWeight: how many rows one after the other each weight is for.
  ///   - mayHoldNaN: whether predictions are looked through for NaN.
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func add<S: Scalar>(
    _ count: Int, _ prediction: Buffer<S>, _ target: Buffer<S>, _ weights: Buffer<S>?,
    rowsOfWeight: Int = 1, mayHoldNaN: Bool
  ) {
    let width = head.width
    for row in 0..<count {
      let sampleWeight = weights.map { Double($0[row / rowsOfWeight]) } ?? 1
      if !head.isDistribution, let label = head.ignoredLabel, target[row] == S(label) {
        ignored += 1
        kept?.skip()
        continue
      }
      samples += 1
      weight += sampleWeight
      let scores = prediction.slice(from: row * width, count: width)
      let hasNaN = mayHoldNaN && Self.hasNaN(scores)
      if hasNaN { unpredicted += 1 }
      switch head.task {
      case .classes: addClass(scores, target, row, sampleWeight, hasNaN)
      case .binary: addAnswer(scores[0], target[row], sampleWeight, hasNaN)
      case .labels: addLabels(scores, target.slice(from: row * width, count: width), sampleWeight, hasNaN)
      case .values: addValues(scores, target.slice(from: row * width, count: width), sampleWeight)
      case .none: break
      }
      kept?.add(scores, target, row, sampleWeight, scales)
    }
  }

  @inline(__always)
  private mutating func addClass<S: Scalar>(
    _ scores: Buffer<S>, _ target: Buffer<S>, _ row: Int, _ sampleWeight: Double, _ hasNaN: Bool
  ) {
    let count = scores.count
    let right =
      head.isDistribution ? Self.argmax(target.slice(from: row * count, count: count)) : Int(target[row])
    guard right >= 0, right < count else { return }
    guard !hasNaN else {
      confusion?.add(right, predicted: nil, sampleWeight)
      return
    }
    let best = Self.argmax(scores)
    if best == right { correct += sampleWeight }
    if topCount > 0 {
      var higher = 0
      for j in 0..<count where scores[j] > scores[right] || (scores[j] == scores[right] && j < right) { higher += 1 }
      if higher < topCount { correctAmongTop += sampleWeight }
    }
    confusion?.add(right, predicted: best, sampleWeight)
  }

  @inline(__always)
  private mutating func addAnswer<S: Scalar>(_ score: S, _ target: S, _ sampleWeight: Double, _ hasNaN: Bool) {
    let right = target >= 0.5 ? 1 : 0
    guard !hasNaN else {
      confusion?.add(right, predicted: nil, sampleWeight)
      return
    }
    let said = score >= 0.5 ? 1 : 0
    if said == right { correct += sampleWeight }
    confusion?.add(right, predicted: said, sampleWeight)
  }

  @inline(__always)
  private mutating func addLabels<S: Scalar>(
    _ scores: Buffer<S>, _ target: Buffer<S>, _ sampleWeight: Double, _ hasNaN: Bool
  ) {
    var isRight = !hasNaN
    for j in 0..<scores.count {
      if target[j] != 0, target[j] != 1 { hasSoftLabels = true }
      if (scores[j] >= 0.5) != (target[j] >= 0.5) { isRight = false }
    }
    if isRight { correct += sampleWeight }
  }

  @inline(__always)
  private mutating func addValues<S: Scalar>(_ scores: Buffer<S>, _ target: Buffer<S>, _ sampleWeight: Double) {
    for j in 0..<scores.count {
      let right = scales?[j].decode(Double(target[j])) ?? Double(target[j])
      let residual = (scales?[j].decode(Double(scores[j])) ?? Double(scores[j])) - right
      squaredResiduals[j] += sampleWeight * residual * residual
      if samples == 1 { firstTargets[j] = right }
      let shifted = right - firstTargets[j]
      targetSums[j] += sampleWeight * shifted
      targetSquares[j] += sampleWeight * shifted * shifted
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
