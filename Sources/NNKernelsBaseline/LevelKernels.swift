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
    multiplyDoubles: { multiplyDoubles($0, $1, $2, $3, $4, $5, $6) },
    activate: { activate($0, $1, $2, $3) },
    activateBackward: { activateBackward($0, $1, $2, $3, $4, $5, $6) },
    map: { map($0, $1, $2, $3) },
    mapBackward: { mapBackward($0, $1, $2, $3, $4, $5, $6) },
    scale: { scale($0, $1, $2, $3, $4) },
    combineElements: { combineElements($0, $1, $2, $3, $4, $5) },
    runSteps: { runSteps($0, $1, $2, $3, $4) },
    drop: { drop($0, $1, $2, $3, $4) },
    normalizeRows: { normalizeRows($0, $1, $2, $3) },
    normalizeRowsBackward: { normalizeRowsBackward($0, $1, $2, $3, $4) },
    moments: { moments($0, $1) },
    deviationSums: { deviationSums($0, $1, $2, $3) },
    affine: { affine($0, $1, $2, $3, $4) },
    combineLinearly: { combineLinearly($0, $1, $2, $3, $4, $5) },
    convertBytes: { convertBytes($0, $1, $2, $3) },
    columnMoments: { columnMoments($0, $1, $2, $3) },
    columnDeviationSums: { columnDeviationSums($0, $1, $2, $3, $4, $5) },
    mapColumns: { mapColumns($0, $1, $2, $3, $4) },
    combineColumns: { combineColumns($0, $1, $2, $3, $4, $5) },
    localResponse: { localResponse($0, $1, $2, $3, $4) },
    localResponseBackward: { localResponseBackward($0, $1, $2, $3, $4, $5, $6, $7) },
    softmax: { softmax($0, $1, $2, $3, $4) },
    softmaxBackward: { softmaxBackward($0, $1, $2, $3, $4, $5, $6) },
    logSoftmax: { logSoftmax($0, $1, $2, $3, $4) },
    logSoftmaxBackward: { logSoftmaxBackward($0, $1, $2, $3, $4, $5, $6) },
    columnSums: { columnSums($0, $1, $2, $3, $4, $5) },
    softmaxCrossEntropy: { softmaxCrossEntropy($0, $1, $2, $3, $4, $5, $6, $7) },
    softmaxCrossEntropyBackward: { softmaxCrossEntropyBackward($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    convolve: { convolve($0, $1, $2, .plain($3), $4, $5, $6) },
    convolutionPackedCount: { convolutionPackedCount($0) },
    packConvolution: { packConvolution($0, $1, into: $2, $3) },
    convolvePacked: { convolve($0, $1, $2, .packed($3), $4, $5, $6) },
    poolsConvolution: { poolsConvolution($0, $1) },
    convolvePooled: { convolvePooled($0, $1, $2, $3, .packed($4), $5, $6, $7) },
    convolveBackwardData: { convolveBackwardData($0, $1, $2, $3, $4, $5, $6) },
    convolveBackwardWeights: { convolveBackwardWeights($0, $1, $2, $3, $4, $5, $6) },
    channelSums: { channelSums($0, $1, $2, $3, $4, $5, $6) },
    maxPool: { maxPool($0, $1, $2, $3, $4, $5) },
    maxPoolBackward: { maxPoolBackward($0, $1, $2, $3, $4, $5, $6) },
    averagePool: { averagePool($0, $1, $2, $3, $4) },
    averagePoolBackward: { averagePoolBackward($0, $1, $2, $3, $4, $5) },
    recur: { recur($0, $1, $2, $3, $4, $5, $6) },
    recurBackward: { recurBackward($0, $1, $2, $3, $4, $5, $6) },
    recurrencePackedCount: { packedCount($0) },
    packRecurrence: { pack($0, $1, $2, $3) },
    recurPacked: { recurPacked($0, $1, $2, $3, $4, $5, $6) },
    attend: { attend($0, $1, $2, $3, $4, $5) },
    attendBackward: { attendBackward($0, $1, $2, $3, $4, $5, $6, $7) },
    sum: { sum($0, $1) },
    sumOfSquares: { sumOfSquares($0, $1) },
    isFinite: { isFinite($0, $1) },
    update: { update($0, $1, $2, $3) },
    spendOperations: { spendOperations(rounds: $0) })
}
