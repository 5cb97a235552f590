import NNCore
import NNData
import NNText

/// What a saved model predicts: the output of a loss, or of another layer.
public struct PredictionHead: Sendable {
  /// The layer's name.
  public let name: String
  /// What the numbers of a prediction mean.
  public let meaning: LayerFacts.Prediction
  /// The shape of one prediction.
  public let shape: Shape
  /// The names of the classes.
  public let classNames: [String]?
  /// The value of the net.
  let value: NetworkDefinition.Value
  /// The numbers of a prediction that belong together: all of them, or those of a step.
  let unit: Int
  /// The names of the numbers, where a table names its right answers.
  let answerNames: [String]?
  /// Brings predictions of numbers back to the size that the table has; nil if they have it.
  let answers: AnswerDecoding?
  /// The plan of the net that predicts this alone.
  private let plan: NetworkPlan

  /// The head at a value of a model's net.
  ///
  /// - Parameter stepped: the net that reads one step at a time, whose prediction the head is then.
  init(_ model: SavedModel, _ value: NetworkDefinition.Value, stepped: NetworkPlan? = nil) {
    let isFirst = stepped != nil || value == model.plan.prediction
    let value = stepped?.prediction ?? value
    let plan = stepped ?? model.plan.predicting(value)
    let (meaning, shape, unit) = (plan.predictionMeaning, plan.shape(of: value), plan.predictionUnit)
    (self.plan, self.value, self.meaning, self.shape, self.unit) = (plan, value, meaning, shape, unit)
    name = plan.definition.name(of: value)
    let count = meaning == .binaryProbabilities || meaning == .values ? 2 : unit
    classNames = model.classNames.flatMap { isFirst || meaning != .values && $0.count == count ? $0 : nil }
    // What a table asks for is what losses compare.
    let isAnswer = isFirst || model.plan.lossNodes.contains { value == .init(.node($0)) }
    let table = isAnswer ? model.record.source?.table : nil
    answerNames = table?.answerNames.flatMap { $0.count == unit ? $0 : nil }
    answers =
      meaning == .values
      ? table?.answerScales.flatMap { $0.count == unit ? AnswerDecoding(scales: $0) : nil }
      : nil
  }

  /// For each sample of a set the steps of its prediction; nil unless predictions are sequences whose length varies.
  ///
  /// - Throws: a `DiagnosticError` if the set does not fit the net.
  public func lengths(_ samples: Dataset) throws -> [Int]? {
    guard let length = plan.length(of: value), let place = plan.definition.freeInputs.firstIndex(of: length.input),
      let lengths = try InputBinding(plan).bind(samples, for: .predicting).inputs[place].lengths
    else { return nil }
    return samples.rows.map { length.steps(Int(lengths[Int($0)])) }
  }

  /// Scalars of a prediction.
  var width: Int { shape.elementCount }
  /// Whether each step of a sequence has a class, or numbers, of its own.
  var isPerStep: Bool { unit < width && !isLabels }
  /// Whether labels are read off a sequence of steps.
  var isLabels: Bool { if case .labels = meaning { true } else { false } }
  /// Whether classes that exclude one another are told apart.
  var isAboutClasses: Bool {
    meaning == .probabilities || meaning == .scores || (meaning == .binaryProbabilities && width == 1)
  }
  /// Whether predictions are about two classes, so that a threshold makes sense.
  public var isBinary: Bool { isAboutClasses && meaning != .scores && unit <= 2 }
  /// What the number that speaks for a class is called.
  var supportTitle: String { meaning == .scores ? "score" : "probability" }

  /// The name of a class; its number if it has none.
  func name(ofClass index: Int) -> String {
    classNames.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? String(index)
  }

  /// The labels that are read off the steps of a sequence by the best path: the most probable one of each step, repeated ones
  /// once, without blanks.
  func labels<S: BinaryFloatingPoint>(_ steps: [ArraySlice<S>]) -> [String] {
    guard case .labels(let blank) = meaning else { return [] }
    var labels: [String] = []
    var before = blank
    for step in steps {
      // Of equal probabilities the first one counts.
      let best = step.indices.reduce(step.startIndex) { step[$1] > step[$0] ? $1 : $0 } - step.startIndex
      if best != before, best != blank { labels.append(name(ofClass: best)) }
      before = best
    }
    return labels
  }

  /// The class that a prediction names, and what speaks for it; nil when it is not about classes. A prediction that
  /// holds NaN names none.
  ///
  /// - Parameter threshold: the probability from which on the second of two classes is named.
  func verdict(_ values: ArraySlice<Double>, threshold: Double) -> (name: String?, support: Double)? {
    guard isAboutClasses else { return nil }
    if values.contains(where: \.isNaN) { return (nil, .nan) }
    guard let first = values.first, let last = values.last else { return nil }
    if meaning == .binaryProbabilities {
      return first >= threshold ? (name(ofClass: 1), first) : (name(ofClass: 0), 1 - first)
    }
    if isBinary, threshold != 0.5 {
      return last >= threshold ? (name(ofClass: 1), last) : (name(ofClass: 0), first)
    }
    // Of equal values the first one counts, as in evaluation.
    var best = values.startIndex
    for index in values.indices where values[index] > values[best] { best = index }
    return (name(ofClass: best - values.startIndex), values[best])
  }
}
