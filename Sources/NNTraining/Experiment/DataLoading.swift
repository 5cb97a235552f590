import NNCore
import NNData
import NNFiles
import NNKernels
import NNModel
import NNText

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
    guard features.map(\.position) == read.map(\.position), learned == nil || declared.agrees(with: features, table)
    else {
      throw DiagnosticError(
        code: "other-columns", file: training.file,
        "the table has other columns, or columns of other kinds, than the one that the run began with")
    }
    let isDouble = description.precision == .double
    sets = try Dataset.encoded(sets, features, isDouble: isDouble, workers: workers)
    if training.windows != nil {
      let scales = learned == nil ? training.forecastScales(features) : learnedScales
      if let scales { sets = sets.mapValues { $0.scalingAnswers(scales, isDouble: isDouble) } }
    } else if let answers = training.targets.first, let names = training.record?.table?.answerTitles {
      let scales =
        learned == nil ? try declared.answerScales(answers, rows: training.rows, names: names) : learnedScales
      if let scales { sets = sets.mapValues { $0.scalingAnswers(scales, isDouble: isDouble) } }
    }
    let steps = training.record?.steps
    return (description.resolved(columns: features.shapes(steps: steps), entries: features.entries), sets)
  }

  /// The samples of the sources by role.
  private func read(_ columns: DeclaredColumns?) throws -> [String: Dataset] {
    // A net that cannot be planned is told about when it is planned for the data.
    let plan = try? NetworkPlan(description.resolved(columns: description.presumedShapes).makeNetworkDefinition())
    var context = SourceContext(
      folder: Path.folder(of: description.file), classes: description.classes,
      ignoredLabels: plan?.ignoredLabels ?? [],
      isDouble: description.precision == .double, workers: workers)
    context.columns = columns
    context.splitColumns = description.splits.compactMap(\.column)
    context.splitOrders = Set(
      description.splits.compactMap { if case .last(let column) = $0.choice { column } else { nil } })
    let free = description.network.compactMap { $0.element.element as? NetworkElement.Input }.filter { $0.value == nil }
    if free.count == 1, !free[0].readsColumns {
      context.sequenceRank = free[0].shape.rank
      let isRow = free[0].shape.rank == 1 && !free[0].hasLength && free[0].entries == nil
      context.sequenceSteps = isRow ? nil : free[0].shape.dimensions.first
    }
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
