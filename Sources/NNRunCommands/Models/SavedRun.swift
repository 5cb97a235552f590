import NNCommandLine
import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNModel
import NNTraining

/// Weights, and beside them the model that they were trained by, if they lie in a run folder.
struct SavedRun {
  /// The file of weights.
  let weights: String
  /// The model file beside it, whose paths lead to the data.
  private let model: String

  /// What a word of the command line names: a file of weights, or a run folder.
  init(_ path: String) {
    let folder = Path.isFolder(path) ? path : Path.folder(of: path)
    weights = Path.isFolder(path) ? RunFolder.File.weights.path(in: path) : path
    model = RunFolder.File.model.path(in: folder)
  }

  /// The samples that the model itself names for a role; unless it is given, for test or else validation. Splits and folds
  /// are made as in training. Throws a usage error if there are none, and a `DiagnosticError` if they are others than the
  /// training had: samples to learn from might be among them.
  ///
  /// - Parameter saved: what the weights say.
  func samples(
    role: String?, _ saved: SavedModel, _ environment: Environment, _ workers: WorkerPool
  ) throws -> Dataset {
    guard Path.exists(model) else {
      throw usageError(
        "--data is missing: the samples to evaluate on", "see 'nnrun evaluate --help'; a run folder knows its own")
    }
    let description = try ModelLoader(environment).load(path: model)
    let record = try RunRecord(saved.weights)
    let sets = try DataLoading(description, workers: workers).sets(
      learned: saved.record.source?.table, fold: record?.fold
    ).1
    let wanted = role.map { [$0] } ?? ["test", "validation"]
    guard let role = wanted.first(where: { sets[$0] != nil }), let set = sets[role] else {
      throw usageError(
        "the model has no \(wanted.joined(separator: " or ")) set",
        sets.isEmpty
          ? "give samples with --data" : "it has \(sets.keys.sorted().joined(separator: ", ")); name one with --role")
    }
    // The record of weights that were not trained has no samples.
    guard let record, !record.samples.isEmpty else { return set }
    let bound = try InputBinding(saved.plan).bind(set, for: role == "train" ? .training : .judging)
    if let difference = record.difference(in: role, to: DatasetFingerprint(bound)) {
      throw DiagnosticError(
        code: "other-data", file: model, difference.description,
        remedy: "put the model and its data back as the run had them, or give other samples with --data")
    }
    return set
  }
}
