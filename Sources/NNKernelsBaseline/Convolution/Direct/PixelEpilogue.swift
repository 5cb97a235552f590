import NNKernelsCommon

/// The epilogue of a register tile that is not stored directly: accumulation, any activation, partial vectors. The
/// tile's sums are in memory, two vectors per row.
struct PixelEpilogue: FunctionUser {
  let activation: Activation
  let accumulate: Bool
  let sums: UnsafeMutablePointer<Float>
  let rows: Int
  /// Scalars from one row of the output to the next: a plane.
  let stride: Int

  /// Where a vector of row 0 goes, and its valid lanes.
  typealias Target = (start: UnsafeMutablePointer<Float>, count: Int)

  /// Finishes both vectors of each row and stores their valid lanes.
  @inline(never)
  func apply(_ first: Target, _ second: Target) {
    let lanes = Vector.scalarCount
    if accumulate {
      for row in 0..<rows {
        let own = sums + row * 2 * lanes
        add((first.start + row * stride, first.count), own)
        add((second.start + row * stride, second.count), own + lanes)
      }
    }
    if activation != .identity { activation.apply(self) }
    for row in 0..<rows {
      let own = sums + row * 2 * lanes
      move(own, (first.start + row * stride, first.count))
      move(own + lanes, (second.start + row * stride, second.count))
    }
  }

  @inline(__always)
  private func move(_ source: UnsafePointer<Float>, _ target: Target) {
    if target.count == Vector.scalarCount {
      storeVector(loadVector(source), target.start)
    } else {
      storeVector(loadVector(source), target.start, count: target.count)
    }
  }

  /// sums += what is at `target`.
  @inline(__always)
  private func add(_ target: Target, _ sums: UnsafeMutablePointer<Float>) {
    if target.count == Vector.scalarCount {
      storeVector(loadVector(sums) + loadVector(target.start), sums)
    } else {
      storeVector(loadVector(sums) + loadVector(target.start, count: target.count), sums)
    }
  }

  @inline(never)
  func use<F: VectorFunction>(_ function: F) {
    var i = 0
    while i < rows * 2 * Vector.scalarCount {
      storeVector(function.value(loadVector(sums + i)), sums + i)
      i += Vector.scalarCount
    }
  }
}
