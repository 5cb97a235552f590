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
  ///   - fold: the part of the training data that is the test set in place of the model's own; nil for the model's.
  /// - Throws: a `DiagnosticError`: something is missing in the model, a file is missing or wrong, data and net do not
  ///   fit.
  public init(
    _ description: ModelDescription, learned: DataRecord? = nil, fold: Fold? = nil, workers: WorkerPool? = nil
  ) throws {
    try description.checkForTraining()
    guard let training = description.training else {
      throw DiagnosticError(code: "missing-training", file: description.file, "the model has no <training>")
    }
    let (description, sets) = try DataLoading(description, workers: workers).sets(
      learned: learned?.source?.table, fold: fold)
    guard let train = sets["train"] else {
      throw DiagnosticError(code: "missing-data", file: description.file, "the model has no data to train on")
    }
    self.description = description
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
    try TrainingMemory(plan, description, samples: trainingSet.count).require()
    // What can be told of the header without the numbers that preprocessing learns.
    if learned == nil { try HeaderCheck.require(plan, description) }
    preprocessing =
      try learned?.preprocessing(for: plan.definition, file: description.file)
      ?? Self.fit(description.preprocessing, trainingSet)
    try HeaderCheck.require(plan, description, preprocessing: preprocessing)
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
      clipValue: training.clipValue)
    if let optimizer = training.optimizer?.element as? any Optimizer { settings.optimizer = optimizer }
    if let schedule = training.schedule?.element as? any Schedule { settings.schedule = schedule }
    settings.stopping = training.stopping?.element as? any StoppingRule
    return settings
  }
}

/// A part of the training data that is the test set of one training of several.
public struct Fold: Sendable, Hashable {
  /// Which one, from 0.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// A fold.
  public init(_ index: Int, of count: Int) {
    self.index = index
    self.count = count
  }
}

