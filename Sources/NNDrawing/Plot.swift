import NNCore
import NNText

/// Two curves over one axis: a function and its derivative.
package struct Plot: Sendable {
  /// A curve's heights at the plot's points; what is not finite leaves a gap.
  package struct Line: Sendable {
    package var name: String
    package var heights: [Double]

    package init(name: String, heights: [Double]) {
      self.name = name
      self.heights = heights
    }
  }

  /// What the plot shows.
  package let title: String
  /// Where the points are, evenly spaced.
  package let range: ClosedRange<Double>
  /// The curves, of equal length.
  package let lines: [Line]
  /// The heights that are shown.
  package let heights: ClosedRange<Double>

  /// A plot. Heights beyond -5 and 5 are cut off, so that what matters stays visible.
  package init(title: String, range: ClosedRange<Double>, lines: [Line]) {
    self.title = title
    self.range = range
    self.lines = lines
    let finite = lines.flatMap(\.heights).filter(\.isFinite)
    let low = max(-5, min(finite.min() ?? 0, 0))
    let high = min(5, max(finite.max() ?? 1, 0))
    heights = low < high ? low...high : (low - 1)...(high + 1)
  }

  /// The plot in letters: `*` for the first curve, `o` for the second, `@` where they meet.
  package func text(width: Int = 73, height: Int = 21) -> String {
    var cells = [[Character]](repeating: [Character](repeating: " ", count: width), count: height)
    func row(_ y: Double) -> Int? {
      let share = (heights.upperBound - y) / (heights.upperBound - heights.lowerBound)
      guard share.isFinite, share > -0.02, share < 1.02 else { return nil }
      return min(max(Int((share * Double(height - 1)).rounded()), 0), height - 1)
    }
    func column(_ x: Double) -> Int? {
      let share = (x - range.lowerBound) / (range.upperBound - range.lowerBound)
      guard share >= 0, share <= 1 else { return nil }
      return Int((share * Double(width - 1)).rounded())
    }
    if let axis = row(0) { for x in 0..<width { cells[axis][x] = "-" } }
    if let axis = column(0) {
      for y in 0..<height { cells[y][axis] = cells[y][axis] == "-" ? "+" : "|" }
    }
    for (mark, line) in zip("*o", lines) {
      for x in 0..<width {
        let place = Double(x) / Double(width - 1) * Double(line.heights.count - 1)
        let y = line.heights[min(Int(place.rounded()), line.heights.count - 1)]
        guard y.isFinite, let row = row(y) else { continue }
        cells[row][x] = mark == "o" && cells[row][x] == "*" ? "@" : mark
      }
    }
    var text = ""
    for (index, line) in cells.enumerated() {
      let y = heights.upperBound - Double(index) / Double(height - 1) * (heights.upperBound - heights.lowerBound)
      let label = index % 5 == 0 ? fixed(y, 2) : ""
      text +=
        String(repeating: " ", count: max(0, 6 - label.count)) + label + " " + String(line).trimmingTrailingSpaces
        + "\n"
    }
    let (left, right) = (fixed(range.lowerBound, 1), fixed(range.upperBound, 1))
    text += String(repeating: " ", count: 7) + left
    text += String(repeating: " ", count: max(1, width - left.count - right.count)) + right + "\n\n"
    return text + zip(["*", "o"], lines).map { "  \($0)  \($1.name)\n" }.joined()
  }

  /// The plot as a file for browsers, readable on light and dark backgrounds.
  package var svg: String {
    let (width, height, margin) = (560.0, 360.0, 40.0)
    func x(_ value: Double) -> Double {
      margin + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (width - 2 * margin)
    }
    func y(_ value: Double) -> Double {
      margin + (heights.upperBound - value) / (heights.upperBound - heights.lowerBound) * (height - 2 * margin)
    }
    var text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="560" height="360" viewBox="0 0 560 360" role="img" \
      aria-label="\(markupEscaped(title))">
      <title>\(markupEscaped(title))</title>
      <style>
      :root { --paper: #ffffff; --ink: #1f2328; --line: #8c96a1; --value: #0b7a33; --gradient: #c62828; }
      @media (prefers-color-scheme: dark) {
        :root { --paper: #15191f; --ink: #e6e9ed; --line: #66707c; --value: #5fd38a; --gradient: #ff8a80; }
      }
      text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--ink); }
      .axis { stroke: var(--line); stroke-width: 1; }
      .grid { stroke: var(--line); stroke-width: 0.4; }
      .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
      .first { stroke: var(--value); } .second { stroke: var(--gradient); stroke-dasharray: 6 3; }
      .firstName { fill: var(--value); } .secondName { fill: var(--gradient); }
      .paper { fill: var(--paper); }
      </style>
      <rect class="paper" width="560" height="360"/>

      """
    for tick in ticks(range) {
      text += #"<line class="\#(tick == 0 ? "axis" : "grid")" x1="\#(fixed(x(tick), 1))" y1="40" "#
      text += #"x2="\#(fixed(x(tick), 1))" y2="320"/>"# + "\n"
      text += #"<text x="\#(fixed(x(tick), 1))" y="336" text-anchor="middle">\#(number(tick))</text>"# + "\n"
    }
    for tick in ticks(heights) {
      text += #"<line class="\#(tick == 0 ? "axis" : "grid")" x1="40" y1="\#(fixed(y(tick), 1))" x2="520" "#
      text += #"y2="\#(fixed(y(tick), 1))"/>"# + "\n"
      text += #"<text x="34" y="\#(fixed(y(tick) + 4, 1))" text-anchor="end">\#(number(tick))</text>"# + "\n"
    }
    for (style, line) in zip(["first", "second"], lines) {
      for piece in pieces(line) where piece.count > 1 {
        let points = piece.map { "\(fixed(x($0.x), 2)),\(fixed(y($0.y), 2))" }.joined(separator: " ")
        text += #"<polyline class="curve \#(style)" points="\#(points)"/>"# + "\n"
      }
    }
    for (index, (style, line)) in zip(["firstName", "secondName"], lines).enumerated() {
      text += #"<text class="\#(style)" x="\#(48 + 240 * index)" y="24">\#(markupEscaped(line.name))</text>"# + "\n"
    }
    return text + "</svg>\n"
  }

  /// The parts of a curve that lie in the plot and have no gap or jump.
  private func pieces(_ line: Line) -> [[(x: Double, y: Double)]] {
    var pieces: [[(x: Double, y: Double)]] = [[]]
    let span = heights.upperBound - heights.lowerBound
    for (index, height) in line.heights.enumerated() {
      let x =
        range.lowerBound + Double(index) / Double(line.heights.count - 1) * (range.upperBound - range.lowerBound)
      let isVisible =
        height.isFinite && height >= heights.lowerBound - 0.02 * span
        && height <= heights.upperBound + 0.02 * span
      let jumps = pieces[pieces.count - 1].last.map { ($0.y - height).magnitude > 0.25 * span } ?? false
      if !isVisible || jumps { pieces.append([]) }
      if isVisible { pieces[pieces.count - 1].append((x, height)) }
    }
    return pieces
  }

  /// Round numbers in a range, about eight of them.
  private func ticks(_ range: ClosedRange<Double>) -> [Double] {
    let wanted = (range.upperBound - range.lowerBound) / 8
    let steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
    let step = steps.first { $0 >= wanted } ?? wanted
    let first = (range.lowerBound / step).rounded(.up)
    return (0...40).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound }
  }

  private func number(_ value: Double) -> String { value == value.rounded() ? fixed(value, 0) : "\(fixed(value, 2))" }
}
