/// The body of a loop over consecutive elements, one vector at a time.
///
/// A structure with methods instead of closures: methods are inlined into the loop and the members stay in registers,
/// while a closure that is passed through the worker pool remains a call.
protocol VectorLoop {
  /// Computes the vector of elements that starts at `i`.
  func whole(_ i: Int)
  /// Computes the remainder: `count` elements from `i` on, fewer than a vector has.
  func rest(_ i: Int, _ count: Int)
}

extension VectorLoop {
  /// Computes all elements of `range`.
  @inline(__always)
  func run(_ range: Range<Int>) {
    let loop = self
    var i = range.lowerBound
    while i + Vector.scalarCount <= range.upperBound {
      loop.whole(i)
      i += Vector.scalarCount
    }
    if i < range.upperBound { loop.rest(i, range.upperBound - i) }
  }

  /// `run`, not inlined: the body of a chunk's closure.
  @inline(never)
  func runChunk(_ range: Range<Int>) { run(range) }
}

/// A loop whose body is the same for whole vectors and for the remainder.
protocol LaneLoop: VectorLoop {
  /// Computes the elements from `i` on that `lanes` covers.
  func step<L: Lanes>(_ i: Int, _ lanes: L)
}

extension LaneLoop {
  @inline(__always)
  func whole(_ i: Int) { step(i, AllLanes()) }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) { step(i, FirstLanes(count: count)) }
}
