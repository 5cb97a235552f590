import NNText

/// A line chart as SVG, readable on light and on dark pages.
package struct CurvePlot: Sendable {
  /// A named line of points.
  package struct Line: Sendable {
    /// What the legend calls it.
    package var name: String
    /// A CSS colour.
    package var color: String
    /// Points in order of x; points that are not finite leave a gap.
    package var points: [(x: Double, y: Double)]

    /// A line.
    package init(name: String, color: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.color = color
      self.points = points
    }
  }

  /// The heading.
  package var title: String
  /// What the horizontal axis counts.
  package var xLabel: String
  /// The lines.
  package var lines: [Line]

  private static let width = 640.0
  private static let height = 300.0
  private static let left = 64.0
  private static let right = 620.0
  private static let top = 44.0
  private static let bottom = 252.0

  /// A chart.
  package init(title: String, xLabel: String, lines: [Line]) {
    self.title = title
    self.xLabel = xLabel
    self.lines = lines
  }

  /// The chart as an SVG element.
  package var svg: String {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let x = ChartAxis(Self.range(points.map(\.x), pads: false), from: Self.left, to: Self.right, ticks: 5)
    let y = ChartAxis(Self.range(points.map(\.y), pads: true), from: Self.bottom, to: Self.top, ticks: 5)
    var text =
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300" font-family="system-ui, sans-serif" "#
      + #"font-size="12" fill="none" role="img">"# + "\n"
    text += "<style>.ink{fill:#333}.grid{stroke:#8884}"
    text += "@media (prefers-color-scheme:dark){.ink{fill:#ddd}}</style>\n"
    text +=
      #"<text class="ink" x="\#(Self.left)" y="20" font-size="14" font-weight="600">\#(markupEscaped(title))</text>"#
    text += "\n"
    for tick in y.ticks {
      let height = written(y.place(tick))
      text += #"<line class="grid" x1="\#(Self.left)" x2="\#(Self.right)" y1="\#(height)" y2="\#(height)"/>"#
      text +=
        #"<text class="ink" x="\#(Self.left - 8)" y="\#(written(y.place(tick) + 4))" text-anchor="end">\#(y.label(tick))</text>"#
      text += "\n"
    }
    for tick in x.ticks {
      text +=
        #"<text class="ink" x="\#(written(x.place(tick)))" y="\#(Self.bottom + 18)" text-anchor="middle">\#(x.label(tick))</text>"#
      text += "\n"
    }
    text += #"<text class="ink" x="\#((Self.left + Self.right) / 2)" y="\#(Self.height - 8)" text-anchor="middle">"#
    text += "\(markupEscaped(xLabel))</text>\n"
    for (index, line) in lines.enumerated() {
      var pieces: [String] = []
      var isOpen = false
      for point in line.points {
        guard point.x.isFinite, point.y.isFinite else {
          isOpen = false
          continue
        }
        pieces.append("\(isOpen ? "L" : "M")\(written(x.place(point.x))) \(written(y.place(point.y)))")
        isOpen = true
      }
      text += #"<path d="\#(pieces.joined(separator: " "))" stroke="\#(line.color)" stroke-width="2" "#
      text += #"stroke-linejoin="round" stroke-linecap="round"/>"# + "\n"
      let legend = Self.right - 120
      let height = 20.0 + 16 * Double(index)
      text +=
        #"<line x1="\#(legend)" x2="\#(legend + 20)" y1="\#(height - 4)" y2="\#(height - 4)" stroke="\#(line.color)" stroke-width="3"/>"#
      text += #"<text class="ink" x="\#(legend + 26)" y="\#(height)">\#(markupEscaped(line.name))</text>"# + "\n"
    }
    return text + "</svg>\n"
  }

  /// The range of the values, never empty; with a little room above and below if asked for.
  private static func range(_ values: [Double], pads: Bool) -> ClosedRange<Double> {
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    if low == high { return (low - max(0.5, low.magnitude / 10))...(high + max(0.5, high.magnitude / 10)) }
    let room = pads ? (high - low) * 0.05 : 0
    return (low - room)...(high + room)
  }

  private func written(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
