import NNCore
import NNFiles
import NNWeights

/// The folder that a training leaves behind. One training at a time may have it: as long as this value or a copy of it
/// lives, others are refused.
public struct RunFolder: Sendable {
  /// The names of what a run folder holds.
  package enum File: String {
    case weights = "weights.safetensors"
    case last = "last.safetensors"
    case checkpoint = "checkpoint.safetensors"
    case metrics = "metrics.jsonl"
    case report = "report.html"
    case results = "results.json"
    case model = "model.xml"

    /// Its path in a folder.
    package func path(in folder: String) -> String { Path.join(folder, rawValue) }
  }

  /// The folder of a fold, counted from 1, in that of all folds.
  package static func fold(_ number: Int, in folder: String) -> String { Path.join(folder, "fold\(number)") }

  /// Its path.
  public let path: String
  /// nil where another process holds it.
  private let lock: FolderLock?

  /// The parameters of the best epoch, with all that predicting needs.
  public var weights: String { File.weights.path(in: path) }
  /// The parameters after the last step.
  public var last: String { File.last.path(in: path) }
  /// What resuming needs.
  public var checkpoint: String { File.checkpoint.path(in: path) }
  /// A line for each epoch.
  public var metrics: String { File.metrics.path(in: path) }
  /// The report as an HTML page.
  public var report: String { File.report.path(in: path) }
  /// What came out, as JSON.
  public var results: String { File.results.path(in: path) }
  /// The model as it was run, which can be trained again from anywhere.
  public var model: String { File.model.path(in: path) }

  /// A folder that exists already. Throws a `DiagnosticError`: it is missing (66), or a training is at work in it (73).
  public init(existing path: String) throws {
    try Path.requireFolder(path)
    lock = try Self.lock(path)
    self.path = path
  }

  /// The folder of a run that another process writes.
  package init(writtenElsewhere path: String) {
    self.path = path
    lock = nil
  }

  /// The run's checkpoint. Throws a `DiagnosticError` if there is none, or it cannot be read.
  public func readCheckpoint() throws -> Checkpoint {
    do { return try Checkpoint(path: checkpoint) } catch let error as DiagnosticError
      where error.diagnostics.first?.code == "missing-file"
    {
      throw DiagnosticError(
        .missing, code: "missing-checkpoint", file: checkpoint, "the folder holds no checkpoint to resume from")
    }
  }

  /// A new folder. A folder that holds a run is never used again, nor is one that holds a file which a run would replace.
  /// Throws a `DiagnosticError` (73).
  ///
  /// - Parameters:
  ///   - wanted: the folder to make; it may exist if it is empty of runs.
  ///   - model: the model's name, for the usual place `runs/<name>`, `runs/<name>-2` …
  public init(wanted: String?, model: String) throws {
    if let wanted {
      try Path.makeFolder(wanted)
      lock = try Self.lock(wanted)
      path = wanted
      try requireEmpty()
      return
    }
    var number = 1
    while true {
      let candidate = "runs/" + model + (number == 1 ? "" : "-\(number)")
      if try Path.makeNewFolder(candidate) {
        lock = try Self.lock(candidate)
        path = candidate
        return
      }
      number += 1
    }
  }

  private static func lock(_ path: String) throws -> FolderLock {
    guard let lock = try FolderLock(path) else {
      throw DiagnosticError(
        .cannotCreate, code: "folder-in-use", file: path, "another training is at work in this folder",
        remedy: "wait for its end, or name another folder")
    }
    return lock
  }

  private func requireEmpty() throws {
    if Path.exists(checkpoint) || Path.exists(weights) {
      throw DiagnosticError(
        .cannotCreate, code: "run-exists", file: path, "this folder holds a run already")
    }
    for file in [last, metrics, report, results, model] where Path.exists(file) {
      throw DiagnosticError(
        .cannotCreate, code: "folder-in-use", file: file, "is there already, and the run would replace it",
        remedy: "name another folder")
    }
  }
}
