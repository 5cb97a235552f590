import NNKernelsCommon

#if LEVEL_V4
  private let level = KernelLevel.v4
#elseif LEVEL_V3
  private let level = KernelLevel.v3
#else
  private let level = KernelLevel.baseline
#endif

/// The kernels of this level.
public func kernelTable() -> KernelTable {
  KernelTable(
    level: level,
    multiply: { multiply($0, $1, $2, $3, $4, $5) },
    packedCount: { packedCount(inner: $0, columns: $1) },
    pack: { pack($0, inner: $1, columns: $2, transposed: $3, into: $4) },
    multiplyPacked: { multiplyPacked($0, $1, $2, $3, $4, $5, $6, $7) },
    spendOperations: { spendOperations(rounds: $0) })
}
