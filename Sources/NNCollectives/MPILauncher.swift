/// Which MPI has started this process, by what its launchers leave in the environment.
package enum MPILauncher: String, Sendable, CaseIterable {
  /// OpenMPI's `mpirun`, or a batch system that speaks PMIx.
  case openmpi
  /// MPICH's `mpirun` (Hydra), or a batch system that speaks PMI.
  case mpich

  /// - Parameter variable: the value of a variable of the environment.
  package init?(_ variable: (String) -> String?) {
    if ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK"].contains(where: { variable($0) != nil }) {
      self = .openmpi
    } else if ["PMI_RANK", "PMI_FD", "PMI_SIZE"].contains(where: { variable($0) != nil }) {
      self = .mpich
    } else {
      return nil
    }
  }

  /// Whether the launcher calls this process the first one, or no launcher has started it.
  package static func isFirst(_ variable: (String) -> String?) -> Bool {
    let ranks = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"].compactMap(variable)
    return ranks.isEmpty || ranks.contains("0")
  }

  /// Whether the launcher calls this process the first one of its machine, or says nothing of that.
  package static func isFirstOfMachine(_ variable: (String) -> String?) -> Bool {
    let ranks = ["OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"].compactMap(variable)
    return ranks.isEmpty || ranks.contains("0")
  }

  /// The number that the launcher gives this process; nil if it says none.
  package static func rank(_ variable: (String) -> String?) -> String? {
    ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"].lazy.compactMap(variable).first
  }

  /// The name of the library with which nnrun calls it.
  package var libraryName: String { "libnnrun-\(rawValue).so" }

  /// The Debian packages that it needs.
  package var packages: String {
    switch self {
    case .openmpi: "openmpi-bin and libopenmpi-dev"
    case .mpich: "mpich and libmpich-dev"
    }
  }
}
