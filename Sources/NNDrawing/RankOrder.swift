extension RankedFrame {
  /// Orders the vertices of each column so that few wires cross: each moves to the mean position of its neighbours,
  /// column by column, to and fro; the best order seen is kept.
  mutating func order() {
    var best = (order: columns, crossings: crossings())
    var rounds = links.count > 2_000 ? 4 : 24
    while rounds > 0, best.crossings > 0 {
      rounds -= 1
      let isForward = rounds % 2 == 1
      let ranks = isForward ? Array(columns.indices.dropFirst()) : Array(columns.indices.dropLast().reversed())
      let neighbours = self.neighbours(isForward)
      var position = positions()
      for rank in ranks {
        var keys: [Int: Double] = [:]
        for (index, vertex) in columns[rank].enumerated() {
          let near = neighbours[vertex]
          let total = near.reduce(0) { $0 + position[$1.vertex] + $1.port }
          keys[vertex] = near.isEmpty ? Double(index) : total / Double(near.count)
        }
        let before = columns[rank]
        let order = before.indices.sorted {
          let (a, b) = (keys[before[$0]] ?? 0, keys[before[$1]] ?? 0)
          return a == b ? $0 < $1 : a < b
        }
        columns[rank] = order.map { before[$0] }
        for (index, vertex) in columns[rank].enumerated() { position[vertex] = Double(index) }
      }
      let count = crossings()
      if count < best.crossings { best = (columns, count) }
    }
    columns = best.order
  }

  /// Lets wires enter each node in the order in which they come.
  mutating func orderPorts() {
    let position = positions()
    for (vertex, entering) in Dictionary(grouping: links.indices, by: { links[$0].to }) {
      guard case .node = vertices[vertex].content else { continue }
      let order = entering.sorted { a, b in
        let (first, second) = (links[a], links[b])
        let (left, right) = (position[first.from], position[second.from])
        return left == right ? (first.outPort, a) < (second.outPort, b) : left < right
      }
      for (port, link) in order.enumerated() { links[link].inPort = port }
    }
  }

  private func positions() -> [Double] {
    var position = [Double](repeating: 0, count: vertices.count)
    for column in columns {
      for (index, vertex) in column.enumerated() { position[vertex] = Double(index) }
    }
    return position
  }

  /// For each vertex what it is linked to on the left or right, with the port there as a fraction of a position.
  private func neighbours(_ onTheLeft: Bool) -> [[(vertex: Int, port: Double)]] {
    var result = [[(vertex: Int, port: Double)]](repeating: [], count: vertices.count)
    for link in links {
      if onTheLeft {
        let share = Double(link.outPort) / Double(max(vertices[link.from].outPorts.count, 1))
        result[link.to].append((link.from, share))
      } else {
        let share = Double(link.inPort) / Double(max(vertices[link.to].inPorts.count, 1))
        result[link.from].append((link.to, share))
      }
    }
    return result
  }

  /// How many pairs of wires cross between neighbouring columns.
  private func crossings() -> Int {
    let position = positions()
    var total = 0
    let byColumn = Dictionary(grouping: links) { vertices[$0.from].rank }
    for links in byColumn.values {
      let ends = links.map { link in
        (
          left: position[link.from] + Double(link.outPort) / 1024,
          right: position[link.to] + (isNode(link.to) ? 0 : Double(link.inPort) / 1024)
        )
      }.sorted { $0 < $1 }
      total += Self.inversions(ends.map(\.right))
    }
    return total
  }

  /// How many pairs of numbers stand in the wrong order: counted while they are sorted by merging.
  private static func inversions(_ numbers: [Double]) -> Int {
    var (sorted, merged) = (numbers, numbers)
    var count = 0
    var width = 1
    while width < sorted.count {
      for start in stride(from: 0, to: sorted.count, by: 2 * width) {
        let middle = min(start + width, sorted.count)
        let end = min(start + 2 * width, sorted.count)
        var (left, right) = (start, middle)
        for place in start..<end {
          if left < middle, right == end || sorted[left] <= sorted[right] {
            merged[place] = sorted[left]
            left += 1
          } else {
            // All that is left of the first half is larger than this number behind it.
            count += middle - left
            merged[place] = sorted[right]
            right += 1
          }
        }
      }
      swap(&sorted, &merged)
      width *= 2
    }
    return count
  }

  private func isNode(_ vertex: Int) -> Bool {
    if case .node = vertices[vertex].content { return true }
    return false
  }
}
