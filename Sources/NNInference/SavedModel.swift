import NNCore
import NNData
import NNKernels
import NNModel
import NNText
import NNWeights

/// A file of weights, read and understood: the net, its preprocessing, the names of its classes.
public struct SavedModel: Sendable {
  /// What the model's text says of the net.
  public let description: ModelDescription
  /// The net, planned for the targets that it was trained on.
  public let plan: NetworkPlan
  /// The file.
  public let weights: WeightsFile
  /// What the training was told and has learned of its data.
  public let record: DataRecord
  /// What is done to the numbers of each free input first.
  public let preprocessing: [AffinePreprocessing]
  /// What becomes of picture files: the same as in training, or what suits the first free input that reads pictures.
  public let pictures: PictureForm?
  /// The ways in which a picture is looked at; nil for one.
  public let views: TestTimeAugmentation?
  /// The names of the classes.
  public var classNames: [String]? { record.classes }

  /// Reads a file that training wrote. Throws a `DiagnosticError`: it is missing, damaged, or of another program.
  ///
  /// - Parameter registry: the layers that the model may use; nothing else of it is needed.
  public init(path: String, registry: Registry) throws {
    try self.init(WeightsFile(path: path), path: path, registry: registry)
  }

  /// Understands a file that was read from `path`.
  package init(_ weights: WeightsFile, path: String, registry: Registry) throws {
    self.weights = weights
    guard let text = weights.model else {
      throw DiagnosticError(
        code: "no-model", file: path, "the file holds numbers, but no model to run them with")
    }
    let stored = try weights.record().map { try DataRecord(record: $0, file: path) }
    try registry.requirePlugins(stored?.plugins ?? [], file: path)
    let table = stored?.source?.table
    description = try ModelLoader(registry: registry).load(text: text, file: "\(path)(model)", sections: .network)
      .resolved(
        columns: table?.features?.shapes(steps: stored?.source?.steps) ?? [:], entries: table?.features?.entries ?? [:])
    let definition = try description.makeNetworkDefinition()
    let free = definition.freeInputs.map { definition.inputs[$0] }
    record =
      try stored
      ?? DataRecord(entries: weights.tensors.metadata, firstInput: definition.inputs.first?.name, file: path)
    plan = try NetworkPlan(definition, targets: record.targets)
    preprocessing = try record.preprocessing(for: definition, file: path)
    pictures = record.pictures ?? free.lazy.compactMap { PictureForm($0.shape) }.first
    views = description.views.flatMap { TestTimeAugmentation($0.shape, mirrored: $0.mirrored, shift: $0.shift) }
    try checkRecord(free)
  }

  /// Holds the record against the net. Throws a `DiagnosticError` for what does not belong together.
  private func checkRecord(_ free: [NetworkDefinition.Input]) throws {
    for (input, affine) in zip(free, preprocessing) where input.entries != nil && affine != .identity {
      throw DiagnosticError(
        code: "bad-record", file: weights.tensors.file,
        "the record changes the numbers of '\(input.name)', which are indices")
    }
    let classes: Int
    switch plan.predictionMeaning {
    case .probabilities, .scores, .labels: classes = plan.predictionUnit
    case .binaryProbabilities, .values: classes = 2
    }
    if let names = record.classes, plan.predictionMeaning != .values, names.count != classes {
      throw DiagnosticError(
        code: "bad-record", file: weights.tensors.file,
        "the record names \(names.count) classes, but the net tells \(classes) apart")
    }
    if let pictures = record.pictures, !free.contains(where: { $0.shape.elementCount == pictures.shape.elementCount }) {
      throw DiagnosticError(
        code: "bad-record", file: weights.tensors.file,
        "the record makes pictures of \(pictures.shape), which no input of the net reads")
    }
  }

