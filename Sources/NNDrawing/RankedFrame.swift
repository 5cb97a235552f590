/// What stands inside one frame: nodes, frames within it, and the ports through which wires come in and go out; as
/// vertices in columns ("ranks"), a wire that passes a column having a bend there. Sugiyama, Tagawa and Toda, "Methods
/// for Visual Understanding of Hierarchical System Structures", 1981. Columns follow one another along the flow of the
/// drawing, whichever way that is; lengths are in pixels.
struct RankedFrame {
  enum Content: Hashable {
    case node(Int)
    /// A frame within this one, by the position of its layout.
    case frame(Int)
    /// Where the value of a node outside comes in.
    case entry(Int)
    /// Where the value of a node inside goes out.
    case exit(Int)
    /// Where the wire from a vertex passes a column.
    case bend(of: Int)
  }

  struct Vertex {
    var content: Content
    /// Its size along the flow.
    var length: Double
    /// Half the breadth, across the flow, of the band that belongs to the vertex alone.
    var halfBreadth: Double
    /// Where wires leave it across the flow, relative to its centre.
    var outPorts: [Double] = [0]
    /// Where wires enter it across the flow, relative to its centre.
    var inPorts: [Double] = [0]
    /// The breadth of a layer's card.
    var cardBreadth = 0.0
    /// The column.
    var rank = 0
    /// The place of its centre across the flow.
    var across = 0.0
  }

  struct Link {
    var from: Int
    var outPort: Int
    var to: Int
    var inPort: Int
    var above = ""
    var below = ""

    var labelWidth: Double { max(textWidth(above, .value), textWidth(below, .gradient)) }
  }

  /// Pixels between the wires that enter a node, with room for a label on each side.
  static let portDistance = 34.0

  var vertices: [Vertex] = []
  var links: [Link] = []
  /// The vertices of each column across the flow.
  var columns: [[Int]] = []

  // MARK: Columns

  /// Gives every vertex a column behind all that it reads. Returns false if there is a cycle.
  mutating func rank() -> Bool {
    var waiting = [Int](repeating: 0, count: vertices.count)
    for link in links { waiting[link.to] += 1 }
    let readers = Dictionary(grouping: links.indices) { links[$0].from }
    let hasEntries = vertices.contains { if case .entry = $0.content { true } else { false } }
    var ready = vertices.indices.filter { waiting[$0] == 0 }
    var order: [Int] = []
    while let vertex = ready.popLast() {
      order.append(vertex)
      if hasEntries, case .entry = vertices[vertex].content {
      } else if hasEntries {
        vertices[vertex].rank = max(vertices[vertex].rank, 1)
      }
      for link in readers[vertex] ?? [] {
        let to = links[link].to
        vertices[to].rank = max(vertices[to].rank, vertices[vertex].rank + 1)
        waiting[to] -= 1
        if waiting[to] == 0 { ready.append(to) }
      }
    }
    guard order.count == vertices.count else { return false }
    // What reads nothing stands next to its first reader, so that its wires are short.
    let written = Set(links.map(\.to))
    for vertex in order where !written.contains(vertex) {
      if case .entry = vertices[vertex].content { continue }
      if let first = (readers[vertex] ?? []).map({ vertices[links[$0].to].rank }).min() {
        vertices[vertex].rank = first - 1
      }
    }
    let last = (vertices.map(\.rank).max() ?? 0)
    let hasExits = vertices.contains { if case .exit = $0.content { true } else { false } }
    for index in vertices.indices {
      if case .exit = vertices[index].content { vertices[index].rank = last }
    }
    // Nothing stands in the column of the exits but they.
    if hasExits,
      vertices.contains(where: {
        if case .exit = $0.content { return false }
        return $0.rank == last
      })
    {
      for index in vertices.indices {
        if case .exit = vertices[index].content { vertices[index].rank = last + 1 }
      }
    }
    return true
  }

  /// Puts bends where wires pass columns; wires from one place share them. False if there would be more vertices than
  /// `most`.
  mutating func addBends(atMost most: Int) -> Bool {
    struct Port: Hashable {
      var from: Int
      var port: Int
    }
    struct Key: Hashable {
      var port: Port
      var rank: Int
    }
    var bends: [Key: Int] = [:]
    // The last column with a bend of each place.
    var reached: [Port: Int] = [:]
    for index in links.indices {
      let link = links[index]
      let (first, last) = (vertices[link.from].rank, vertices[link.to].rank)
      guard last > first + 1 else { continue }
      var previous = (vertex: link.from, port: link.outPort)
      // Bends of one place are made from left to right without gaps.
      let origin = Port(from: link.from, port: link.outPort)
      let known = reached[origin] ?? first
      if known > first, let bend = bends[Key(port: origin, rank: min(known, last - 1))] { previous = (bend, 0) }
      for rank in (min(known, last - 1) + 1)..<last {
        var bend = Vertex(content: .bend(of: link.from), length: 0, halfBreadth: 7)
        bend.rank = rank
        guard vertices.count < most else { return false }
        vertices.append(bend)
        links.append(Link(from: previous.vertex, outPort: previous.port, to: vertices.count - 1, inPort: 0))
        bends[Key(port: origin, rank: rank)] = vertices.count - 1
        previous = (vertices.count - 1, 0)
        reached[origin] = rank
      }
      links[index].from = previous.vertex
      links[index].outPort = previous.port
    }
    columns = [[Int]](repeating: [], count: (vertices.map(\.rank).max() ?? 0) + 1)
    for index in vertices.indices { columns[vertices[index].rank].append(index) }
    return vertices.count <= most
  }
}
