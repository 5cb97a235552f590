extension ExecutionPlan {
  /// perSample x batch + fixed scalars, rounded up to a multiple of 16: a cache line of floats.
  static func span(_ perSample: Int, _ batch: Int, and fixed: Int = 0) -> Int {
    min((Count.sum(Count.product(perSample, batch), fixed) + 15) / 16 * 16, Count.largest)
  }

  /// An array to be placed in the arena: its size and its live range.
  struct Block {
    /// Its scalars.
    var size: Int
    /// The step that writes it.
    var first: Int
    /// The last step that reads it.
    var last: Int
  }
}

extension ExecutionPlan.Block {
  /// The most blocks for which every pair is compared.
  static let mostCompared = 4096

  /// Gives each block an offset at which it overlaps no block whose live range overlaps its own.
  ///
  /// - Parameter span: the scalars of the arena.
  static func place(_ blocks: [Self], span: inout Int) -> [Int] {
    blocks.count > mostCompared ? placedInOrder(blocks, span: &span) : placedClosely(blocks, span: &span)
  }

  /// Best-fit decreasing: blocks by size, the largest first, each into the smallest sufficient gap between the placed
  /// blocks that are live at the same time. Quadratic in the number of blocks.
  static func placedClosely(_ blocks: [Self], span: inout Int) -> [Int] {
    var offsets = [Int](repeating: 0, count: blocks.count)
    var placed: [Int] = []
    for block in blocks.indices.sorted(by: { (blocks[$1].size, $0) < (blocks[$0].size, $1) }) {
      let (size, first, last) = (blocks[block].size, blocks[block].first, blocks[block].last)
      var best: (gap: Int, offset: Int)?
      var end = 0
      // `placed` is sorted by offset, so gaps come in ascending order.
      for other in placed where blocks[other].first <= last && first <= blocks[other].last {
        let gap = offsets[other] - end
        if gap >= size, gap < best?.gap ?? .max { best = (gap, end) }
        end = max(end, Count.sum(offsets[other], blocks[other].size))
      }
      offsets[block] = best?.offset ?? end
      span = max(span, Count.sum(offsets[block], size))
      let position = placed.firstIndex { offsets[$0] > offsets[block] } ?? placed.count
      placed.insert(block, at: position)
    }
    return offsets
  }

  /// A linear scan over the live ranges with segregated free lists: each block takes a free slot of its size class, up
  /// to twice its size, or a new one. O(n log n) in the number of blocks; the arena may be larger than with
  /// `placedClosely`.
  static func placedInOrder(_ blocks: [Self], span: inout Int) -> [Int] {
    var offsets = [Int](repeating: 0, count: blocks.count)
    let order = blocks.indices.filter { blocks[$0].size > 0 }.sorted {
      (blocks[$0].first, $0) < (blocks[$1].first, $1)
    }
    let ending = order.sorted { (blocks[$0].last, $0) < (blocks[$1].last, $1) }
    var ended = 0
    // Free slots by size class. A block takes the whole slot of its class.
    var free: [Int: [Int]] = [:]
    var classes = [Int](repeating: 0, count: blocks.count)
    for block in order {
      while ended < ending.count, blocks[ending[ended]].last < blocks[block].first {
        free[classes[ending[ended]], default: []].append(offsets[ending[ended]])
        ended += 1
      }
      let smallest = sizeClass(blocks[block].size)
      // Slots of up to twice the size will do.
      let found = (smallest...(smallest + stepsPerDoubling)).first { !(free[$0]?.isEmpty ?? true) }
      classes[block] = found ?? smallest
      if let found, let offset = free[found]?.popLast() {
        offsets[block] = offset
      } else {
        offsets[block] = span
        span = Count.sum(span, room(smallest))
      }
    }
    return offsets
  }

  /// Size classes per doubling.
  private static let stepsPerDoubling = 8

  /// The smallest class whose slots hold `size` scalars, a multiple of 16.
  private static func sizeClass(_ size: Int) -> Int {
    let units = size / 16
    let doubling = Int.bitWidth - 1 - units.leadingZeroBitCount
    let found = doubling * stepsPerDoubling + (units - (1 << doubling)) * stepsPerDoubling / (1 << doubling)
    return room(found) >= size ? found : found + 1
  }

  /// Scalars of a class's slots, a multiple of 16.
  private static func room(_ sizeClass: Int) -> Int {
    let doubling = 1 << (sizeClass / stepsPerDoubling)
    let step = sizeClass % stepsPerDoubling
    return 16 * (doubling + (doubling * step + stepsPerDoubling - 1) / stepsPerDoubling)
  }
}
