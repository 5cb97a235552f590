import NNCollectives
import NNCore
import NNKernels

/// Sums arrays that come one after the other along the balanced binary tree over them:
/// ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)).
///
/// Addition in floating point is not associative, so the tree is part of the result. Whoever holds a block of 2^k arrays,
/// aligned to its size, has a node of the tree, whatever computes the others. There is memory for one partial sum of each
/// level below the root.
///
/// Where the wire carries bfloat16, both operands of every addition are rounded to it, as `Collectives.sumRounded` does, so that it
/// makes no difference which additions are made on one process.
struct TreeSum<S: Scalar> {
  private let partialSums: [Storage<S>]
  private let workers: WorkerPool
  /// Whether operands are rounded to bfloat16.
  private let rounds: Bool
  /// Arrays added so far. Its binary digits say which levels hold a partial sum.
  private var added = 0

  /// The sum of 2^levels arrays of `count` elements.
  init(levels: Int, count: Int, rounds: Bool = false, workers: WorkerPool) {
    self.rounds = rounds
    partialSums = (0..<levels).map { _ in Storage(count: count) }
    self.workers = workers
  }

  /// Forgets all arrays.
  mutating func restart() { added = 0 }

  /// Adds a part of the last array, whose other parts are added by further calls: it then holds its part of the sum.
  @specialized(where S == Float)
  func addLast(_ part: Range<Int>, of array: Buffer<S>) {
    for level in partialSums.indices {
      if rounds { roundToBFloat16(array.slice(part), workers: workers) }
      S.scale(
        partialSums[level].buffer.slice(part), by: 1, into: array.slice(part), accumulate: true, workers: workers)
    }
  }

  /// Adds the next array. After the last one, `array` holds the sum; before that, its contents are undefined.
  @specialized(where S == Float)
  @specialized(where S == Double)
  mutating func add(_ array: Buffer<S>) {
    var level = 0
    while level < partialSums.count, (added >> level) & 1 == 1 {
      if rounds { roundToBFloat16(array, workers: workers) }
      S.scale(partialSums[level].buffer, by: 1, into: array, accumulate: true, workers: workers)
      level += 1
    }
    added += 1
    guard level < partialSums.count else { return }
    if rounds { roundToBFloat16(array, workers: workers) }
    S.scale(array, by: 1, into: partialSums[level].buffer, accumulate: false, workers: workers)
  }
}