  /// The parameters and state, laid out as the plan says.
  ///
  /// - Throws: a `DiagnosticError` for arrays that are missing, have another shape, or hold numbers that are not finite.
  public func arrays<S: Scalar>(_ type: S.Type) throws -> (parameters: Storage<S>, state: Storage<S>) {
    let parameters = Storage<S>(count: plan.parameterSpan)
    let state = Storage<S>(count: plan.stateSpan)
    try weights.tensors.load(plan, parameters: parameters.buffer, state: state.buffer)
    let named =
      plan.parameters.map { ($0.name, parameters.buffer.slice($0.range)) }
      + plan.states.map { ($0.name, state.buffer.slice($0.range)) }
    let workers = WorkerPool(threads: 1)
    for (name, values) in named where !S.isFinite(values, workers: workers) {
      throw DiagnosticError(
        code: "not-finite", file: weights.tensors.file, "the array '\(name)' holds numbers that are not finite",
        remedy: "take weights from before they became so")
    }
    return (parameters, state)
  }

  /// A predictor for batches of up to `batch` samples, which takes numbers as they come: it prepares them as in training
  /// and takes the mean over all views.
  public func predictor<S: Scalar>(_ type: S.Type, batch: Int = 64, workers: WorkerPool) throws -> SavedPredictor<S> {
    try SavedPredictor(self, batch: batch, workers: workers)
  }

  /// What the model predicts: the output of each loss, or of the last layer.
  public var heads: [PredictionHead] {
    plan.lossNodes.isEmpty
      ? [PredictionHead(self, plan.prediction)] : plan.lossNodes.map { PredictionHead(self, .init(.node($0))) }
  }

  /// The output of a layer as a head. Throws a `DiagnosticError` (usage) if the net has no layer of that name.
  public func head(ofLayer name: String) throws(DiagnosticError) -> PredictionHead {
    let names = plan.definition.nodes.map(\.name)
    guard let value = plan.definition.value(named: name), case .node = value.origin else {
      let near = nearestName(to: name, among: names)
      throw DiagnosticError(
        .usage, code: "unknown-layer", file: weights.tensors.file, "the net has no layer '\(name.shortened)'",
        remedy: near.map { "did you mean '\($0)'?" } ?? "it has \(names.joined(separator: ", ").shortened)")
    }
    return PredictionHead(self, value)
  }

  /// A predictor for numbers that are prepared already, of one or several heads in one pass.
  func engine<S: Scalar>(
    _ type: S.Type, _ heads: [PredictionHead] = [], batch: Int, workers: WorkerPool
  ) throws -> Predictor<S> {
    let (parameters, state) = try arrays(type)
    let predicting = heads.first.map { plan.predicting($0.value) } ?? plan
    return try withExtendedLifetime((parameters, state)) {
      try Predictor(
        predicting, and: heads.dropFirst().map(\.value), parameters: parameters.buffer, state: state.buffer,
        batch: batch, workers: workers)
    }
  }

  /// Predicts a whole set of samples: the mean over all views, if the model looks at pictures in several ways.
  ///
  /// - Parameter head: what is predicted; the first of `heads` unless given.
  /// - Returns: the predictions, one sample after the other.
  /// - Throws: a `DiagnosticError` if the set does not fit the net.
  public func predict<S: Scalar>(
    _ type: S.Type, _ samples: Dataset, head: PredictionHead? = nil, workers: WorkerPool
  ) throws -> [S] {
    try predict(type, samples, heads: [head ?? heads[0]], workers: workers)[0]
  }

  /// The same for several heads, in one pass of the net.
  ///
  /// - Parameter heads: what is predicted: the output of one layer, or those of several losses.
  /// - Returns: for each head its predictions.
  public func predict<S: Scalar>(
    _ type: S.Type, _ samples: Dataset, heads: [PredictionHead], workers: WorkerPool
  ) throws -> [[S]] {
    try SetPredictor<S>(self, heads: heads, batch: max(1, min(256, samples.count)), workers: workers).predict(samples)
  }

  /// Brings predictions of numbers back to the size that the table has; nil if they have it.
  var answers: AnswerDecoding? { heads[0].answers }
}
