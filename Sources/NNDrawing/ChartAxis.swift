import NNText

/// An axis of a chart: a range of values laid over a stretch of pixels, with round numbers as ticks.
struct ChartAxis {
  /// The values from one end to the other; more than one.
  let range: ClosedRange<Double>
  /// The pixel of the range's lower bound.
  let start: Double
  /// The pixel of the range's upper bound.
  let end: Double
  /// The distance of two ticks.
  private let step: Double

  /// An axis.
  ///
  /// - Parameter count: how many ticks there are, about.
  init(_ range: ClosedRange<Double>, from start: Double, to end: Double, ticks count: Int) {
    self.range = range
    self.start = start
    self.end = end
    let wanted = (range.upperBound - range.lowerBound) / Double(count)
    var unit = 1.0
    while unit > wanted, unit > 1e-300 { unit /= 10 }
    while unit < 1e300, unit * 10 <= wanted { unit *= 10 }
    step = [1, 2, 5].map { $0 * unit }.first { $0 >= wanted } ?? unit * 10
  }

  /// The pixel of a value.
  func place(_ value: Double) -> Double {
    start + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * (end - start)
  }

  /// The round numbers in the range, at most 40.
  var ticks: [Double] {
    let first = (range.lowerBound / step).rounded(.up)
    return (0..<40).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound + step * 1e-9 }
  }

  /// A tick's number, with as many digits after the point as the ticks differ in.
  func label(_ tick: Double) -> String {
    guard step < 1e9, step > 1e-6 else { return significant(tick, 3) }
    var places = 0
    var unit = 1.0
    while unit > step * (1 + 1e-9) {
      unit /= 10
      places += 1
    }
    return fixed(tick, places)
  }
}
