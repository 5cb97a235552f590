import NNCommandLine
import NNCore
import NNData
import NNFiles
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
    weights = Path.isFolder(path) ? Path.join(path, "weights.safetensors") : path
    model = Path.join(folder, "model.xml")
  }

  /// The samples that the model itself names for a role; unless it is given, for test or else validation. Splits are made
  /// as in training. Throws a usage error if there are none.
  ///
  /// - Parameter learned: what the training has learned of the columns of a table.
  func samples(
    role: String?, learned: TableRecord?, _ environment: Environment, _ workers: WorkerPool
  ) throws -> Dataset {
    guard Path.exists(model) else {
      throw usageError(
        "--data is missing: the samples to evaluate on", "see 'nnrun evaluate --help'; a run folder knows its own")
    }
    let description = try ModelLoader(environment).load(path: model)
    let sets = try DataLoading(description, workers: workers).sets(learned: learned).1
    let wanted = role.map { [$0] } ?? ["test", "validation"]
    guard let set = wanted.lazy.compactMap({ sets[$0] }).first else {
      throw usageError(
        "the model has no \(wanted.joined(separator: " or ")) set",
        sets.isEmpty
          ? "give samples with --data" : "it has \(sets.keys.sorted().joined(separator: ", ")); name one with --role")
    }
    return set
  }
}
