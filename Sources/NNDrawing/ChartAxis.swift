import NNText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An axis of a chart: a range of values laid over a stretch of pixels, with round numbers as ticks; linear or logarithmic.
struct ChartAxis {
  /// The values from one end to the other; more than one. Above 0 on a logarithmic axis.
  let range: ClosedRange<Double>
  /// The pixel of the range's lower bound.
  let start: Double
  /// The pixel of the range's upper bound.
  let end: Double
  /// Whether equal ratios have equal lengths.
  let isLogarithmic: Bool
  /// The distance of two ticks; on a logarithmic axis that of their logarithms.
  private let step: Double

  /// An axis.
  ///
  /// - Parameter count: how many ticks there are, about.
  init(
    _ range: ClosedRange<Double>, from start: Double, to end: Double, ticks count: Int, isLogarithmic: Bool = false
  ) {
    self.range = range
    self.start = start
    self.end = end
    self.isLogarithmic = isLogarithmic
    let length =
      isLogarithmic
      ? log10(range.upperBound) - log10(range.lowerBound) : range.upperBound - range.lowerBound
    let wanted = length / Double(count)
    var unit = 1.0
    while unit > wanted, unit > 1e-300 { unit /= 10 }
    while unit < 1e300, unit * 10 <= wanted { unit *= 10 }
    let round = [1, 2, 5].map { $0 * unit }.first { $0 >= wanted } ?? unit * 10
    step = isLogarithmic ? max(1, round.rounded(.up)) : round
  }

  /// The pixel of a value; of one beyond the range, that of the nearer end.
  func place(_ value: Double) -> Double {
    let inside = min(max(value, range.lowerBound), range.upperBound)
    let (place, low, high) =
      isLogarithmic
      ? (log10(inside), log10(range.lowerBound), log10(range.upperBound))
      : (inside, range.lowerBound, range.upperBound)
    return start + (place - low) / (high - low) * (end - start)
  }

  /// The round numbers in the range, at most 40; on a logarithmic axis powers of ten, or with fewer than two of them their
  /// double and fivefold too.
  var ticks: [Double] {
    guard isLogarithmic else {
      let first = (range.lowerBound / step).rounded(.up)
      return (0..<40).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound + step * 1e-9 }
    }
    let first = (log10(range.lowerBound) / step).rounded(.down) * step
    let powers = (0..<40).map { pow(10, first + Double($0) * step) }
    let whole = powers.filter { range.contains($0) }
    return whole.count > 1 ? whole : powers.flatMap { [$0, 2 * $0, 5 * $0] }.filter { range.contains($0) }
  }

  /// A tick's number, with as many digits after the point as the ticks differ in.
  func label(_ tick: Double) -> String {
    guard !isLogarithmic, step < 1e9, step > 1e-6 else { return isLogarithmic ? power(tick) : significant(tick, 3) }
    var places = 0
    var unit = 1.0
    while unit > step * (1 + 1e-9) {
      unit /= 10
      places += 1
    }
    return fixed(tick, places)
  }

  /// A round number in its shortest form.
  private func power(_ tick: Double) -> String {
    guard tick >= 1e-4, tick < 1e6 else { return significant(tick, 1) }
    return tick >= 1 ? fixed(tick, 0) : fixed(tick, -Int(log10(tick).rounded(.down)))
  }
}
