import NNCore

/// The inside of a frame, or the whole drawing, laid out.
struct FrameLayout {
  let direction: FlowDirection
  var picture = PlacedDrawing()
  /// Its size along the flow, in pixels.
  var length = 0.0
  /// Its size across the flow, in pixels.
  var breadth = 0.0
  /// The outside nodes whose values come in, with the places across the flow at which they do.
  var entries: [(node: Int, across: Double)] = []
  /// The inside nodes whose values go out, with the places across the flow at which they do.
  var exits: [(node: Int, across: Double)] = []

  var level = RankedFrame()
  var frames: [FrameLayout] = []
  /// The positions in `entries` and `exits` of the nodes there.
  private var entryPlaces: [Int: Int] = [:]
  private var exitPlaces: [Int: Int] = [:]

  /// Lays out a whole drawing. Nil if the wires between its frames form a cycle.
  init?(_ drawing: Drawing, _ direction: FlowDirection) throws(DiagnosticError) {
    var places = 0
    guard
      let layout = try FrameLayout(
        drawing, direction, members: Array(drawing.nodes.indices), wires: Array(drawing.wires.indices), depth: 0,
        places: &places)
    else { return nil }
    self = layout
  }

  /// Lays out the nodes `members`, all of which are in the same `depth` groups. Nil if the wires between the parts
  /// form a cycle, which frames may cause.
  ///
  /// - Parameters:
  ///   - wires: those that begin or end at a member, by index.
  ///   - places: the places of all frames so far, to which its own are added.
  private init?(
    _ drawing: Drawing, _ direction: FlowDirection, members: [Int], wires: [Int], depth: Int, places: inout Int
  ) throws(DiagnosticError) {
    self.direction = direction
    guard try build(drawing, members, wires, depth, &places), level.rank() else { return nil }
    guard level.addBends(atMost: PlacedDrawing.mostPlaces - places) else { throw PlacedDrawing.tooLarge(drawing) }
    places += level.vertices.count
    level.order()
    level.orderPorts()
    level.place()
    draw(drawing)
    entryPlaces = Self.places(entries)
    exitPlaces = Self.places(exits)
  }

  private static func places(_ ports: [(node: Int, across: Double)]) -> [Int: Int] {
    Dictionary(ports.enumerated().map { ($1.node, $0) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Vertices

  private mutating func build(
    _ drawing: Drawing, _ members: [Int], _ wires: [Int], _ depth: Int, _ places: inout Int
  ) throws(DiagnosticError) -> Bool {
    var vertexOf: [Int: Int] = [:]
    var entering: [Int: [Drawing.Wire]] = [:]
    for wire in wires { entering[drawing.wires[wire].to, default: []].append(drawing.wires[wire]) }
    var groups: [String: [Int]] = [:]
    var order: [String] = []
    var groupOf: [Int: String] = [:]
    for node in members where drawing.nodes[node].groups.count > depth {
      let group = drawing.nodes[node].groups[depth]
      if groups[group] == nil { order.append(group) }
      groups[group, default: []].append(node)
      groupOf[node] = group
    }
    var wiresOf: [String: [Int]] = [:]
    for wire in wires {
      let (from, to) = (groupOf[drawing.wires[wire].from], groupOf[drawing.wires[wire].to])
      if let from { wiresOf[from, default: []].append(wire) }
      if let to, to != from { wiresOf[to, default: []].append(wire) }
    }
    for node in members where drawing.nodes[node].groups.count <= depth {
      vertexOf[node] = level.vertices.count
      level.vertices.append(vertex(node, drawing.nodes[node], entering[node] ?? []))
    }
    for group in order {
      let inside = groups[group] ?? []
      guard
        var frame = try FrameLayout(
          drawing, direction, members: inside, wires: wiresOf[group] ?? [], depth: depth + 1, places: &places)
      else { return false }
      frame.enclose(group)
      for node in inside { vertexOf[node] = level.vertices.count }
      level.vertices.append(
        RankedFrame.Vertex(
          content: .frame(frames.count), length: frame.length, halfBreadth: frame.breadth / 2,
          outPorts: frame.exits.map { $0.across - frame.breadth / 2 },
          inPorts: frame.entries.map { $0.across - frame.breadth / 2 }))
      frames.append(frame)
    }
    link(drawing, wires, vertexOf)
    return true
  }

  private mutating func link(_ drawing: Drawing, _ wires: [Int], _ vertexOf: [Int: Int]) {
    struct Route: Hashable {
      var source: Int
      var to: Int
    }
    var entryOf: [Int: Int] = [:]
    var exitOf: [Int: Int] = [:]
    var routes: Set<Route> = []
    func port(_ content: RankedFrame.Content) -> RankedFrame.Vertex {
      RankedFrame.Vertex(content: content, length: 0, halfBreadth: 7)
    }
    for wire in wires.lazy.map({ drawing.wires[$0] }) {
      let (from, to) = (vertexOf[wire.from], vertexOf[wire.to])
      if from == nil && to == nil || from == to { continue }
      if from == nil, entryOf[wire.from] == nil {
        entryOf[wire.from] = level.vertices.count
        level.vertices.append(port(.entry(wire.from)))
      }
      if to == nil, exitOf[wire.from] == nil {
        exitOf[wire.from] = level.vertices.count
        level.vertices.append(port(.exit(wire.from)))
      }
      guard let start = from ?? entryOf[wire.from], let end = to ?? exitOf[wire.from] else { continue }
      var link = RankedFrame.Link(from: start, outPort: 0, to: end, inPort: 0)
      if case .frame(let frame) = level.vertices[start].content {
        link.outPort = frames[frame].exitPlaces[wire.from] ?? 0
      }
      switch level.vertices[end].content {
      case .node: (link.above, link.below) = (wire.above, wire.below)
      case .frame(let frame):
        link.inPort = frames[frame].entryPlaces[wire.from] ?? 0
        guard routes.insert(Route(source: wire.from, to: end)).inserted else { continue }
      default: guard routes.insert(Route(source: wire.from, to: end)).inserted else { continue }
      }
      level.links.append(link)
    }
    // Ports in the order in which wires were found; placed later.
    var ports = [Int](repeating: 0, count: level.vertices.count)
    for index in level.links.indices {
      guard case .node = level.vertices[level.links[index].to].content else { continue }
      level.links[index].inPort = ports[level.links[index].to]
      ports[level.links[index].to] += 1
    }
  }
}
