import NNCore
import NNData
import NNKernels

/// Predicts after each step of a sequence, while its steps come in: what the net knows of earlier steps stays with the
/// predictor.
///
/// A prediction has the bits that the whole sequence up to this step gets: of a net with a prediction at each step those of
/// the last one, of a net with one prediction that one. One thread at a time may use a predictor; sequences that come in at
/// the same time need one each.
public final class StepPredictor<S: Scalar> {
  /// The net that reads a single step.
  public let plan: NetworkPlan
  private let predictor: Predictor<S>
  private let answers: AnswerDecoding?
  private let tables: [AffineTable<S>]
  private let prepared: [Storage<S>]
  private let buffers: [Buffer<S>]
  private let lengths: [Buffer<Int32>?]
  /// The state before the first step.
  private let beginning: [S]

  /// Scalars of a step, for each free input of the net in their order.
  public var inputCounts: [Int] { predictor.inputCounts }
  /// Scalars of a prediction.
  public var outputCount: Int { predictor.outputCount }

  /// A predictor for a net that was trained on whole sequences.
  ///
  /// - Parameters:
  ///   - trained: the net as it was trained.
  ///   - parameters: laid out as the plan says.
  ///   - state: the arrays that layers update in training, laid out as the plan says.
  ///   - preprocessing: of each free input, for whole sequences; none unless given.
  /// - Throws: a `DiagnosticError` that names the layer, or input, that cannot be read step by step.
  public convenience init(
    _ trained: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>, preprocessing: [AffinePreprocessing] = [],
    workers: WorkerPool
  ) throws {
    try self.init(
      trained, parameters: parameters, state: state, preprocessing: preprocessing, answers: nil, workers: workers)
  }

  init(
    _ trained: NetworkPlan, parameters: Buffer<S>, state: Buffer<S>, preprocessing: [AffinePreprocessing],
    answers: AnswerDecoding?, workers: WorkerPool
  ) throws {
    let stepped = try SteppedPlan(trained)
    let plan = stepped.plan
    self.plan = plan
    let own = Storage<S>(count: plan.parameterSpan)
    let ownState = Storage<S>(count: plan.stateSpan)
    for (node, origin) in stepped.origins.enumerated() {
      for (to, from) in zip(plan.parametersOfNode[node], trained.parametersOfNode[origin]) {
        own.buffer.slice(plan.parameters[to].range).copy(from: parameters.slice(trained.parameters[from].range))
      }
      for (to, from) in zip(plan.statesOfNode[node], trained.statesOfNode[origin]) {
        ownState.buffer.slice(plan.states[to].range).copy(from: state.slice(trained.states[from].range))
      }
    }
    predictor = try withExtendedLifetime((own, ownState)) {
      try Predictor(plan, parameters: own.buffer, state: ownState.buffer, batch: 1, workers: workers)
    }
    self.answers = answers
    tables = try trained.definition.freeInputs.enumerated().map { place, index in
      let input = trained.definition.inputs[index]
      let affine = place < preprocessing.count ? preprocessing[place] : .identity
      let width = input.shape.elementCount / input.shape[0]
      guard let step = affine.ofStep(width) else {
        throw DiagnosticError(
          code: "no-steps",
          "the preprocessing of '\(input.name)' changes each step in another way, so that a single step "
            + "cannot be prepared", place: input.place)
      }
      return AffineTable(step, width: width)
    }
    prepared = predictor.inputCounts.map { Storage(count: $0) }
    buffers = prepared.map(\.buffer)
    lengths = buffers.map { _ in nil }
    beginning = predictor.state.array
  }

  /// Reads the next step and predicts, taking no memory after the first call.
  ///
  /// - Parameters:
  ///   - inputs: a step of each free input of the net, the numbers as they come.
  ///   - output: room for `outputCount` scalars.
  public func step(_ inputs: [Buffer<S>], into output: Buffer<S>) {
    for index in tables.indices {
      let width = inputCounts[index]
      tables[index].apply(to: inputs[index].slice(from: 0, count: width), width: width, into: buffers[index])
    }
    predictor.predict(buffers, lengths: lengths, count: 1, into: output)
    answers?.decode(output)
  }

  /// Forgets all steps: the next one begins a sequence.
  public func reset() {
    for (index, value) in beginning.enumerated() { predictor.state[index] = value }
  }
}

extension SavedModel {
  /// A predictor for sequences whose steps come in one by one, which prepares numbers as in training.
  ///
  /// - Throws: a `DiagnosticError` that names the layer, or input, that cannot be read step by step.
  public func stepPredictor<S: Scalar>(_ type: S.Type, workers: WorkerPool) throws -> StepPredictor<S> {
    let (parameters, state) = try arrays(type)
    return try withExtendedLifetime((parameters, state)) {
      try StepPredictor(
        plan, parameters: parameters.buffer, state: state.buffer, preprocessing: preprocessing, answers: answers,
        workers: workers)
    }
  }
}

extension SavedModel {
  /// What a predictor of single steps predicts.
  package func head<S>(of predictor: StepPredictor<S>) -> PredictionHead {
    PredictionHead(self, plan.prediction, stepped: predictor.plan)
  }
}

extension AffinePreprocessing {
  /// The map of a step of `width` elements, if it is that of all steps of a sequence; nil if steps differ.
  fileprivate func ofStep(_ width: Int) -> AffinePreprocessing? {
    func ofStep(_ values: [Double]) -> [Double]? {
      if values.count <= 1 { return values }
      let first = Array(values.prefix(width))
      let isSame = values.indices.allSatisfy { values[$0] == first[$0 % width] }
      return isSame ? first : nil
    }
    guard let scales = ofStep(scales), let shifts = ofStep(shifts) else { return nil }
    return AffinePreprocessing(scales: scales, shifts: shifts)
  }
}
