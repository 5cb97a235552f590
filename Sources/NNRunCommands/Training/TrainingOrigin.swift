import NNCommandLine
import NNCore
import NNData
import NNModel
import NNTraining
import NNWeights

/// What a call of `nnrun train` goes on from: nothing, a run's checkpoint (`--resume`), or weights (`--weights`).
enum TrainingOrigin {
  case seed
  case checkpoint(Checkpoint, RunFolder, RunRecord)
  case weights(WeightsFile, RunRecord?)

  /// - Parameter isWriter: whether this process writes the run's folder, which only one may do.
  init(_ arguments: Arguments, isWriter: Bool) throws {
    if let path = arguments.text("resume") {
      let folder = isWriter ? try RunFolder(existing: path) : RunFolder(writtenElsewhere: path)
      let checkpoint = try folder.readCheckpoint()
      guard let record = try RunRecord(WeightsFile(checkpoint.tensors)) else {
        throw DiagnosticError(
          code: "bad-checkpoint", file: folder.checkpoint, "the checkpoint does not say how its run began",
          remedy: "it is of version 0.1.0; begin another run from its weights: --weights \(folder.checkpoint)")
      }
      self = .checkpoint(checkpoint, folder, record)
    } else if let path = arguments.text("weights") {
      let file = try WeightsFile(path: path)
      self = .weights(file, try RunRecord(file))
    } else {
      self = .seed
    }
  }

  /// The overrides to train with: those of the run that goes on, unless this call gives others for the same paths.
  func overrides(with given: [String]) -> [String] {
    guard case .checkpoint(_, _, let record) = self else { return given }
    func path(_ text: String) -> Substring { text.prefix { $0 != "=" } }
    let replaced = Set(given.map(path))
    return record.overrides.filter { !replaced.contains(path($0)) } + given
  }

  /// The part of the training data that is the test set of the run that goes on; nil where the model's own is.
  var fold: Fold? { if case .checkpoint(_, _, let record) = self { record.fold } else { nil } }

  /// What was learned for the same preprocessing before, so that parameters keep the meaning of their inputs.
  func learned(for description: ModelDescription) -> DataRecord? {
    switch self {
    case .seed, .weights(_, nil): nil
    case .checkpoint(_, _, let record), .weights(_, let record?):
      record.preparesAlike(description.settings) ? record.data : nil
    }
  }
}
