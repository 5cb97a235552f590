import NNCore
import NNData
import NNFiles
import NNKernels
import NNModel
import NNText

/// A model file with its data read: everything that a training or an evaluation needs.
public struct Experiment: Sendable {
  /// What the file says.
  public let description: ModelDescription
  /// The net, planned for the data's targets.
  public let plan: NetworkPlan
  /// The net as it is trained: where samples are mixed, its targets are mixtures. Otherwise the same.
  public let trainingPlan: NetworkPlan
  /// How it is trained.
  public let settings: TrainingSettings
  /// The training set.
  public let trainingSet: Dataset
  /// The validation set, which is evaluated after each epoch.
  public let validationSet: Dataset?
  /// The test set, on which the result is evaluated.
  public let testSet: Dataset?
  /// The preprocessing of each free input, fitted to the training set unless given.
  public let preprocessing: [AffinePreprocessing]
  /// Data augmentation of the training set's pictures; nil for none.
  public let augmentations: Augmentations?
  /// Test-time augmentation of the result; nil for none.
  public let views: TestTimeAugmentation?
  /// The names of the classes.
  public let classNames: [String]?
  /// The part of the training data that is the test set; nil where the model's own is.
  public let fold: Fold?

  /// What is worth a warning about the files of the data; each once, though parts of a set share it.
  private var dataWarnings: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return [trainingSet, validationSet, testSet].compactMap(\.?.warnings).joined().filter { seen.insert($0).inserted }
  }

  /// Reads the data of a model that is to be trained, on the given threads.
  ///
  /// - Parameters:
  ///   - learned: what an earlier training has learned for the same steps of preprocessing; if nil, it is learned from the
  ///     training set.
  ///   - processes: how many train together.
  ///   - fold: the part of the training data that is the test set in place of the model's own; nil for the model's.
  /// - Throws: a `DiagnosticError`: something is missing in the model, a file is missing or wrong, data and net do not
  ///   fit.
  public init(
    _ description: ModelDescription, learned: DataRecord? = nil, fold: Fold? = nil, processes: Int = 1,
    workers: WorkerPool? = nil
  ) throws {
    try description.checkForTraining()
    guard let training = description.training else {
      throw DiagnosticError(code: "missing-training", file: description.file, "the model has no <training>")
    }
    let (described, sets) = try DataLoading(description, workers: workers).sets(
      learned: learned?.source?.table, fold: fold)
    guard let train = sets["train"] else {
      throw DiagnosticError(code: "missing-data", file: described.file, "the model has no data to train on")
    }
    let description = try described.balancingClasses { train.classCounts(target: $0, ignoring: $1) }
    self.description = description
    self.fold = fold
    let plan = try NetworkPlan(description.makeNetworkDefinition(), targets: train.targetForms)
    self.plan = plan
    let binding = InputBinding(plan)
    let trainingSet = try binding.bind(train, for: .training)
    self.trainingSet = trainingSet
    validationSet = try sets["validation"].map { try binding.bind($0, for: .judging) }
    testSet = try sets["test"].map { try binding.bind($0, for: .judging) }
    classNames = train.classNames ?? description.classes
    trainingPlan = try description.mixedTargets(plan).map { try NetworkPlan(plan.definition, targets: $0) } ?? plan
    try description.checkTraining(plan, samples: trainingSet.count)
    try TrainingMemory(plan, description, samples: trainingSet.count, processes: processes).require()
    // What can be told of the header without the numbers that preprocessing learns.
    if learned == nil { try HeaderCheck.require(plan, description) }
    preprocessing =
      try learned?.preprocessing(for: plan.definition, file: description.file)
      ?? Self.fit(description.preprocessing, trainingSet)
    try HeaderCheck.require(plan, description, preprocessing: preprocessing, source: trainingSet.record)
    settings = try Self.settings(training)
    views = description.views.flatMap { TestTimeAugmentation($0.shape, mirrored: $0.mirrored, shift: $0.shift) }
    augmentations = try Augmentations(
      // A sequence is no picture.
      description.augmentationSteps(),
      shapes: plan.definition.freeInputs.map {
        plan.length(of: .init(.input($0))) == nil
          ? plan.definition.inputs[$0].shape : Shape(1)
      },
      seed: settings.seed
    ) { DiagnosticError([$0.diagnostic(at: description.augmentation[$1])]) }
  }

  /// The sets that there are, by role.
  var sets: [String: Dataset] {
    var sets = ["train": trainingSet]
    sets["validation"] = validationSet
    sets["test"] = testSet
    return sets
  }

  /// What predicting depends on besides the model and the parameters.
  package var record: DataRecord {
    var record = DataRecord(
      targets: plan.targets, classes: classNames, pictures: trainingSet.pictures, source: trainingSet.record,
      plugins: description.plugins)
    for (index, affine) in zip(plan.definition.freeInputs, preprocessing) where affine != .identity {
      record.preprocessing[plan.definition.inputs[index].name] = affine
    }
    return record
  }

  /// What is allowed but hardly meant, in the data, in the model and in how they fit each other.
  public var warnings: [Diagnostic] {
    dataWarnings + description.warnings(with: plan) + description.remainderWarnings(plan, samples: trainingSet.count)
  }

  /// The preprocessing steps, fitted one after the other, for each of the set's inputs.
  static func fit(_ elements: [ModelElement], _ training: Dataset) throws -> [AffinePreprocessing] {
    let steps = try elements.map { element in
      guard let step = element.element as? any Preprocessing else {
        throw DiagnosticError(
          code: "not-preprocessing", "<\(element.schema.name)> is no preprocessing step", place: element.place)
      }
      return step
    }
    return try fitPreprocessing(steps, on: training) { error, index in
      DiagnosticError([error.diagnostic(at: elements[index])])
    }
  }

  private static func settings(_ training: TrainingDescription) throws -> TrainingSettings {
    var settings = TrainingSettings(
      length: training.steps.map { .steps($0) } ?? .epochs(training.epochs ?? TrainingDefaults.epochs),
      batch: training.batch,
      seed: UInt64(clamping: training.seed), shuffles: training.shuffle, clipNorm: training.clipNorm,
      clipValue: training.clipValue, shards: training.shards ?? 1)
    settings.roundsGradients = training.roundsGradients
    if let optimizer = training.optimizer?.element as? any Optimizer { settings.optimizer = optimizer }
    if let schedule = training.schedule?.element as? any Schedule { settings.schedule = schedule }
    settings.stopping = training.stopping?.element as? any StoppingRule
    return settings
  }
}
