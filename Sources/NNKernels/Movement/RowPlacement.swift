/// A rectangle of rows x run elements in each plane of y: slices, crops and paddings are of this kind.
///
/// A block of y holds `planes` planes of `plane` elements. Row r of plane p of block b is the run of elements from
/// start(b) + r stride on, counted from the plane's first element. The rows of x lie one after the other.
public struct RowPlacement: Sendable {
  private let planes: Int
  private let plane: Int
  private let rows: Int
  private let run: Int
  private let stride: Int

  /// Rows that lie within the planes for every start that is used.
  public init(planes: Int = 1, plane: Int, rows: Int, run: Int, stride: Int) {
    (self.planes, self.plane) = (planes, plane)
    (self.rows, self.run, self.stride) = (rows, run, stride)
  }

  /// y = x in the rows, and `filler` elsewhere. Bytes: 4 per element of x and y in single precision.
  public func place<S: Scalar>(
    _ x: Buffer<S>, into y: Buffer<S>, filler: S, workers: WorkerPool, start: (_ block: Int) -> Int
  ) {
    NNKernels.place(self, x, y, filler, workers, start)
  }

  /// y += x in the rows.
  public func add<S: Scalar>(
    _ x: Buffer<S>, into y: Buffer<S>, workers: WorkerPool, start: (_ block: Int) -> Int
  ) {
    NNKernels.add(self, x, y, workers, start)
  }

  /// x = y in the rows.
  public func take<S: Scalar>(
    _ y: Buffer<S>, into x: Buffer<S>, workers: WorkerPool, start: (_ block: Int) -> Int
  ) {
    NNKernels.take(self, y, x, workers, start)
  }

  /// Calls `body` with the views of each row in y and in x. Threads share the blocks; before those of a piece of work,
  /// `prepare` is called with their part of y.
  @inline(__always)
  fileprivate func forEachRow<S: Scalar>(
    _ y: Buffer<S>, _ x: Buffer<S>, _ workers: WorkerPool, _ start: (_ block: Int) -> Int,
    prepare: (_ blocks: Buffer<S>) -> Void = { _ in }, _ body: (_ y: Buffer<S>, _ x: Buffer<S>) -> Void
  ) {
    let block = max(1, planes * plane)
    workers.run(count: y.count / block, grain: max(1, 8192 / block)) { blocks in
      prepare(y.slice((blocks.lowerBound * block)..<(blocks.upperBound * block)))
      for index in blocks {
        let first = start(index)
        var source = index * planes * rows * run
        for plane in 0..<planes {
          var place = index * block + plane * self.plane + first
          for _ in 0..<rows {
            body(y.slice(from: place, count: run), x.slice(from: source, count: run))
            place += stride
            source += run
          }
        }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func place<S: Scalar>(
  _ layout: RowPlacement, _ x: Buffer<S>, _ y: Buffer<S>, _ filler: S, _ workers: WorkerPool, _ start: (Int) -> Int
) {
  layout.forEachRow(y, x, workers, start, prepare: { $0.fill(filler) }) { to, from in
    copyRun(from.base, to: to.base, count: to.count)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func add<S: Scalar>(
  _ layout: RowPlacement, _ x: Buffer<S>, _ y: Buffer<S>, _ workers: WorkerPool, _ start: (Int) -> Int
) {
  layout.forEachRow(y, x, workers, start) { to, from in for i in 0..<to.count { to[i] += from[i] } }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func take<S: Scalar>(
  _ layout: RowPlacement, _ y: Buffer<S>, _ x: Buffer<S>, _ workers: WorkerPool, _ start: (Int) -> Int
) {
  layout.forEachRow(y, x, workers, start) { from, to in copyRun(from.base, to: to.base, count: to.count) }
}
