import NNCore
import NNFiles

/// The runs in a folder, each in a folder of its own, or as a fold in a folder of folds.
package struct RunListing: Sendable {
  /// Those that can be read, in the order of their names.
  package private(set) var runs: [RunSummary] = []
  /// The names of the others, and what is wrong with them.
  package private(set) var damaged: [(name: String, error: DiagnosticError)] = []

  /// Looks through a folder. Throws a `DiagnosticError` if its names cannot be read.
  package init(_ folder: String) throws {
    for name in try FolderListing.visibleNames(in: folder) {
      let path = Path.join(folder, name)
      var folds: [String] = []
      try add(name) {
        if let run = try RunSummary(path, name: name) { return run }
        if Path.exists(RunFolder.fold(1, in: path)) { folds = try FolderListing.visibleNames(in: path) }
        return nil
      }
      for fold in folds {
        let name = Path.join(name, fold)
        try add(name) { try RunSummary(Path.join(path, fold), name: name) }
      }
    }
  }

  /// Adds a run that `read` gives; a damaged one if that fails.
  private mutating func add(_ name: String, _ read: () throws -> RunSummary?) throws {
    do { if let run = try read() { runs.append(run) } } catch let error as DiagnosticError {
      damaged.append((name, error))
    }
  }
}
