import NNCore
import NNData
import NNKernels
import NNModel
import NNWeights

/// A file of weights, read and understood: the net, its preprocessing, the names of its classes.
public struct SavedModel: Sendable {
  /// What the model's text says of the net.
  public let description: ModelDescription
  /// The net, planned for the targets that it was trained on.
  public let plan: NetworkPlan
  /// The file.
  public let weights: WeightsFile
  /// What is done to the numbers first.
  public let preprocessing: AffinePreprocessing
  /// What becomes of picture files: the same as in training, or what suits the net's input.
  public let pictures: PictureForm?
  /// The ways in which a picture is looked at; nil for one.
  public let views: Views?
  /// The names of the classes.
  public let classNames: [String]?

  /// Reads a file that training wrote. Throws a `DiagnosticError`: it is missing, damaged, or of another program.
  ///
  /// - Parameter registry: the layers that the model may use; nothing else of it is needed.
  public init(path: String, registry: Registry) throws {
    weights = try WeightsFile(path: path)
    guard let text = weights.model else {
      throw DiagnosticError(
        code: "no-model", file: path, "the file holds numbers, but no model to run them with",
        remedy: "give it to a model: nnrun train MODEL.xml --weights \(path)")
    }
    description = try ModelLoader(registry: registry).load(text: text, file: "\(path)(model)", sections: .network)
    plan = try NetworkPlan(description.makeNetworkDefinition(), targets: weights.targets)
    if let text = weights.preprocessing {
      guard let preprocessing = AffinePreprocessing(encoded: text),
        plan.definition.inputs.first.map({ preprocessing.fits($0.shape.elementCount) }) ?? true
      else {
        throw DiagnosticError(code: "bad-preprocessing", file: path, "the preprocessing in the file cannot be read")
      }
      self.preprocessing = preprocessing
    } else {
      preprocessing = .identity
    }
    pictures =
      weights.pictures.flatMap { PictureForm(encoded: $0) }
      ?? plan.definition.inputs.first.flatMap { PictureForm($0.shape) }
    views = description.views.flatMap { Views($0.shape, mirrored: $0.mirrored, shift: $0.shift) }
    classNames = weights.classes
  }

  /// The parameters and state, laid out as the plan says.
  public func arrays<S: Scalar>(_ type: S.Type) throws -> (parameters: Storage<S>, state: Storage<S>) {
    let parameters = Storage<S>(count: plan.parameterSpan)
    let state = Storage<S>(count: plan.stateSpan)
    try weights.tensors.load(plan, parameters: parameters.buffer, state: state.buffer)
    return (parameters, state)
  }

  /// A predictor for batches of up to `batch` samples.
  public func predictor<S: Scalar>(_ type: S.Type, batch: Int = 64, workers: WorkerPool) throws -> Predictor<S> {
    let (parameters, state) = try arrays(type)
    return try withExtendedLifetime((parameters, state)) {
      try Predictor(plan, parameters: parameters.buffer, state: state.buffer, batch: batch, workers: workers)
    }
  }

  /// Predicts a whole set of samples: the mean over all views, if the model looks at pictures in several ways.
  ///
  /// - Returns: the predictions, one sample after the other.
  public func predict<S: Scalar>(_ type: S.Type, _ samples: Dataset, workers: WorkerPool) throws -> [S] {
    guard let input = samples.inputs.first, let wanted = plan.definition.inputs.first,
      input.width == wanted.shape.elementCount
    else {
      let found = samples.inputs.first.map { "\($0.form.shape) (\($0.width) elements)" } ?? "nothing"
      let needed = plan.definition.inputs.first.map { "\($0.shape) (\($0.shape.elementCount) elements)" } ?? "nothing"
      throw DiagnosticError(
        code: "shape-mismatch", "a sample has \(found), but the model reads \(needed)",
        remedy: samples.inputs.first.map(\.width) == plan.definition.inputs.first.map { $0.shape.elementCount + 1 }
          ? "if one column is the label, say which: --label last" : nil)
    }
    let batch = min(256, samples.count)
    let predictor = try predictor(type, batch: batch, workers: workers)
    let feed = BatchFeed<S>(
      samples, batch: batch, preprocessing: preprocessing, seed: 0, shuffles: false,
      batches: (samples.count + batch - 1) / batch, workers: workers)
    let width = predictor.outputCount
    let outputs = Storage<S>(count: samples.count * width)
    let shown = Storage<S>(count: views == nil ? 0 : batch * input.width)
    let seen = Storage<S>(count: views == nil ? 0 : batch * width)
    var done = 0
    while done < samples.count {
      let count = feed.next()
      let output = outputs.buffer.slice(from: done * width, count: count * width)
      if let views {
        for index in 0..<views.count {
          views.show(index, of: feed.input(0), count: count, into: shown.buffer, workers: workers)
          predictor.predict([shown.buffer], count: count, into: seen.buffer)
          views.addShare(of: seen.buffer.slice(from: 0, count: count * width), to: output)
        }
      } else {
        predictor.predict([feed.input(0)], count: count, into: output)
      }
      done += count
    }
    return withExtendedLifetime((shown, seen)) { outputs.array }
  }
}
