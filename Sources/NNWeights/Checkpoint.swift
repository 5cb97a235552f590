import NNCore

/// A moment of a training run, kept so that it can be resumed: arrays and numbers without loss.
public struct Checkpoint: Sendable {
  /// The arrays and texts.
  public var tensors: TensorFile

  private static let kindKey = "nnrun.kind"
  private static let kind = "checkpoint"

  /// An empty checkpoint to be filled.
  public init(metadata: [String: String]) {
    tensors = TensorFile(metadata: metadata)
    tensors.metadata[Self.kindKey] = Self.kind
  }

  /// Reads a checkpoint; its checksum must be right.
  public init(path: String) throws {
    tensors = try TensorFile(path: path)
    guard tensors.metadata[Self.kindKey] == Self.kind else {
      throw DiagnosticError(
        code: "not-a-checkpoint", file: path, "this is not a checkpoint of a training run",
        remedy: "to begin from its weights, give it as --weights")
    }
    try WeightsFile.requireChecksum(tensors, path)
  }
}
