/// Where a column of vertices starts and ends along the flow.
private struct Column {
  var start: Double
  var end: Double
  var middle: Double { (start + end) / 2 }
}

extension FrameLayout {
  /// Gives everything its place and draws it.
  mutating func draw(_ drawing: Drawing) {
    var columns: [Column] = []
    var along = 0.0
    var labels = [Double](repeating: 0, count: level.columns.count)
    for link in level.links {
      let rank = level.vertices[link.to].rank
      labels[rank] = max(labels[rank], labelLength(link))
    }
    for (rank, column) in level.columns.enumerated() {
      if rank > 0 { along += bendLength + labels[rank] }
      let isFramed = column.contains { if case .frame = level.vertices[$0].content { true } else { false } }
      if isFramed, rank > 0 { along += 6 }
      let start = along
      along += column.map { level.vertices[$0].length }.max() ?? 0
      columns.append(Column(start: start, end: along))
    }
    length = along
    breadth = level.vertices.map { $0.across + $0.halfBreadth }.max() ?? 0
    for vertex in level.vertices {
      let middle = middle(of: vertex, drawing, columns)
      switch vertex.content {
      case .node(let index): drawNode(drawing.nodes[index], vertex, direction.point(middle, vertex.across))
      case .frame(let index):
        picture.add(
          frames[index].picture,
          at: direction.point(middle - vertex.length / 2, vertex.across - vertex.halfBreadth))
      case .entry(let node): entries.append((node, vertex.across))
      case .exit(let node): exits.append((node, vertex.across))
      case .bend: break
      }
    }
    for link in level.links { drawLink(link, drawing, columns) }
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
      switch direction {
      case .right: text(node.name, centre.x, centre.y + vertex.halfBreadth - 4, .name)
      case .down: text(node.name, centre.x + Self.radius + 5 + textWidth(node.name, .name) / 2, centre.y + 4, .name)
      }
    case .layer:
      picture.cards.append(
        PlacedDrawing.Card(
          box: direction.box(centre: centre, length: vertex.length, breadth: vertex.cardBreadth), remark: node.remark))
      let top = centre.y - Double(node.lines.count) * Self.lineHeight / 2
      for (index, line) in node.lines.enumerated() {
        text(line, centre.x, top + (Double(index) + 0.75) * Self.lineHeight, index == 0 ? .line : .detail)
      }
    }
  }

  private mutating func drawLink(_ link: RankedFrame.Link, _ drawing: Drawing, _ columns: [Column]) {
    let (from, to) = (level.vertices[link.from], level.vertices[link.to])
    let start = from.across + from.outPorts[link.outPort]
    let end = to.across + to.inPorts[link.inPort]
    let column = columns[to.rank]
    let curve = columns[from.rank].end
    let bend = curve + bendLength
    let edge = column.middle - to.length / 2
    var rest = [direction.point(column.start, end)]
    var hasArrow = false
    switch to.content {
    case .node(let index) where drawing.nodes[index].appearance == .operation:
      hasArrow = true
      if edge > column.start { rest.append(direction.point(edge, end)) }
      // Wires arrive within a third of a turn on the side of the circle that they come from.
      let share = to.inPorts.count < 2 ? 0 : (end - to.across) / ((to.inPorts.last ?? 1) + 0.001)
      let (sine, cosine) = (0.8 * share, (1 - 0.64 * share * share).squareRoot())
      let reach = Self.radius + 2
      rest.append(direction.point(column.middle - reach * cosine, to.across + reach * sine))
    case .node(let index):
      hasArrow = true
      let tip = edge - (drawing.nodes[index].appearance == .layer ? 2 : 0)
      // The last stretch decides where the arrow points.
      if tip < column.start { rest.removeLast() }
      rest.append(direction.point(tip, end))
    case .frame: rest.append(direction.point(edge, end))
    case .entry, .exit, .bend: rest.append(direction.point(column.end, end))
    }
    picture.wires.append(
      PlacedDrawing.Wire(
        start: direction.point(self.start(from, drawing, columns), start), curveStart: direction.point(curve, start),
        bend: direction.point(bend, end), rest: rest, hasArrow: hasArrow, direction: direction))
    var line = 0.0
    for (words, role, across) in [(link.above, PlacedDrawing.Role.value, -5.0), (link.below, .gradient, 12.0)]
    where !words.isEmpty {
      let place: PlacedDrawing.Point
      switch direction {
      case .right: place = PlacedDrawing.Point(bend + 4, end + across)
      case .down:
        place = PlacedDrawing.Point(end + 8, bend + 12 + line)
        line += 16
      }
      picture.texts.append(PlacedDrawing.Text(text: words, place: place, role: role, isCentred: false))
    }
  }

  /// The middle of a vertex along the flow: that of its column; names at the start of wires stand at its end, near their
  /// readers.
  private func middle(of vertex: RankedFrame.Vertex, _ drawing: Drawing, _ columns: [Column]) -> Double {
    if case .node(let index) = vertex.content, drawing.nodes[index].appearance == .source {
      return columns[vertex.rank].end - vertex.length / 2
    }
    return columns[vertex.rank].middle
  }

  /// Where along the flow the wires of a vertex start.
  private func start(_ from: RankedFrame.Vertex, _ drawing: Drawing, _ columns: [Column]) -> Double {
    let middle = middle(of: from, drawing, columns)
    if case .node(let index) = from.content, drawing.nodes[index].appearance == .operation {
      return middle + Self.radius
    }
    return middle + from.length / 2
  }
}
