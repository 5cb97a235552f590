import NNCore
import NNFiles
import NNText

/// A moment of a training run, kept so that it can be resumed: arrays and numbers without loss.
public struct Checkpoint: Sendable {
  /// The arrays and texts.
  public var tensors: TensorFile

  static let kindKey = "nnrun.kind"
  static let kind = "checkpoint"

  /// An empty checkpoint to be filled.
  ///
  /// - Parameters:
  ///   - model: the model's text.
  ///   - record: all that the run depends on besides its arrays.
  ///   - version: of the program that writes the file.
  package init(model: String, record: StrictJSON, version: String) {
    tensors = TensorFile(metadata: WeightsFile.metadata(model: model, record: record, version: version))
    tensors.metadata[Self.kindKey] = Self.kind
  }

  /// Reads a checkpoint; it must have a checksum, and a right one.
  public init(path: String) throws {
    tensors = try TensorFile(path: path)
    guard tensors.metadata[Self.kindKey] == Self.kind else {
      throw DiagnosticError(
        code: "not-a-checkpoint", file: path, "this is not a checkpoint of a training run",
        remedy: "to begin from its weights, give it as --weights")
    }
    guard tensors.checksumState != .missing else {
      throw DiagnosticError(
        code: "checksum", file: path, "the checkpoint has no checksum, so it cannot be known to be whole",
        remedy: "give it as --weights to begin from its weights, or train again")
    }
    try WeightsFile.requireChecksum(tensors, path)
  }
}
