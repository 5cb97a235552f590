extension Drawing {
  /// The drawing in which groups that follow one another and are equal, with the same nodes, wires and words, are one group
  /// with its number of times. Groups follow one another if each reads a single node, the last of the one before, which
  /// nothing else reads.
  package var folded: Drawing {
    var drawing = self
    // From the inside out: what is equal outside may hold what is equal inside.
    for depth in (0..<(nodes.map(\.groups.count).max() ?? 0)).reversed() { drawing = drawing.folded(at: depth) }
    return drawing
  }

  /// A group of nodes, with what of it is compared.
  private struct Block {
    /// The groups around it.
    var parents: [String]
    var members: [Int] = []
    /// The nodes as they look, without names of their own for a pointer and without the groups around them.
    var looks: [Node] = []
    /// The wires that end in it, by positions among its members; those from outside begin at -1.
    var wires: [Wire] = []
    /// The nodes outside that it reads.
    var sources: Set<Int> = []
    /// The nodes inside that are read outside, and the blocks, or -1 for none, of their readers.
    var exits: Set<Int> = []
    var readers: Set<Int> = []
  }

  private func folded(at depth: Int) -> Drawing {
    var blocks: [Block] = []
    var blockOf = [Int](repeating: -1, count: nodes.count)
    var positions = [Int](repeating: 0, count: nodes.count)
    var known: [ArraySlice<String>: Int] = [:]
    for (index, node) in nodes.enumerated() where node.groups.count > depth {
      let path = node.groups[...depth]
      let block = known[path] ?? blocks.count
      if block == blocks.count {
        known[path] = block
        blocks.append(Block(parents: Array(path.dropLast())))
      }
      blockOf[index] = block
      positions[index] = blocks[block].members.count
      blocks[block].members.append(index)
      var look = node
      look.remark = ""
      look.groups.removeFirst(depth + 1)
      blocks[block].looks.append(look)
    }
    for wire in wires {
      let (from, to) = (blockOf[wire.from], blockOf[wire.to])
      if to >= 0 {
        blocks[to].wires.append(
          Wire(
            from: from == to ? positions[wire.from] : -1, to: positions[wire.to], above: wire.above, below: wire.below))
        if from != to { blocks[to].sources.insert(wire.from) }
      }
      if from >= 0, from != to {
        blocks[from].exits.insert(wire.from)
        blocks[from].readers.insert(to)
      }
    }
    return folded(runs(blocks, positions), blocks, blockOf, depth)
  }

  /// The runs of at least two equal blocks.
  private func runs(_ blocks: [Block], _ positions: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for index in blocks.indices {
      let next = index + 1
      if next < blocks.count, continues(blocks[index], next, blocks[next], positions) { continue }
      if next - start > 1 { runs.append(start..<next) }
      start = next
    }
    return runs
  }

  /// Whether `block` is followed by an equal one, whose index is `next`, and by nothing else.
  private func continues(_ block: Block, _ next: Int, _ other: Block, _ positions: [Int]) -> Bool {
    guard block.readers == [next], let exit = block.exits.first, block.exits.count == 1, other.sources == [exit],
      block.sources.count == 1, other.exits.count == 1, let end = other.exits.first
    else { return false }
    return positions[exit] == positions[end] && block.parents == other.parents && block.looks == other.looks
      && block.wires == other.wires
  }

  /// The drawing with the first block of each run in place of all.
  private func folded(_ runs: [Range<Int>], _ blocks: [Block], _ blockOf: [Int], _ depth: Int) -> Drawing {
    guard !runs.isEmpty else { return self }
    var result = Drawing(title: title)
    // What stands in the place of a node: itself, the last node of the first block, or nothing.
    var standIn: [Int?] = Array(nodes.indices)
    var titles: [Int: Int] = [:]
    for run in runs {
      titles[run.lowerBound] = run.count
      for block in run.dropFirst() {
        for member in blocks[block].members { standIn[member] = nil }
      }
      if let first = blocks[run.lowerBound].exits.first, let last = blocks[run.upperBound - 1].exits.first {
        standIn[last] = first
      }
    }
    var places = [Int](repeating: -1, count: nodes.count)
    for (index, node) in nodes.enumerated() where standIn[index] == index {
      places[index] = result.nodes.count
      result.nodes.append(node)
      if blockOf[index] >= 0, let times = titles[blockOf[index]] {
        result.nodes[places[index]].groups[depth] += " x \(times)"
      }
    }
    for wire in wires {
      guard standIn[wire.to] == wire.to, let from = standIn[wire.from] else { continue }
      result.wires.append(Wire(from: places[from], to: places[wire.to], above: wire.above, below: wire.below))
    }
    return result
  }
}
