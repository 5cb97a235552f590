import NNText

/// A chart of lines and points as SVG, readable on light and on dark pages.
package struct CurvePlot: Sendable {
  /// A named line of points.
  package struct Line: Sendable {
    /// How it is drawn.
    package enum Style: Sendable { case line, dashes, points }

    /// What the legend calls it; empty for nothing.
    package var name: String
    /// A CSS colour.
    package var color: String
    /// How it is drawn.
    package var style: Style
    /// Points in order of x; points that are not finite leave a gap.
    package var points: [(x: Double, y: Double)]

    /// A line.
    package init(name: String, color: String, style: Style = .line, points: [(x: Double, y: Double)]) {
      self.name = name
      self.color = color
      self.style = style
      self.points = points
    }
  }

  /// Colours that are told apart on light and on dark pages.
  package static let colors = [
    "#2f7ed8", "#e8710a", "#2e9e5b", "#c0392b", "#8e5bd0", "#b8860b", "#1aa3a3", "#d05b9b",
  ]

  /// The heading.
  package var title: String
  /// What the horizontal axis counts.
  package var xLabel: String
  /// The lines.
  package var lines: [Line]
  /// Whether equal ratios of heights have equal distances; only for heights above 0.
  package var isLogarithmic = false
  /// A place on the horizontal axis that is marked, and what with.
  package var mark: (x: Double, name: String)?

  private static let height = 300.0
  private static let left = 64.0
  private static let top = 44.0
  private static let bottom = 252.0

  /// Two names stand above the chart; more of them beside it.
  private var right: Double { lines.filter { !$0.name.isEmpty }.count > 2 ? 500 : 620 }

  /// A chart.
  package init(title: String, xLabel: String, lines: [Line]) {
    self.title = title
    self.xLabel = xLabel
    self.lines = lines
  }

  /// Whether the heights span so many powers of ten that a linear axis would hide most of them.
  package var spansPowers: Bool {
    let heights = lines.flatMap(\.points).map(\.y).filter(\.isFinite)
    guard let low = heights.min(), let high = heights.max() else { return false }
    return low > 0 && high > 50 * low
  }

  /// The chart as an SVG element.
  package var svg: String { svg(attributes: "") }

  /// The chart as an SVG element with more attributes, such as its place in another one.
  package func svg(attributes: String) -> String {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let x = ChartAxis(Self.range(points.map(\.x), pads: false), from: Self.left, to: right, ticks: 5)
    let heights = points.map(\.y)
    let y =
      isLogarithmic
      ? ChartAxis(Self.ratios(heights), from: Self.bottom, to: Self.top, ticks: 5, isLogarithmic: true)
      : ChartAxis(Self.range(heights, pads: true), from: Self.bottom, to: Self.top, ticks: 5)
    var text =
      #"<svg xmlns="http://www.w3.org/2000/svg"\#(attributes) viewBox="0 0 640 300" font-family="system-ui, sans-serif" "#
      + #"font-size="12" fill="none" role="img">"# + "\n"
    text += "<style>.ink{fill:#333}.grid{stroke:#8884}"
    text += "@media (prefers-color-scheme:dark){.ink{fill:#ddd}}</style>\n"
    text +=
      #"<text class="ink" x="\#(Self.left)" y="20" font-size="14" font-weight="600">\#(markupEscaped(title))</text>"#
    text += "\n"
    for tick in y.ticks {
      let height = written(y.place(tick))
      text += #"<line class="grid" x1="\#(Self.left)" x2="\#(right)" y1="\#(height)" y2="\#(height)"/>"#
      text +=
        #"<text class="ink" x="\#(Self.left - 8)" y="\#(written(y.place(tick) + 4))" text-anchor="end">\#(y.label(tick))</text>"#
      text += "\n"
    }
    for tick in x.ticks {
      text +=
        #"<text class="ink" x="\#(written(x.place(tick)))" y="\#(Self.bottom + 18)" text-anchor="middle">\#(x.label(tick))</text>"#
      text += "\n"
    }
    text += #"<text class="ink" x="\#((Self.left + right) / 2)" y="\#(Self.height - 8)" text-anchor="middle">"#
    text += "\(markupEscaped(xLabel))</text>\n"
    if let mark, x.range.contains(mark.x) {
      let place = written(x.place(mark.x))
      text += #"<line x1="\#(place)" x2="\#(place)" y1="\#(Self.top)" y2="\#(Self.bottom)" stroke="gray" "#
      text += #"stroke-dasharray="3 3"/><text class="ink" x="\#(place)" y="\#(Self.top - 4)" font-size="10" "#
      text += #"text-anchor="middle">\#(markupEscaped(mark.name))</text>"# + "\n"
    }
    for line in lines { text += drawn(line, x, y) }
    return text + legend + "</svg>\n"
  }

  private func drawn(_ line: Line, _ x: ChartAxis, _ y: ChartAxis) -> String {
    func place(_ point: (x: Double, y: Double)) -> String? {
      guard point.x.isFinite, point.y.isFinite, !isLogarithmic || point.y > 0 else { return nil }
      return "\(written(x.place(point.x))) \(written(y.place(point.y)))"
    }
    if line.style == .points {
      // A line of no length with round ends is a dot.
      let dots = line.points.compactMap(place).map { "M\($0)h0" }.joined()
      return
        #"<path d="\#(dots)" stroke="\#(line.color)" stroke-width="4" stroke-linecap="round" stroke-opacity="0.5"/>"#
        + "\n"
    }
    var pieces: [String] = []
    var isOpen = false
    for point in line.points {
      guard let place = place(point) else {
        isOpen = false
        continue
      }
      pieces.append("\(isOpen ? "L" : "M")\(place)")
      isOpen = true
    }
    let dashes = line.style == .dashes ? #"stroke-dasharray="5 4" "# : ""
    return #"<path d="\#(pieces.joined(separator: " "))" stroke="\#(line.color)" stroke-width="2" \#(dashes)"#
      + #"stroke-linejoin="round" stroke-linecap="round"/>"# + "\n"
  }

  /// The names of the lines: two above the chart, more beside it.
  private var legend: String {
    let named = lines.filter { !$0.name.isEmpty }
    var text = ""
    for (index, line) in named.enumerated() {
      let start = right == 620 ? right - 120 : right + 12
      let height = (right == 620 ? 20.0 : Self.top + 10) + 16 * Double(index)
      text +=
        #"<line x1="\#(start)" x2="\#(start + 20)" y1="\#(height - 4)" y2="\#(height - 4)" stroke="\#(line.color)" stroke-width="3"\#(line.style == .dashes ? #" stroke-dasharray="5 4""# : "")/>"#
      text += #"<text class="ink" x="\#(start + 26)" y="\#(height)">\#(markupEscaped(Self.short(line.name)))</text>"#
      text += "\n"
    }
    return text
  }

  private static func short(_ name: String) -> String { name.count <= 15 ? name : name.prefix(14) + "…" }

  /// The range of the values, never empty; with a little room above and below if asked for. It ends where numbers are so
  /// large that their differences might be infinite.
  private static func range(_ values: [Double], pads: Bool) -> ClosedRange<Double> {
    let values = values.map { min(max($0, -1e300), 1e300) }
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    if low == high { return (low - max(0.5, low.magnitude / 10))...(high + max(0.5, high.magnitude / 10)) }
    let room = pads ? (high - low) * 0.05 : 0
    return (low - room)...(high + room)
  }

  /// The range of the values above 0, never empty, with a little room. It ends where numbers are too small or too large
  /// for that room.
  private static func ratios(_ values: [Double]) -> ClosedRange<Double> {
    let positive = values.filter { $0 > 0 }.map { min(max($0, .leastNormalMagnitude), 1e300) }
    guard let low = positive.min(), let high = positive.max() else { return 0.1...1 }
    return (low / 1.2)...(high * 1.2)
  }

  private func written(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
