import NNCore
import NNText

extension PlacedDrawing {
  /// The picture as a file for browsers, readable on light and dark backgrounds. W3C, "Scalable Vector Graphics (SVG)
  /// 1.1", 2011.
  package var svg: String {
    var text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(n(width))" height="\(n(height))" \
      viewBox="0 0 \(n(width)) \(n(height))" role="img" aria-label="\(markupEscaped(title))">
      <title>\(markupEscaped(title))</title>
      <style>
      :root { --paper: #ffffff; --ink: #1f2328; --line: #57606a; --card: #f3f5f8; --value: #0b7a33; --gradient: #c62828; }
      @media (prefers-color-scheme: dark) {
        :root { --paper: #15191f; --ink: #e6e9ed; --line: #98a2ae; --card: #232a33; --value: #5fd38a; --gradient: #ff8a80; }
      }
      text { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--ink); }
      \(Role.allCases.map { ".\($0.rawValue) { font-size: \(n(textSize($0)))px; }" }.joined(separator: "\n"))
      .centred { text-anchor: middle; }
      .value { fill: var(--value); }
      .gradient { fill: var(--gradient); }
      .name, .detail { fill: var(--line); }
      .line, .group { font-weight: 600; }
      .wire { fill: none; stroke: var(--line); stroke-width: 1.3; }
      .node, .card { fill: var(--card); stroke: var(--ink); stroke-width: 1.3; }
      .frame { fill: none; stroke: var(--line); stroke-width: 1; stroke-dasharray: 5 4; }
      .tip { fill: var(--line); }
      .paper { fill: var(--paper); }
      </style>
      <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
      <path class="tip" d="M0 0.5 L8 4 L0 7.5 Z"/></marker></defs>
      <rect class="paper" width="\(n(width))" height="\(n(height))"/>

      """
    for frame in frames {
      text += #"<rect class="frame" \#(place(frame)) rx="8"/>"# + "\n"
    }
    for wire in wires {
      let middle = (wire.curveStart.x + wire.bend.x) / 2
      var path = "M\(p(wire.start)) L\(p(wire.curveStart)) "
      if wire.curveStart != wire.bend {
        path += "C\(n(middle)) \(n(wire.curveStart.y)) \(n(middle)) \(n(wire.bend.y)) \(p(wire.bend)) "
      }
      path += wire.rest.map { "L\(p($0))" }.joined(separator: " ")
      text += #"<path class="wire" d="\#(path)"\#(wire.hasArrow ? #" marker-end="url(#tip)""# : "")/>"# + "\n"
    }
    for circle in circles {
      text += #"<circle class="node" cx="\#(n(circle.centre.x))" cy="\#(n(circle.centre.y))" r="\#(n(circle.radius))">"#
      text += remark(circle.remark) + "</circle>\n"
    }
    for card in cards {
      text += #"<rect class="card" \#(place(card.box)) rx="6">"# + remark(card.remark) + "</rect>\n"
    }
    for line in texts {
      text += #"<text class="\#(line.role.rawValue)\#(line.isCentred ? " centred" : "")" x="\#(n(line.place.x))" "#
      text += #"y="\#(n(line.place.y))">\#(markupEscaped(line.text))</text>"# + "\n"
    }
    return text + "</svg>\n"
  }

  private func n(_ value: Double) -> String {
    let text = fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private func p(_ point: Point) -> String { "\(n(point.x)) \(n(point.y))" }

  private func place(_ box: Box) -> String {
    #"x="\#(n(box.corner.x))" y="\#(n(box.corner.y))" width="\#(n(box.width))" height="\#(n(box.height))""#
  }

  private func remark(_ text: String) -> String { text.isEmpty ? "" : "<title>\(markupEscaped(text))</title>" }
}
