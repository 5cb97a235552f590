// `Float`'s kernels for sequences: those of the selected level.
extension Float {
  public static func recur(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ x: Buffer<Float>, _ weights: RecurrentWeights<Float>,
    saved: Buffer<Float>, into y: Buffer<Float>, workers: WorkerPool
  ) {
    KernelTable.current.recur(recurrence, lengths, x, weights, saved, y, workers)
  }

  public static func recurBackward(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ weights: RecurrentWeights<Float>, saved: Buffer<Float>,
    upstream: Buffer<Float>, gradients: RecurrentGradients<Float>, workers: WorkerPool
  ) {
    KernelTable.current.recurBackward(recurrence, lengths, weights, saved, upstream, gradients, workers)
  }

  public static func packedCount(_ recurrence: Recurrence) -> Int {
    KernelTable.current.recurrencePackedCount(recurrence)
  }

  public static func pack(
    _ recurrence: Recurrence, _ weights: RecurrentWeights<Float>, into packed: Buffer<Float>, workers: WorkerPool
  ) {
    KernelTable.current.packRecurrence(recurrence, weights, packed, workers)
  }

  public static func recurPacked(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ x: Buffer<Float>, _ packed: Buffer<Float>,
    into y: Buffer<Float>, carried: CarriedState<Float>?, workers: WorkerPool
  ) {
    KernelTable.current.recurPacked(recurrence, lengths, x, packed, y, carried, workers)
  }

  public static func attend(
    _ attention: Attention, _ lengths: AttentionLengths, _ arrays: AttentionArrays<Float>, into o: Buffer<Float>,
    logarithms: Buffer<Float>, workers: WorkerPool
  ) {
    KernelTable.current.attend(attention, lengths, arrays, o, logarithms, workers)
  }

  public static func attendBackward(
    _ attention: Attention, _ lengths: AttentionLengths, _ arrays: AttentionArrays<Float>, output: Buffer<Float>,
    logarithms: Buffer<Float>, upstream: Buffer<Float>, gradients: AttentionArrays<Float>, workers: WorkerPool
  ) {
    KernelTable.current.attendBackward(
      attention, lengths, arrays, output, logarithms, upstream, gradients, workers)
  }
}
