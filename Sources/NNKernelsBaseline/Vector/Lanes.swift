/// Which lanes of a vector a kernel loads and stores: a type parameter, so that one loop body serves whole vectors and
/// the remainder of an array.
protocol Lanes {
  func load(_ pointer: UnsafePointer<Float>) -> Vector
  func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>)
}

/// All lanes.
struct AllLanes: Lanes {
  @inline(__always)
  func load(_ pointer: UnsafePointer<Float>) -> Vector { loadVector(pointer) }

  @inline(__always)
  func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) { storeVector(vector, pointer) }
}

/// The first `count` lanes, fewer than a vector has. The other lanes load as zero and are not stored.
struct FirstLanes: Lanes {
  let count: Int

  @inline(__always)
  func load(_ pointer: UnsafePointer<Float>) -> Vector { loadVector(pointer, count: count) }

  @inline(__always)
  func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) { storeVector(vector, pointer, count: count) }
}

extension Lanes {
  /// target = value, or target += value.
  @inline(__always)
  func store(_ value: Vector, _ target: UnsafeMutablePointer<Float>, accumulate: Bool) {
    store(accumulate ? load(target) + value : value, target)
  }
}
