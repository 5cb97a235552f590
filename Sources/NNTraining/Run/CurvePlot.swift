import NNCore
import NNText

/// A line chart as SVG, readable on light and on dark pages.
public struct CurvePlot: Sendable {
  /// A named line of points.
  public struct Line: Sendable {
    /// What the legend calls it.
    public var name: String
    /// A CSS colour.
    public var color: String
    /// Points in order of x; points that are not finite leave a gap.
    public var points: [(x: Double, y: Double)]

    /// A line.
    public init(name: String, color: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.color = color
      self.points = points
    }
  }

  /// The heading.
  public var title: String
  /// What the horizontal axis counts.
  public var xLabel: String
  /// The lines.
  public var lines: [Line]

  private static let width = 640.0
  private static let height = 300.0
  private static let left = 64.0
  private static let right = 620.0
  private static let top = 44.0
  private static let bottom = 252.0

  /// A chart.
  public init(title: String, xLabel: String, lines: [Line]) {
    self.title = title
    self.xLabel = xLabel
    self.lines = lines
  }

  /// The chart as an SVG element.
  public var svg: String {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let (xLow, xHigh) = Self.range(points.map(\.x), pads: false)
    let (yLow, yHigh) = Self.range(points.map(\.y), pads: true)
    func x(_ value: Double) -> Double { Self.left + (value - xLow) / (xHigh - xLow) * (Self.right - Self.left) }
    func y(_ value: Double) -> Double { Self.bottom - (value - yLow) / (yHigh - yLow) * (Self.bottom - Self.top) }
    var text =
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300" font-family="system-ui, sans-serif" "#
      + #"font-size="12" fill="none" role="img">"# + "\n"
    text += "<style>.ink{fill:#333}.grid{stroke:#8884}"
    text += "@media (prefers-color-scheme:dark){.ink{fill:#ddd}}</style>\n"
    text +=
      #"<text class="ink" x="\#(Self.left)" y="20" font-size="14" font-weight="600">\#(markupEscaped(title))</text>"#
    text += "\n"
    for tick in Self.ticks(yLow, yHigh) {
      let height = written(y(tick))
      text += #"<line class="grid" x1="\#(Self.left)" x2="\#(Self.right)" y1="\#(height)" y2="\#(height)"/>"#
      text +=
        #"<text class="ink" x="\#(Self.left - 8)" y="\#(written(y(tick) + 4))" text-anchor="end">\#(label(tick))</text>"#
      text += "\n"
    }
    for tick in Self.ticks(xLow, xHigh) {
      text +=
        #"<text class="ink" x="\#(written(x(tick)))" y="\#(Self.bottom + 18)" text-anchor="middle">\#(label(tick))</text>"#
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
        pieces.append("\(isOpen ? "L" : "M")\(written(x(point.x))) \(written(y(point.y)))")
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
  private static func range(_ values: [Double], pads: Bool) -> (Double, Double) {
    guard let low = values.min(), let high = values.max() else { return (0, 1) }
    if low == high { return (low - max(0.5, low.magnitude / 10), high + max(0.5, high.magnitude / 10)) }
    let room = pads ? (high - low) * 0.05 : 0
    return (low - room, high + room)
  }

  /// Round numbers in a range, about five of them.
  private static func ticks(_ low: Double, _ high: Double) -> [Double] {
    let rough = (high - low) / 5
    var unit = 1.0
    while unit > rough, unit > 1e-300 { unit /= 10 }
    while unit * 10 <= rough { unit *= 10 }
    let step = [1.0, 2, 5, 10].map { $0 * unit }.first { $0 >= rough } ?? unit * 10
    var result: [Double] = []
    var value = (low / step).rounded(.up) * step
    while value <= high + step * 1e-9, result.count < 20 {
      result.append(value.magnitude < step * 1e-9 ? 0 : value)
      value += step
    }
    return result
  }

  private func written(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  private func label(_ value: Double) -> String {
    let scaled = (value * 1e6).rounded() / 1e6
    return scaled == scaled.rounded() && scaled.magnitude < 1e9 ? String(Int(scaled)) : "\(scaled)"
  }
}
