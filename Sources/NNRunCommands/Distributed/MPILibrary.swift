import NNCollectives
import NNCommandLine
import NNCore
import NNFiles

/// Finds the library with which nnrun calls the MPI that has started it.
enum MPILibrary {
  /// The library that `NNRUN_MPI` names, or the one for the launcher: beside the program, in `../lib/nnrun`, or in
  /// `distributed` of the build folder.
  ///
  /// Throws a `DiagnosticError`: no mpirun has started this process (64), or there is no library (66) that can be used (65).
  static func load() throws -> MPICollectives {
    let launcher = MPILauncher(variable)
    if let path = variable("NNRUN_MPI") {
      guard Path.exists(path) else {
        throw DiagnosticError(
          .missing, code: "mpi-missing", file: path, "is not there",
          remedy: "NNRUN_MPI names it; see tools/setup --distributed")
      }
      return try load(path, launcher)
    }
    guard let launcher else {
      throw usageError(
        "--distributed is for processes that mpirun has started",
        "start them: mpirun -n 4 nnrun train MODEL.xml --distributed"
      )
    }
    guard let path = folders.map({ Path.join($0, launcher.libraryName) }).first(where: Path.exists) else {
      throw DiagnosticError(
        .missing, code: "mpi-missing", file: launcher.libraryName,
        "nnrun calls MPI through this library, which is neither in the build folder nor beside the program",
        remedy: "build it: tools/setup --distributed=\(launcher.rawValue), which needs \(launcher.packages) (Debian); "
          + "or name it in NNRUN_MPI")
    }
    return try load(path, launcher)
  }

  private static func load(_ path: String, _ launcher: MPILauncher?) throws -> MPICollectives {
    do { return try MPICollectives(library: path) } catch let error as MPICollectives.LoadError {
      throw DiagnosticError(
        code: "mpi-missing", file: path, "cannot be used: \(error.reason)",
        remedy: "build it again: tools/setup --distributed" + (launcher.map { "=\($0.rawValue)" } ?? ""))
    }
  }

  private static var folders: [String] {
    let own = Path.folder(of: Path.resolved("/proc/self/exe") ?? "nnrun")
    // The program lies some folders below the build folder.
    let builds = sequence(first: own) { Path.folder(of: $0) }.prefix(5).map { Path.join($0, "distributed") }
    return [own, Path.join(own, "../lib/nnrun")] + builds
  }
}
