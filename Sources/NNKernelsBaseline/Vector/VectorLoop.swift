/// The work of a loop over consecutive elements, one vector at a time.
///
/// A structure with methods rather than two closures: the compiler puts methods into the loop and keeps the structure's
/// members in registers, while closures that are handed on through a worker pool stay calls.
protocol VectorLoop {
  /// Does the elements of the whole vector that starts at `i`.
  func whole(_ i: Int)
  /// Does the `count` elements from `i` on, fewer than a vector has.
  func rest(_ i: Int, _ count: Int)
}

extension VectorLoop {
  /// Does all elements of `range`.
  @inline(__always)
  func run(_ range: Range<Int>) {
    let work = self
    var i = range.lowerBound
    while i + Vector.scalarCount <= range.upperBound {
      work.whole(i)
      i += Vector.scalarCount
    }
    if i < range.upperBound { work.rest(i, range.upperBound - i) }
  }

  /// `run` as a function of its own, to be called from a worker's closure.
  @inline(never)
  func runChunk(_ range: Range<Int>) { run(range) }
}
