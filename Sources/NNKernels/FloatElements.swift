// `Float`'s kernels for elements, sets of elements and columns: those of the selected level.
extension Float {
  public static func combine(
    _ operation: ElementOperation, _ x: Buffer<Float>, _ y: Buffer<Float>, into z: Buffer<Float>, accumulate: Bool,
    workers: WorkerPool
  ) {
    KernelTable.current.combineElements(operation, x, y, z, accumulate, workers)
  }

  public static func run(
    _ steps: UnsafeBufferPointer<ElementStep>, _ slots: UnsafePointer<UnsafeMutablePointer<Float>>,
    sums: UnsafeMutablePointer<Double>, count: Int
  ) {
    guard let first = steps.baseAddress else { return }
    KernelTable.current.runSteps(first, steps.count, slots, sums, count)
  }

  public static func moments(_ x: Buffer<Float>, _ set: StridedSegments) -> Moments {
    KernelTable.current.moments(x, set)
  }

  public static func deviationSums(
    _ y: Buffer<Float>, _ x: Buffer<Float>, center: Float, _ set: StridedSegments
  ) -> DeviationSums {
    KernelTable.current.deviationSums(y, x, center, set)
  }

  public static func map(
    _ x: Buffer<Float>, _ map: CenteredScale<Float>, _ set: StridedSegments, rectifies: Bool, into y: Buffer<Float>
  ) {
    KernelTable.current.affine(x, map, set, rectifies, y)
  }

  public static func combine(
    _ y: Buffer<Float>, _ x: Buffer<Float>, _ combination: LinearCombination<Float>, _ set: StridedSegments,
    into result: Buffer<Float>, accumulate: Bool
  ) {
    KernelTable.current.combineLinearly(y, x, combination, set, result, accumulate)
  }

  public static func convert(
    _ bytes: UnsafeBufferPointer<UInt8>, scales: Buffer<Float>, shifts: Buffer<Float>, into y: Buffer<Float>
  ) {
    KernelTable.current.convertBytes(bytes, scales, shifts, y)
  }

  public static func columnMoments(
    _ x: Buffer<Float>, _ columns: Columns, means: Buffer<Float>, variances: Buffer<Float>
  ) {
    KernelTable.current.columnMoments(x, columns, means, variances)
  }

  public static func columnDeviationSums(
    _ y: Buffer<Float>, _ x: Buffer<Float>, centers: Buffer<Float>, _ columns: Columns, sums: Buffer<Float>,
    products: Buffer<Float>
  ) {
    KernelTable.current.columnDeviationSums(y, x, centers, columns, sums, products)
  }

  public static func mapColumns(
    _ x: Buffer<Float>, _ map: ColumnMap<Float>, _ columns: Columns, rectifies: Bool, into y: Buffer<Float>
  ) {
    KernelTable.current.mapColumns(x, map, columns, rectifies, y)
  }

  public static func combineColumns(
    _ y: Buffer<Float>, _ x: Buffer<Float>, _ combination: ColumnCombination<Float>, _ columns: Columns,
    into result: Buffer<Float>, accumulate: Bool
  ) {
    KernelTable.current.combineColumns(y, x, combination, columns, result, accumulate)
  }

  public static func localResponse(
    _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Float>, into y: Buffer<Float>, workers: WorkerPool
  ) {
    KernelTable.current.localResponse(window, extent, x, y, workers)
  }

  public static func localResponseBackward(
    _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Float>, upstream: Buffer<Float>,
    products: Buffer<Float>, downstream: Buffer<Float>, accumulate: Bool, workers: WorkerPool
  ) {
    KernelTable.current.localResponseBackward(window, extent, x, upstream, products, downstream, accumulate, workers)
  }
}
