import NNCore
import NNFiles
import NNWeights

/// The folder that a training leaves behind.
public struct RunFolder: Sendable {
  /// Its path.
  public let path: String

  /// The parameters that did best, with all that predicting needs.
  public var weights: String { Path.join(path, "weights.safetensors") }
  /// The parameters after the last step.
  public var last: String { Path.join(path, "last.safetensors") }
  /// What resuming needs.
  public var checkpoint: String { Path.join(path, "checkpoint.safetensors") }
  /// A line for each epoch.
  public var metrics: String { Path.join(path, "metrics.jsonl") }
  /// The page for people.
  public var report: String { Path.join(path, "report.html") }
  /// The model as it was run.
  public var model: String { Path.join(path, "model.xml") }

  /// A folder that exists already.
  public init(existing path: String) throws {
    guard Path.isFolder(path) else {
      throw DiagnosticError(.missing, code: "missing-folder", file: path, "there is no such folder")
    }
    self.path = path
  }

  /// The run's checkpoint. Throws a `DiagnosticError` if there is none, or it cannot be read.
  public func readCheckpoint() throws -> Checkpoint {
    guard Path.exists(checkpoint) else {
      throw DiagnosticError(
        .missing, code: "missing-checkpoint", file: checkpoint, "the folder holds no checkpoint to resume from")
    }
    return try Checkpoint(path: checkpoint)
  }

  /// A new folder. A folder that holds a run is never used again.
  ///
  /// - Parameters:
  ///   - wanted: the folder to make; it may exist if it is empty of runs.
  ///   - model: the model's name, for the usual place `runs/<name>`, `runs/<name>-2` …
  public init(wanted: String?, model: String) throws {
    if let wanted {
      if Path.exists(Path.join(wanted, "checkpoint.safetensors"))
        || Path.exists(Path.join(wanted, "weights.safetensors"))
      {
        throw DiagnosticError(
          .cannotCreate, code: "folder-in-use", file: wanted, "this folder holds a run already",
          remedy: "go on with it by --resume \(wanted), or name another folder")
      }
      try Path.makeFolder(wanted)
      path = wanted
      return
    }
    var number = 1
    while true {
      let candidate = "runs/" + model + (number == 1 ? "" : "-\(number)")
      if try Path.makeNewFolder(candidate) {
        path = candidate
        return
      }
      number += 1
    }
  }
}
