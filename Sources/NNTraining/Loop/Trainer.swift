import NNCollectives
import NNCore
import NNData
import NNKernels

/// Trains a net: batches in, steps out, until the run's length, a stopping rule, an interruption or a loss that is no
/// longer finite ends it.
///
/// A run is a function of the seed and the data: interrupted and resumed, it gives the same bits as uninterrupted, on
/// any number of threads. No memory is allocated between steps.
public final class Trainer<S: Scalar> {
  /// The net in training.
  public let network: Network<S>
  /// The settings of the training.
  public let settings: TrainingSettings
  /// The training set.
  public let trainingSet: Dataset
  /// The validation set.
  public let validationSet: Dataset?
  /// The preprocessing of each free input.
  public let preprocessing: [AffinePreprocessing]
  /// The augmentations of the training set.
  public let augmentations: Augmentations?
  /// The observer of the run.
  public weak var observer: (any TrainingObserver)?
  /// Called between steps when a checkpoint is due; see `checkpointInterval`.
  public var onCheckpoint: ((Trainer<S>) throws -> Void)?
  /// Called after every epoch.
  public var onEpoch: ((TrainingRecord) throws -> Void)?
  /// Seconds between checkpoints, besides the one at the end. Writing them takes at most a twentieth of the time.
  public var checkpointInterval = 5.0

  /// The processes that train together; nil for this one alone.
  package let collectives: (any Collectives)?
  /// When batches are gathered ahead of their steps.
  package var prefetching = Prefetching.whenItPays

  let update: ParameterUpdate<S>
  var state = TrainingState()
  private var running: Evaluation
  /// The step on shards; nil where whole batches go through the net.
  private let sharded: ShardedStep<S>?
  /// The parameters and layer state of the best epoch so far.
  let bestParameters: Storage<S>
  let bestState: Storage<S>
  private let stepsPerEpoch: Int
  /// The evaluation of an epoch before its first step.
  private let blank: Evaluation

  /// A trainer at the beginning of a run. The net's parameters are as they are: initialize or load them first.
  ///
  /// - Throws: a `DiagnosticError` if a set does not fit the net.
  public convenience init(
    _ network: Network<S>, settings: TrainingSettings, trainingSet: Dataset, validationSet: Dataset? = nil,
    preprocessing: [AffinePreprocessing] = [], augmentations: Augmentations? = nil
  ) throws {
    try self.init(
      network, settings: settings, trainingSet: trainingSet, validationSet: validationSet, preprocessing: preprocessing,
      augmentations: augmentations, collectives: nil)
  }

  /// The same on several processes, whose number divides that of the shards.
  package init(
    _ network: Network<S>, settings: TrainingSettings, trainingSet: Dataset, validationSet: Dataset?,
    preprocessing: [AffinePreprocessing], augmentations: Augmentations?, collectives: (any Collectives)?
  ) throws {
    let binding = InputBinding(network.plan)
    self.augmentations = augmentations
    self.network = network
    self.settings = settings
    self.collectives = collectives
    self.trainingSet = try binding.bind(trainingSet, for: .training)
    self.validationSet = try validationSet.map { try binding.bind($0, for: .judging) }
    self.preprocessing = preprocessing
    update = ParameterUpdate(network, settings.optimizer)
    // What the metric that decides needs is gathered in training only if no validation set has it.
    let detail = validationSet == nil ? settings.stopping?.metric?.detail ?? .sums : .sums
    blank = Evaluation(network.plan, detail: detail, answerScales: trainingSet.answerScales)
    running = blank
    network.seed = settings.seed
    sharded =
      settings.shards > 1
      ? ShardedStep(
        network, self.trainingSet, shards: settings.shards, blank: blank, collectives: collectives,
        rounds: settings.roundsGradients,
        overlaps: collectives?.isOverNetwork ?? false) : nil
    bestParameters = Storage(count: network.parameters.count)
    bestState = Storage(count: network.state.count)
    stepsPerEpoch = max(1, (trainingSet.count + settings.batch - 1) / settings.batch)
    keepCurrentAsBest()
  }

