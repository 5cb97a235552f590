import NNCore
import NNText

extension PlacedDrawing {
  /// The most places that a drawing's nodes, and its wires in the columns that they pass, may take.
  package static let mostPlaces = 100_000

  /// Lays a drawing out from left to right. Bands and columns are chosen so that no words meet other words, nodes or
  /// wires.
  ///
  /// Throws a `DiagnosticError` if the drawing is larger than anyone could look at.
  package init(_ drawing: Drawing) throws(DiagnosticError) {
    var layout: FrameLayout?
    if drawing.nodes.count <= Self.mostPlaces, drawing.wires.count <= Self.mostPlaces {
      layout = try FrameLayout(drawing)
      // Groups that lie around one another in a cycle cannot be drawn as frames.
      if layout == nil {
        var flat = drawing
        for index in flat.nodes.indices { flat.nodes[index].groups = [] }
        layout = try FrameLayout(flat)
      }
    } else {
      throw Self.tooLarge(drawing)
    }
    self.init()
    let margin = 16.0
    if let layout {
      add(layout.picture, at: Point(margin, margin))
      width = layout.width + 2 * margin
      height = layout.height + 2 * margin
    }
    title = drawing.title
  }
}

extension PlacedDrawing {
  static func tooLarge(_ drawing: Drawing) -> DiagnosticError {
    DiagnosticError(
      code: "drawing-too-large",
      "a picture of \(grouped(drawing.nodes.count)) nodes and \(grouped(drawing.wires.count)) wires would have more than "
        + "the \(grouped(mostPlaces)) places that are drawn, a wire taking one in each column that it passes",
      remedy: "write it for Graphviz with --dot")
  }
}

/// The inside of a frame, or the whole drawing, laid out.
struct FrameLayout {
  private(set) var picture = PlacedDrawing()
  private(set) var width = 0.0
  private(set) var height = 0.0
  /// The outside nodes whose values come in, with the heights at which they do.
  private(set) var entries: [(node: Int, y: Double)] = []
  /// The inside nodes whose values go out, with the heights at which they do.
  private(set) var exits: [(node: Int, y: Double)] = []

  private var level = RankedFrame()
  private var frames: [FrameLayout] = []
  /// The positions in `entries` and `exits` of the nodes there.
  private var entryPlaces: [Int: Int] = [:]
  private var exitPlaces: [Int: Int] = [:]

  /// Space for the bends of wires between two columns.
  private static let bendWidth = 44.0
  private static let radius = 18.0
  private static let lineHeight = 17.0
  private static let padding = 14.0

