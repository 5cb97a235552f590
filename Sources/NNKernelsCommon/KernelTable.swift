/// The single-precision kernels of one instruction-set level. Their meaning is documented at `Scalar`.
public struct KernelTable: Sendable {
  public typealias Vector = Buffer<Float>
  public typealias Multiply =
    @Sendable (MatrixProduct, _ a: Vector, _ b: Vector, _ c: Vector, Epilogue<Float>, WorkerPool) -> Void
  public typealias PackedCount = @Sendable (_ inner: Int, _ columns: Int) -> Int
  public typealias Pack =
    @Sendable (_ b: Vector, _ inner: Int, _ columns: Int, _ transposed: Bool, _ packed: Vector) -> Void
  public typealias MultiplyPacked =
    @Sendable (
      _ rows: Int, _ inner: Int, _ columns: Int, _ a: Vector, _ packed: Vector, _ c: Vector, Epilogue<Float>,
      WorkerPool
    ) -> Void

  public let level: KernelLevel
  public let multiply: Multiply
  public let packedCount: PackedCount
  public let pack: Pack
  public let multiplyPacked: MultiplyPacked
  /// Runs as many fused multiply-adds between registers as asked for, at the highest rate the core has, and returns
  /// the floating-point operations done.
  public let spendOperations: @Sendable (_ rounds: Int) -> Int

  public init(
    level: KernelLevel, multiply: @escaping Multiply, packedCount: @escaping PackedCount, pack: @escaping Pack,
    multiplyPacked: @escaping MultiplyPacked, spendOperations: @escaping @Sendable (_ rounds: Int) -> Int
  ) {
    self.level = level
    self.multiply = multiply
    self.packedCount = packedCount
    self.pack = pack
    self.multiplyPacked = multiplyPacked
    self.spendOperations = spendOperations
  }
}