  /// Whether a state can be that of this run: its place must lie within the epochs and batches that there are.
  func canContinue(_ state: TrainingState) -> Bool {
    let (before, overflow) = state.epoch.multipliedReportingOverflow(by: stepsPerEpoch)
    return !overflow && before <= Int.max - stepsPerEpoch && state.batchOfEpoch < stepsPerEpoch
      && state.steps <= before + state.batchOfEpoch
  }

  /// Steps in the whole run.
  public var totalSteps: Int { settings.totalSteps(stepsPerEpoch: stepsPerEpoch) }
  /// Steps done.
  public var steps: Int { state.steps }
  /// The finished epochs.
  public var records: [TrainingRecord] { state.records }
  /// The epoch whose parameters are kept as the best.
  public var bestEpoch: Int { state.bestEpoch }
  /// Seconds spent in training, those before an interruption included.
  public var seconds: Double { state.seconds }

  /// The metric that selects the best epoch: the stopping rule's, else accuracy where there is one, else the loss.
  public var decidingMetric: Metric {
    if let metric = settings.stopping?.metric { return metric }
    return running.isAboutClasses ? .accuracy : .loss
  }

  /// What is shown of an epoch besides its loss.
  private var shownMetric: Metric? { Metric.all.first { $0.isCurve && $0 != .loss && $0.measures(running.main.head) } }

  /// What is gathered of the epoch at hand.
  private var scores: Evaluation { sharded?.mergedScores ?? running }

  /// The parts of what is gathered of the epoch, for a checkpoint: one for each shard.
  var scoreParts: [Evaluation] {
    get { sharded?.scores ?? [running] }
    set { if let sharded { sharded.scores = newValue } else { running = newValue[0] } }
  }

  /// Trains until the run ends.
  ///
  /// - Parameter isInterrupted: asked after every step; true ends the run there.
  public func run(isInterrupted: () -> Bool = { false }) throws -> TrainingOutcome {
    var feeding = FeedSettings(
      batch: settings.batch, shuffleSeed: settings.shuffles ? settings.seed : nil, preprocessing: preprocessing,
      augmentations: augmentations, targetForms: network.plan.targets)
    feeding.prefetching = prefetching
    let feed = BatchFeed<S>(
      trainingSet, feeding, epoch: state.epoch, batchOfEpoch: state.batchOfEpoch, batches: totalSteps - state.steps,
      workers: network.workers)
    let bindings = FeedBindings(network, trainingSet)
    var clock = monotonicSeconds()
    var lastCheckpoint = clock
    var interval = checkpointInterval
    while state.steps < totalSteps, !state.hasStopped {
      var signals = StepSignals()
      if collectives != nil {
        signals.isInterrupted = isInterrupted()
        signals.isCheckpointDue = isFirst && clock - lastCheckpoint > interval
      }
      if let divergence = try step(feed, bindings, &signals) { return .diverged(divergence) }
      if collectives == nil { signals.isInterrupted = isInterrupted() }
      let time = monotonicSeconds()
      state.seconds += time - clock
      state.secondsOfEpoch += time - clock
      clock = time
      report()
      if state.batchOfEpoch == stepsPerEpoch || state.steps == totalSteps {
        if let divergence = try finishEpoch() { return .diverged(divergence) }
        let finished = monotonicSeconds()
        state.seconds += finished - clock
        clock = finished
      }
      if signals.isInterrupted, state.steps < totalSteps, !state.hasStopped {
        try writeCheckpoint()
        return .interrupted
      }
      if collectives == nil { signals.isCheckpointDue = clock - lastCheckpoint > interval }
      if signals.isCheckpointDue {
        try writeCheckpoint()
        lastCheckpoint = monotonicSeconds()
        interval = max(checkpointInterval, 20 * (lastCheckpoint - clock))
        clock = lastCheckpoint
      }
    }
    try writeCheckpoint()
    if decidesBetweenEpochs, state.best == nil { return .unjudged(decidingMetric) }
    if state.hasStopped, let rule = settings.stopping { return .stopped(rule) }
    return .finished
  }