  /// Lays out a whole drawing. Nil if the wires between its frames form a cycle.
  init?(_ drawing: Drawing) throws(DiagnosticError) {
    var places = 0
    guard
      let layout = try FrameLayout(
        drawing, members: Array(drawing.nodes.indices), wires: Array(drawing.wires.indices), depth: 0, places: &places)
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
    _ drawing: Drawing, members: [Int], wires: [Int], depth: Int, places: inout Int
  ) throws(DiagnosticError) {
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

  private static func places(_ ports: [(node: Int, y: Double)]) -> [Int: Int] {
    Dictionary(ports.enumerated().map { ($1.node, $0) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Vertices

  private mutating func build(
    _ drawing: Drawing, _ members: [Int], _ wires: [Int], _ depth: Int, _ places: inout Int
  ) throws(DiagnosticError) -> Bool {
    var vertexOf: [Int: Int] = [:]
    var entering: [Int: Int] = [:]
    for wire in wires { entering[drawing.wires[wire].to, default: 0] += 1 }
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
      level.vertices.append(Self.vertex(node, drawing.nodes[node], entering[node] ?? 0))
    }
    for group in order {
      let inside = groups[group] ?? []
      guard
        var frame = try FrameLayout(
          drawing, members: inside, wires: wiresOf[group] ?? [], depth: depth + 1, places: &places)
      else { return false }
      frame.enclose(group)
      for node in inside { vertexOf[node] = level.vertices.count }
      level.vertices.append(
        RankedFrame.Vertex(
          content: .frame(frames.count), width: frame.width, halfHeight: frame.height / 2,
          outPorts: frame.exits.map { $0.y - frame.height / 2 },
          inPorts: frame.entries.map { $0.y - frame.height / 2 }))
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
      RankedFrame.Vertex(content: content, width: 0, halfHeight: 7)
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

  /// A node's room: wide enough for its words, high enough for its wires' labels.
  private static func vertex(_ index: Int, _ node: Drawing.Node, _ entering: Int) -> RankedFrame.Vertex {
    let middle = Double(max(entering, 1) - 1) / 2
    let ports = (0..<max(entering, 1)).map { (Double($0) - middle) * RankedFrame.portDistance }
    let reach = (ports.last ?? 0) + RankedFrame.portDistance / 2
    var width = 0.0
    var half = reach
    switch node.appearance {
    case .source:
      width = textWidth(node.lines.first ?? "", .name) + 8
      half = max(half, 12)
    case .end: width = 4
    case .operation:
      width = max(2 * radius, textWidth(node.name, .name)) + 2 * 14
      half = max(half, radius + 2)
      if !node.name.isEmpty { half += 16 }
    case .layer:
      let texts = node.lines.enumerated().map { textWidth($1, $0 == 0 ? .line : .detail) }
      width = (texts.max() ?? 0) + 24
      half = max(half, Double(node.lines.count) * lineHeight / 2 + 10)
    }
    return RankedFrame.Vertex(content: .node(index), width: width, halfHeight: half, inPorts: ports)
  }

  /// Puts a frame with a title around everything.
  private mutating func enclose(_ title: String) {
    var whole = PlacedDrawing()
    let offset = PlacedDrawing.Point(0, Self.padding + 16)
    let needed = textWidth(title, .group) + 2 * Self.padding
    let slack = max(0, needed - width)
    width += slack
    height += offset.y + Self.padding
    whole.frames.append(PlacedDrawing.Box(corner: PlacedDrawing.Point(0, 0), width: width, height: height))
    whole.texts.append(
      PlacedDrawing.Text(text: title, place: PlacedDrawing.Point(Self.padding, 17), role: .group, isCentred: false))
    whole.add(picture, at: offset)
    // Wires that leave reach the widened frame.
    for exit in exits where slack > 0 {
      let y = exit.y + offset.y
      whole.wires.append(Self.line(from: PlacedDrawing.Point(width - slack, y), to: PlacedDrawing.Point(width, y)))
    }
    for index in entries.indices { entries[index].y += offset.y }
    for index in exits.indices { exits[index].y += offset.y }
    picture = whole
  }

  private static func line(from start: PlacedDrawing.Point, to end: PlacedDrawing.Point) -> PlacedDrawing.Wire {
    PlacedDrawing.Wire(start: start, curveStart: start, bend: start, rest: [end], hasArrow: false)
  }

  // MARK: Coordinates

  private mutating func draw(_ drawing: Drawing) {
    var left: [Double] = []
    var right: [Double] = []
    var x = 0.0
    var labelWidths = [Double](repeating: 0, count: level.columns.count)
    for link in level.links {
      let rank = level.vertices[link.to].rank
      labelWidths[rank] = max(labelWidths[rank], link.labelWidth)
    }
    for (rank, column) in level.columns.enumerated() {
      let labels = labelWidths[rank]
      if rank > 0 { x += Self.bendWidth + labels + (labels > 0 ? 12 : 0) }
      let isFramed = column.contains { if case .frame = level.vertices[$0].content { true } else { false } }
      if isFramed, rank > 0 { x += 6 }
      left.append(x)
      x += column.map { level.vertices[$0].width }.max() ?? 0
      right.append(x)
    }
    width = x
    height = level.vertices.map { $0.y + $0.halfHeight }.max() ?? 0
    for vertex in level.vertices {
      let centre = PlacedDrawing.Point(centre(of: vertex, drawing, left, right), vertex.y)
      switch vertex.content {
      case .node(let index): drawNode(drawing.nodes[index], vertex, centre)
      case .frame(let index):
        picture.add(
          frames[index].picture, at: PlacedDrawing.Point(centre.x - vertex.width / 2, vertex.y - vertex.halfHeight))
      case .entry(let node): entries.append((node, vertex.y))
      case .exit(let node): exits.append((node, vertex.y))
      case .bend: break
      }
    }
    for link in level.links { drawLink(link, drawing, left, right) }
  }

  private mutating func drawNode(_ node: Drawing.Node, _ vertex: RankedFrame.Vertex, _ centre: PlacedDrawing.Point) {
    func text(_ words: String, _ x: Double, _ y: Double, _ role: PlacedDrawing.Role) {
      if !words.isEmpty {
        picture.texts.append(
          PlacedDrawing.Text(text: words, place: PlacedDrawing.Point(x, y), role: role, isCentred: true))
      }
    }
    switch node.appearance {
    case .end: break
    case .source: text(node.lines.first ?? "", centre.x, centre.y + 4, .name)
    case .operation:
      picture.circles.append(PlacedDrawing.Circle(centre: centre, radius: Self.radius, remark: node.remark))
      text(node.lines.first ?? "", centre.x, centre.y + 5, .symbol)
      text(node.name, centre.x, centre.y + vertex.halfHeight - 4, .name)
    case .layer:
      let height = Double(node.lines.count) * Self.lineHeight + 12
      let half = max(height / 2, (vertex.inPorts.last ?? 0) + 6)
      picture.cards.append(
        PlacedDrawing.Card(
          box: PlacedDrawing.Box(
            corner: PlacedDrawing.Point(centre.x - vertex.width / 2, centre.y - half), width: vertex.width,
            height: 2 * half), remark: node.remark))
      let top = centre.y - Double(node.lines.count) * Self.lineHeight / 2
      for (index, line) in node.lines.enumerated() {
        text(line, centre.x, top + (Double(index) + 0.75) * Self.lineHeight, index == 0 ? .line : .detail)
      }
    }
  }

  private mutating func drawLink(_ link: RankedFrame.Link, _ drawing: Drawing, _ left: [Double], _ right: [Double]) {
    let (from, to) = (level.vertices[link.from], level.vertices[link.to])
    let startY = from.y + from.outPorts[link.outPort]
    let endY = to.y + to.inPorts[link.inPort]
    let column = (left: left[to.rank], centre: (left[to.rank] + right[to.rank]) / 2)
    let curveStart = PlacedDrawing.Point(right[from.rank], startY)
    let bend = PlacedDrawing.Point(curveStart.x + Self.bendWidth, endY)
    var rest = [PlacedDrawing.Point(column.left, endY)]
    var hasArrow = false
    switch to.content {
    case .node(let index) where drawing.nodes[index].appearance == .operation:
      hasArrow = true
      let centre = PlacedDrawing.Point(column.centre, to.y)
      let turn = column.centre - to.width / 2
      if turn > column.left { rest.append(PlacedDrawing.Point(turn, endY)) }
      // Wires arrive within a third of a turn on the circle's left side.
      let share = to.inPorts.count < 2 ? 0 : (endY - to.y) / ((to.inPorts.last ?? 1) + 0.001)
      let (sine, cosine) = (0.8 * share, (1 - 0.64 * share * share).squareRoot())
      let reach = Self.radius + 2
      rest.append(PlacedDrawing.Point(centre.x - reach * cosine, centre.y + reach * sine))
    case .node(let index):
      hasArrow = true
      let gap = drawing.nodes[index].appearance == .layer ? 2.0 : 0
      rest.append(PlacedDrawing.Point(column.centre - to.width / 2 - gap, endY))
    case .frame: rest.append(PlacedDrawing.Point(column.centre - to.width / 2, endY))
    case .entry, .exit, .bend: rest.append(PlacedDrawing.Point(right[to.rank], endY))
    }
    picture.wires.append(
      PlacedDrawing.Wire(
        start: start(from, drawing, startY, centre(of: from, drawing, left, right)), curveStart: curveStart,
        bend: bend, rest: rest, hasArrow: hasArrow))
    for (words, role, y) in [(link.above, PlacedDrawing.Role.value, -5.0), (link.below, .gradient, 12.0)]
    where !words.isEmpty {
      picture.texts.append(
        PlacedDrawing.Text(text: words, place: PlacedDrawing.Point(bend.x + 4, endY + y), role: role, isCentred: false))
    }
  }

  /// The middle of the column; names at the start of wires stand at its right end, near their readers.
  private func centre(
    of vertex: RankedFrame.Vertex, _ drawing: Drawing, _ left: [Double], _ right: [Double]
  ) -> Double {
    if case .node(let index) = vertex.content, drawing.nodes[index].appearance == .source {
      return right[vertex.rank] - vertex.width / 2
    }
    return (left[vertex.rank] + right[vertex.rank]) / 2
  }

  private func start(_ from: RankedFrame.Vertex, _ drawing: Drawing, _ y: Double, _ centre: Double)
    -> PlacedDrawing.Point
  {
    if case .node(let index) = from.content, drawing.nodes[index].appearance == .operation {
      return PlacedDrawing.Point(centre + Self.radius, y)
    }
    return PlacedDrawing.Point(centre + from.width / 2, y)
  }
}
