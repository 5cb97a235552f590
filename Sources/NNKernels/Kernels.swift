@_exported import NNKernelsCommon
import CProcessor
import NNKernelsBaseline

#if arch(x86_64)
  import NNKernelsV3
  import NNKernelsV4
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension KernelTable {
  /// The kernels of `level`; nil if this machine cannot run them.
  public static func of(_ level: KernelLevel) -> KernelTable? {
    #if arch(x86_64)
      switch level {
      case .baseline: return NNKernelsBaseline.kernelTable()
      case .v3: return processor_level() >= 3 ? NNKernelsV3.kernelTable() : nil
      case .v4: return processor_level() >= 4 ? NNKernelsV4.kernelTable() : nil
      }
    #else
      return level == .baseline ? NNKernelsBaseline.kernelTable() : nil
    #endif
  }

  /// The kernels that `Float` uses in this process: the highest level that the machine can run, or at most the level that
  /// the environment variable NNRUN_ISA names (`baseline`, `v3`, `v4`).
  static let current: KernelTable = {
    let wanted = getenv("NNRUN_ISA").flatMap { KernelLevel(rawValue: String(cString: $0)) }
    let levels = KernelLevel.allCases.reversed().drop { level in wanted.map { $0 != level } ?? false }
    for level in levels {
      if let table = of(level) { return table }
    }
    return NNKernelsBaseline.kernelTable()
  }()
}

extension KernelLevel {
  /// The level that `Float` uses in this process.
  public static var current: KernelLevel { KernelTable.current.level }

  /// The levels that this machine can run.
  public static var available: [KernelLevel] { allCases.filter { KernelTable.of($0) != nil } }
}