  /// Whether this is the process that writes files and keeps the time.
  private var isFirst: Bool { collectives?.rank ?? 0 == 0 }

  private func writeCheckpoint() throws {
    try sharded?.exchangeScores()
    try onCheckpoint?(self)
  }

  /// One step on one batch; says where, if the loss is not finite. The parameters are then as before the step.
  ///
  /// - Parameter signals: what this process has to say to all; what some process says comes back.
  private func step(
    _ feed: BatchFeed<S>, _ bindings: FeedBindings, _ signals: inout StepSignals
  ) throws -> Divergence? {
    let count = feed.next()
    state.rate = settings.rate(steps: state.steps, stepsPerEpoch: stepsPerEpoch)
    if let sharded {
      if let shard = try sharded.run(feed, count: count, step: state.steps, signals: &signals) {
        return try lossDivergence(
          sharded.randomStep(state.steps, shard: shard), from: sharded.rank(ofShard: shard))
      }
    } else {
      bindings.bind(network, feed, count: count)
      network.forward(.training, step: UInt64(state.steps))
      guard network.loss.isFinite else { return try lossDivergence(UInt64(state.steps)) }
      running.add(network)
      network.backward()
    }
    state.steps += 1
    update.apply(step: state.steps, rate: state.rate, clipNorm: settings.clipNorm, clipValue: settings.clipValue)
    state.batchOfEpoch += 1
    return nil
  }

  /// Where the numbers of the step at hand, whose loss is not finite, stop being so.
  ///
  /// - Parameter rank: the process that has found it, which tells the others.
  private func lossDivergence(_ number: UInt64, from rank: Int = 0) throws -> Divergence {
    let inputs = network.plan.definition.inputs
    var input = inputs.indices.first { index in
      let read = network.inputBuffer(index).slice(from: 0, count: inputs[index].shape.elementCount * network.batch)
      return !S.isFinite(read, workers: network.workers)
    }
    var found = input == nil ? network.firstNonFinite(.training, step: number) : nil
    if let collectives {
      let own: [UInt64] = [
        UInt64(input.map { $0 + 1 } ?? 0), UInt64(found.map { $0.node + 1 } ?? 0), found?.isParameter ?? false ? 1 : 0,
      ]
      let told = try collectives.gather(own)[rank].map { Int(clamping: $0) }
      guard told.count == 3, told[0] <= inputs.count, told[1] <= network.plan.definition.nodes.count else {
        throw CollectiveFailure.broken(rank: rank, reason: "it sent a place that there is not")
      }
      input = told[0] == 0 ? nil : told[0] - 1
      found = told[1] == 0 ? nil : (told[1] - 1, told[2] == 1)
    }
    return Divergence(
      step: state.steps + 1, epoch: state.epoch + 1, isLoss: true, input: input.map { inputs[$0].name },
      layer: found.map { network.plan.definition.nodes[$0.node].name }, isParameter: found?.isParameter ?? false,
      rate: state.rate)
  }

  /// Whether what the last step made is not finite. Such parameters would make every later loss NaN, and as a result
  /// they would predict nothing.
  private func parameterDivergence() -> Divergence? {
    let (plan, workers) = (network.plan, network.workers)
    guard !S.isFinite(network.parameters, workers: workers) || !S.isFinite(network.state, workers: workers) else {
      return nil
    }
    let parameter = plan.parameters.first { !S.isFinite(network.parameters.slice($0.range), workers: workers) }
    let array = plan.states.first { !S.isFinite(network.state.slice($0.range), workers: workers) }
    return Divergence(
      step: state.steps, epoch: state.epoch + 1, isLoss: false,
      layer: (parameter?.node ?? array?.node).map { plan.definition.nodes[$0].name }, isParameter: true,
      rate: state.rate)
  }

