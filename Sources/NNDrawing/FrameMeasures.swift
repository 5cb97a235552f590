extension FrameLayout {
  /// The radius of an operation's circle.
  static let radius = 18.0
  /// From one line of a layer's text to the next.
  static let lineHeight = 17.0
  private static let padding = 14.0
  /// From a frame's edge to what is below its title.
  private static let titleHeight = 22.0

  /// Space along the flow for the bends of wires between two columns.
  var bendLength: Double { direction == .right ? 44 : 30 }

  /// Space along the flow for the labels of a link, which stand where it enters a node: above and below a wire that runs
  /// to the right, one below the other beside a wire that runs down.
  func labelLength(_ link: RankedFrame.Link) -> Double {
    switch direction {
    case .right: link.labelWidth > 0 ? link.labelWidth + 12 : 0
    case .down: (link.above.isEmpty ? 0 : 16) + (link.below.isEmpty ? 0 : 16)
    }
  }

  /// A node's room: long enough for its words, broad enough for its wires' labels.
  func vertex(_ index: Int, _ node: Drawing.Node, _ entering: [Drawing.Wire]) -> RankedFrame.Vertex {
    let labels = entering.map { max(textWidth($0.above, .value), textWidth($0.below, .gradient)) }.max() ?? 0
    let distance = direction == .right ? RankedFrame.portDistance : max(RankedFrame.portDistance, labels + 17)
    let count = max(entering.count, 1)
    let ports = (0..<count).map { (Double($0) - Double(count - 1) / 2) * distance }
    let last = ports.last ?? 0
    let reach = direction == .right ? last + distance / 2 : last + labels + 13
    let (length, half, card) = size(of: node, last)
    return RankedFrame.Vertex(
      content: .node(index), length: length, halfBreadth: max(reach, half, card) + nameHeight(node), inPorts: ports,
      cardBreadth: 2 * card)
  }

  /// The space on each side of an operation for a name below its circle.
  private func nameHeight(_ node: Drawing.Node) -> Double {
    direction == .right && node.appearance == .operation && !node.name.isEmpty ? 16 : 0
  }

  /// What a node itself takes, without the labels of its wires: its length, half its breadth, and half the breadth of its
  /// card if it is a layer.
  private func size(of node: Drawing.Node, _ lastPort: Double) -> (length: Double, half: Double, card: Double) {
    let name = textWidth(node.name, .name)
    switch (node.appearance, direction) {
    case (.end, _): return (4, 0, 0)
    case (.source, .right): return (textWidth(node.lines.first ?? "", .name) + 8, 12, 0)
    case (.source, .down): return (20, textWidth(node.lines.first ?? "", .name) / 2 + 4, 0)
    case (.operation, .right):
      return (max(2 * Self.radius, name) + 2 * 14, Self.radius + 2, 0)
    case (.operation, .down): return (2 * Self.radius + 4, Self.radius + 2 + (node.name.isEmpty ? 0 : name + 8), 0)
    case (.layer, _):
      let texts = node.lines.enumerated().map { textWidth($1, $0 == 0 ? .line : .detail) }
      let width = (texts.max() ?? 0) + 24
      let height = Double(node.lines.count) * Self.lineHeight + 12
      return direction == .right
        ? (width, height / 2 + 4, max(height / 2, lastPort + 6)) : (height, width / 2, max(width / 2, lastPort + 6))
    }
  }

  /// Puts a frame with a title around everything.
  mutating func enclose(_ title: String) {
    var whole = PlacedDrawing()
    let width = textWidth(title, .group)
    var corner = PlacedDrawing.Point(Self.padding, 17)
    let inner = (length: length, breadth: breadth)
    // Where the inside begins along the flow and across it.
    let (along, across): (Double, Double)
    switch direction {
    case .right:
      (along, across) = (0, Self.padding + 16)
      length = max(length, width + 2 * Self.padding)
      breadth += across + Self.padding
    case .down:
      // The title stands beside the wires that come in.
      (along, across) = (Self.titleHeight, Self.padding)
      if let last = entries.map(\.across).max() { corner.x = last + across + 8 }
      length += along
      breadth = max(breadth + 2 * Self.padding, corner.x + width + Self.padding)
    }
    whole.frames.append(
      direction.box(centre: direction.point(length / 2, breadth / 2), length: length, breadth: breadth))
    whole.texts.append(PlacedDrawing.Text(text: title, place: corner, role: .group, isCentred: false))
    whole.add(picture, at: direction.point(along, across))
    for index in entries.indices { entries[index].across += across }
    for index in exits.indices { exits[index].across += across }
    // Wires reach the edges of the frame.
    if along > 0 {
      for entry in entries { whole.wires.append(line(0, along, entry.across)) }
    }
    if along + inner.length < length {
      for exit in exits { whole.wires.append(line(along + inner.length, length, exit.across)) }
    }
    picture = whole
  }

  /// A straight wire along the flow.
  private func line(_ start: Double, _ end: Double, _ across: Double) -> PlacedDrawing.Wire {
    let begin = direction.point(start, across)
    return PlacedDrawing.Wire(
      start: begin, curveStart: begin, bend: begin, rest: [direction.point(end, across)], hasArrow: false,
      direction: direction)
  }
}
