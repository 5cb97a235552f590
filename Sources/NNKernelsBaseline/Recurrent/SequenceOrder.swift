import NNKernelsCommon

/// The order in which the steps of all sequences are processed and saved: sequences sorted by length, the longest first,
/// so that those that are active at a step are the first ones. Row offset(t) + rank is step number t of a sequence:
///
///     rank 0   0  3  6  8      four sequences of lengths 4, 3, 3 and 1, the rows of their steps
///     rank 1   1  4  7
///     rank 2   2  5
///     (offsets 0, 3, 6, 8, 9)
///
/// Equal lengths stay in the batch's order.
struct SequenceOrder {
  let batch: Int
  let steps: Int
  /// The sequences by rank, then their lengths, then the offsets of the steps 0...steps.
  private let memory: UnsafeMutablePointer<Int32>

  /// Scalars of memory.
  static func size(batch: Int, steps: Int) -> Int { 2 * batch + steps + 1 }

  /// Sorts by counting, in `memory` of that size.
  init(_ r: Recurrence, _ lengths: Buffer<Int32>?, _ memory: UnsafeMutablePointer<Float>) {
    batch = r.batch
    steps = r.steps
    let size = Self.size(batch: batch, steps: steps)
    self.memory = UnsafeMutableRawPointer(memory).bindMemory(to: Int32.self, capacity: size)
    let (order, sorted, counts) = (self.memory, self.memory + batch, self.memory + 2 * batch)
    counts.update(repeating: 0, count: steps + 1)
    for sequence in 0..<batch { counts[r.length(lengths, sequence)] += 1 }
    // counts[l] = sequences longer than l, the first rank of length l.
    var longer: Int32 = 0
    for length in (0...steps).reversed() {
      let count = counts[length]
      counts[length] = longer
      longer += count
    }
    for sequence in 0..<batch {
      let length = r.length(lengths, sequence)
      let rank = Int(counts[length])
      counts[length] += 1
      order[rank] = Int32(truncatingIfNeeded: sequence)
      sorted[rank] = Int32(truncatingIfNeeded: length)
    }
    // counts[l] = sequences of at least l steps: those active at step l - 1.
    var total: Int32 = 0
    for step in 0..<steps {
      counts[step] = total
      total += counts[step + 1]
    }
    counts[steps] = total
  }

  /// The sequence of a rank, and its length.
  @inline(__always) func sequence(_ rank: Int) -> Int { Int(memory[rank]) }
  @inline(__always) func length(_ rank: Int) -> Int { Int(memory[batch + rank]) }

  /// The row of rank 0 at step number `index`.
  @inline(__always) func offset(_ index: Int) -> Int { Int(memory[2 * batch + index]) }

  /// Sequences that have step number `index`; 0 past the last.
  @inline(__always)
  func active(_ index: Int) -> Int { index < steps ? offset(index + 1) - offset(index) : 0 }

  /// Valid steps of all sequences.
  var rows: Int { offset(steps) }

  /// How many parts the ranks are cut into for `threads` workers. Sequences of one length make few parts, since each
  /// part reads the weights at every step; of different lengths, enough for the workers to even out.
  func parts(_ r: Recurrence, threads: Int) -> Int {
    let most = 8 * TileShape.rows
    let least = (batch + most - 1) / most
    guard threads > 1 else { return least }
    let isEven = rows == batch * steps
    let wanted = isEven ? least : max(least, (batch + 2 * TileShape.rows - 1) / (2 * TileShape.rows))
    let work = rows * r.gateRows * r.inner / ProductPlan.leastWork
    return max(1, min(batch, work, (wanted + threads - 1) / threads * threads))
  }
}