  private func report() {
    guard let observer, observer.isWatching else { return }
    let running = sharded?.ownScores ?? running
    let seen = (running.samples + running.ignored) * (collectives?.size ?? 1)
    let speed = Double(seen) / max(1e-9, state.secondsOfEpoch)
    observer.stepped(
      TrainingProgress(
        epoch: state.epoch + 1, steps: state.steps, totalSteps: totalSteps, loss: running.loss,
        metric: shownMetric, value: shownMetric?.value(running), samplesPerSecond: speed,
        secondsLeft: state.seconds / Double(max(1, state.steps)) * Double(totalSteps - state.steps)))
  }

  /// Evaluates the epoch, keeps the parameters if they are the best so far, and asks the stopping rule. Says where, if
  /// the parameters are no longer finite; nothing of them is kept then.
  private func finishEpoch() throws -> Divergence? {
    if let divergence = parameterDivergence() { return divergence }
    let validation = try validationSet.map { try evaluate($0, detail: decidingMetric.detail) }
    try sharded?.exchangeScores()
    let running = scores
    var record = TrainingRecord(
      epoch: state.epoch + 1, steps: state.steps, rate: state.rate, training: .init(running, and: decidingMetric),
      validation: validation.map { .init($0, and: decidingMetric) }, seconds: state.secondsOfEpoch)
    if let sharded, collectives != nil {
      record.sharing = .init(waiting: sharded.waiting, communication: sharded.communication)
    }
    state.epoch += 1
    state.batchOfEpoch = 0
    state.secondsOfEpoch = 0
    if let sharded { sharded.beginEpoch(blank) } else { self.running = blank }
    state.records.append(record)
    judge(record)
    if let collectives {
      // A rule may look at the seconds, which differ between processes; the first one decides.
      state.hasStopped = try collectives.broadcast([state.hasStopped ? 1 : 0], from: 0) == [1]
    }
    try onEpoch?(record)
    observer?.finishedEpoch(record)
    return nil
  }

  /// Whether epochs are compared, so that the weights of the best one are kept rather than those of the last.
  ///
  /// Scores gathered while the parameters changed say too little to prefer an earlier epoch to the last one.
  private var decidesBetweenEpochs: Bool { validationSet != nil || settings.stopping != nil }

  private func judge(_ record: TrainingRecord) {
    guard decidesBetweenEpochs else {
      keepCurrentAsBest()
      state.bestEpoch = record.epoch
      return
    }
    let scores = record.validation ?? record.training
    let value = scores.value(decidingMetric, head: settings.stopping?.head).flatMap { $0.isFinite ? $0 : nil }
    if let value, isBest(value, loss: scores.loss) {
      keepCurrentAsBest()
      state.best = value
      state.bestLoss = scores.loss
      state.bestEpoch = record.epoch
    }
    if settings.stopping?.ends(after: record, memory: &state.stoppingMemory) ?? false { state.hasStopped = true }
  }

  /// Whether an epoch is the best one so far. Among those that are equal by a metric that comes in steps, such as
  /// accuracy, the loss decides, and among those that are equal by both the later one, which has seen more.
  private func isBest(_ value: Double, loss: Double) -> Bool {
    guard let best = state.best, value == best else {
      return state.best.map { decidingMetric.isBetter(value, than: $0) } ?? true
    }
    return loss <= state.bestLoss || state.bestLoss.isNaN
  }

  /// Evaluates the net on a whole set, in the order of its samples.
  ///
  /// - Throws: a `DiagnosticError` if the set does not fit the net.
  public func evaluate(
    _ samples: Dataset, views: TestTimeAugmentation? = nil, detail: Evaluation.Detail = .sums
  ) throws -> Evaluation {
    guard settings.shards == 1 else { return try evaluateInParts(samples, views: views, detail: detail) }
    return try NNTraining.evaluate(network, on: samples, preprocessing: preprocessing, views: views, detail: detail)
  }

  /// Keeps the current parameters as the best so far: those that a run begins with.
  public func keepCurrentAsBest() {
    bestParameters.buffer.copy(from: network.parameters)
    bestState.buffer.copy(from: network.state)
  }

  /// Puts the best parameters so far into the net.
  public func restoreBest() {
    network.parameters.copy(from: bestParameters.buffer)
    network.state.copy(from: bestState.buffer)
  }
}