/// Reads the sources of a model's data.
package struct DataLoading {
  private let description: ModelDescription

  private let workers: WorkerPool?

  /// Reads the data of a model on the given threads.
  package init(_ description: ModelDescription, workers: WorkerPool? = nil) {
    self.description = description
    self.workers = workers
  }

  /// The samples by role, splits made. The training set is read first: it decides what the labels mean.
  ///
  /// - Parameter record: what an earlier training has learned of the columns of a table; learned now unless given.
  /// - Returns: the model, its inputs as wide as the columns of a table are, and the sets.
  package func sets(
    learned record: TableRecord? = nil, fold: Fold? = nil
  ) throws -> (ModelDescription, [String: Dataset]) {
    let declared = try description.declaredColumns()
    let (learned, learnedScales) = (record?.features, record?.answerScales)
    var sets = try read(declared)
    if let fold { try take(fold, from: &sets) }
    for split in description.splits where fold == nil || split.role != "test" { try take(split, from: &sets) }
    guard let declared, let training = sets["train"], let columns = description.columns else {
      return (description, sets)
    }
    guard let table = training.table, let read = training.record?.table?.features else {
      throw DiagnosticError(
        code: "no-table", "<columns> says what a table holds, but the training data is none",
        remedy: "read it by <csv>, or leave <columns> out", place: columns.place)
    }
    let features = try learned ?? declared.learned(training, table, read)
    guard features.map(\.position) == read.map(\.position) else {
      throw DiagnosticError(
        code: "other-columns", file: training.file, "the table has other columns than the one that the run began with")
    }
    let isDouble = description.precision == .double
    sets = try sets.mapValues { try $0.encoded(features, isDouble: isDouble) }
    if let answers = training.targets.first, let names = training.record?.table?.answerTitles {
      let scales =
        learned == nil ? try declared.answerScales(answers, rows: training.rows, names: names) : learnedScales
      if let scales { sets = sets.mapValues { $0.scalingAnswers(scales, isDouble: isDouble) } }
    }
    return (description.resolved(columns: features.widths, entries: features.entries), sets)
  }

  /// The samples of the sources by role.
  private func read(_ columns: DeclaredColumns?) throws -> [String: Dataset] {
    // A net that cannot be planned is told about when it is planned for the data.
    let widths = Dictionary(description.columnInputs.map { ($0, 1) }, uniquingKeysWith: { first, _ in first })
    let plan = try? NetworkPlan(description.resolved(columns: widths).makeNetworkDefinition())
    var context = SourceContext(
      folder: Path.folder(of: description.file), classes: description.classes,
      ignoredLabels: plan?.ignoredLabels ?? [],
      isDouble: description.precision == .double, workers: workers)
    context.columns = columns
    context.splitColumns = description.splits.compactMap(\.column)
    context.labelsPerStep = plan?.hasLabelsPerStep ?? false
    var sets: [String: Dataset] = [:]
    for role in ["train", "validation", "test"] {
      let sources = description.sources.filter { $0.attributes.text("role") == role }
      guard let source = sources.first else { continue }
      if sources.count > 1 {
        throw DiagnosticError(
          code: "two-sources", "there is already a source with role=\"\(role)\"",
          remedy: "give each role one source", place: sources[1].place)
      }
      var set = try read(source, context)
      if let windows = source.children.first, let element = windows.element as? WindowsDescription {
        set = try SeriesWindows(element).cut(set, hasTargets: true)
      }
      sets[role] = set
      if role == "train" {
        context.classes = set.classNames ?? context.classes
        context.labelForm = set.targets.first?.form
        context.record = set.record
      }
    }
    return sets
  }

  /// Makes a fold of the training data the test set. Groups that the model's own split for tests keeps together stay so.
  private func take(_ fold: Fold, from sets: inout [String: Dataset]) throws {
    guard let training = sets["train"] else { return }
    guard training.windows == nil else {
      throw DiagnosticError(
        code: "bad-split", file: training.file, "folds of windows would learn from the future",
        remedy: "train without folds")
    }
    let split = description.splits.first { $0.role == "test" && $0.from == "train" }
    var groups: [String]?
    switch split?.choice {
    case .groups(let column)?: groups = training.splitColumns[column]
    case .last?:
      throw DiagnosticError(
        code: "bad-split", "folds would learn from the future, which this split in time keeps out of the training data",
        remedy: "train without folds", place: split?.place)
    case .random?, .marked?, nil: break
    }
    let most = groups.map { groups in Set(training.rows.map { groups[Int($0)] }).count } ?? training.count
    guard fold.count <= most else {
      throw DiagnosticError(
        code: "bad-split", file: training.file,
        "\(fold.count) folds cannot be made of \(most) \(groups == nil ? "samples" : "groups")"
      )
    }
    let parts = Split.fold(
      fold.index, of: fold.count, training, groups: groups, seed: UInt64(clamping: split?.seed ?? 0))
    sets["test"] = parts.part
    sets["train"] = parts.rest
  }

  /// Sets a part of one role's samples aside for another role.
  private func take(_ split: SplitDescription, from sets: inout [String: Dataset]) throws {
    guard let whole = sets[split.from], whole.count >= 2 else {
      throw DiagnosticError(
        code: "bad-split", "there are too few samples of role '\(split.from)' to set a part of them aside",
        place: split.place)
    }
    guard sets[split.role] == nil else {
      throw DiagnosticError(
        code: "bad-split", "role '\(split.role)' has samples already", remedy: "leave out the source or the split",
        place: split.place)
    }
    let parts = try parts(of: whole, split)
    sets[split.role] = parts.part
    sets[split.from] = try parts.rest.beforeForecasts(of: split)
  }

  /// The part of a set that a split takes, and the rest.
  private func parts(of whole: Dataset, _ split: SplitDescription) throws -> (part: Dataset, rest: Dataset) {
    func error(_ message: String, _ remedy: String? = nil) -> DiagnosticError {
      DiagnosticError(code: "bad-split", message, remedy: remedy, place: split.place)
    }
    var texts: [String] = []
    if let column = split.column {
      guard let found = whole.splitColumns[column] else {
        throw error("\(whole.file) has no column '\(column.shortened)' to split by", "name a column of the table")
      }
      texts = found
    }
    let seed = UInt64(clamping: split.seed)
    if whole.windows != nil {
      guard case .last = split.choice else {
        throw error(
          "windows overlap, so that a split which is not in time would let the future into the training set",
          "write order=\"file\"")
      }
    }
    switch split.choice {
    case .random(let stratified):
      return Split.take(split.fraction, of: whole, stratified: stratified, seed: seed)
    case .groups(let column):
      guard Set(whole.rows.lazy.map { texts[Int($0)] }).count > 1 else {
        throw error("column '\(column.shortened)' has one group alone, which cannot be divided")
      }
      return Split.takeGroups(split.fraction, of: whole, by: texts, seed: seed)
    case .last(nil): return Split.takeLast(split.fraction, of: whole, by: nil)
    case .last(let column?):
      guard let keys = ColumnOrder.keys(texts) else {
        throw error(
          "column '\(column.shortened)' holds neither numbers nor dates alone, so the rows have no order by it",
          "name a column of numbers or of dates such as 2024-03-31")
      }
      return Split.takeLast(split.fraction, of: whole, by: keys)
    case .marked(let column, let value):
      guard let parts = Split.takeMarked(value, of: whole, by: texts) else {
        throw error(
          "column '\(column.shortened)' says '\(value.shortened)' in no row, or in every one",
          "name a text of the column in value")
      }
      return parts
    }
  }

  private func read(_ source: ModelElement, _ context: SourceContext) throws -> Dataset {
    guard let reader = source.element as? any DataSource else {
      throw DiagnosticError(code: "not-a-source", "<\(source.schema.name)> is no data source", place: source.place)
    }
    do {
      return try reader.recordedSamples(context)
    } catch let error as ElementError {
      throw DiagnosticError([error.diagnostic(at: source)])
    } catch var error as DiagnosticError {
      for index in error.diagnostics.indices where error.diagnostics[index].place == nil {
        error.diagnostics[index].place = source.place
        error.diagnostics[index].sourceLine = source.sourceLine
      }
      guard error.kind == .missing else { throw error }
      for index in error.diagnostics.indices where error.diagnostics[index].remedy == nil {
        error.diagnostics[index].code = "no-data-file"
        error.diagnostics[index].remedy =
          "\(source.place.file):\(source.place.line) names it; put it there, or fetch it if it is mnist, cifar10 or cifar100"
      }
      throw error
    }
  }
}
