extension RankedFrame {
  /// Pixels between the bands of neighbours in a column.
  private static let gap = 10.0

  /// Gives every vertex its place in its column: as near to its neighbours' places as the bands allow.
  mutating func place() {
    for column in columns {
      var y = 0.0
      for vertex in column {
        vertices[vertex].across = y + vertices[vertex].halfBreadth
        y += 2 * vertices[vertex].halfBreadth + Self.gap
      }
    }
    var left = [[Int]](repeating: [], count: vertices.count)
    var right = left
    for (index, link) in links.enumerated() {
      left[link.to].append(index)
      right[link.from].append(index)
    }
    for round in 0..<16 {
      let isForward = round % 2 == 0
      for rank in isForward ? Array(columns.indices) : columns.indices.reversed() {
        let column = columns[rank]
        let wanted = column.map { vertex -> Double in
          var wishes: [Double] = []
          if isForward || round == 15 { wishes += left[vertex].map { wish(links[$0], ofTarget: true) } }
          if !isForward || round == 15 { wishes += right[vertex].map { wish(links[$0], ofTarget: false) } }
          return wishes.isEmpty ? vertices[vertex].across : wishes.reduce(0, +) / Double(wishes.count)
        }
        for (vertex, y) in zip(column, separated(column, wanted)) { vertices[vertex].across = y }
      }
    }
    let top = vertices.map { $0.across - $0.halfBreadth }.min() ?? 0
    for index in vertices.indices { vertices[index].across -= top }
  }

  /// The place of the vertex at one end of a link that would make the link straight.
  private func wish(_ link: Link, ofTarget: Bool) -> Double {
    let out = vertices[link.from].outPorts[link.outPort]
    let into = vertices[link.to].inPorts[link.inPort]
    return ofTarget ? vertices[link.from].across + out - into : vertices[link.to].across + into - out
  }

  /// The places nearest to the wanted ones, in the sense of least squares, at which no bands overlap: a monotone
  /// regression of wanted places less the room before, by pooling neighbours that are out of order.
  private func separated(_ column: [Int], _ wanted: [Double]) -> [Double] {
    var room: [Double] = []
    for (index, vertex) in column.enumerated() {
      let above = index == 0 ? 0 : room[index - 1] + vertices[column[index - 1]].halfBreadth + Self.gap
      room.append(above + (index == 0 ? 0 : vertices[vertex].halfBreadth))
    }
    var pools: [(total: Double, count: Int)] = []
    for index in column.indices {
      pools.append((wanted[index] - room[index], 1))
      while pools.count > 1 {
        let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
        guard before.total / Double(before.count) > last.total / Double(last.count) else { break }
        pools.removeLast()
        pools[pools.count - 1] = (before.total + last.total, before.count + last.count)
      }
    }
    var result: [Double] = []
    for pool in pools {
      for _ in 0..<pool.count { result.append(pool.total / Double(pool.count) + room[result.count]) }
    }
    return result
  }
}
