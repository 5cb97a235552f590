#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A part of a date that becomes a number.
package enum DatePart: String, Sendable, Hashable, CaseIterable {
  case year, month, day, weekday, dayOfYear, hour, minute, time

  /// The number of values after which the part begins again; nil if it never does.
  var period: Double? {
    switch self {
    case .year, .time: nil
    case .month: 12
    case .day: 31
    case .weekday: 7
    case .dayOfYear: 366
    case .hour: 24
    case .minute: 60
    }
  }

  /// The part of a date in seconds since 1970: months and days from 1, weekdays from 0 for Monday.
  func value(_ seconds: Double) -> Double {
    let days = (seconds / 86_400).rounded(.down)
    let rest = seconds - days * 86_400
    let dayNumber = Int(days)
    switch self {
    case .year: return Double(DateText.date(dayNumber).year)
    case .month: return Double(DateText.date(dayNumber).month)
    case .day: return Double(DateText.date(dayNumber).day)
    // 1970-01-01 was a Thursday.
    case .weekday: return Double(((dayNumber + 3) % 7 + 7) % 7)
    case .dayOfYear:
      let year = DateText.date(dayNumber).year
      return Double(dayNumber - DateText.dayNumber(year, 1, 1) + 1)
    case .hour: return (rest / 3600).rounded(.down)
    case .minute: return (rest / 60).rounded(.down).truncatingRemainder(dividingBy: 60)
    case .time: return seconds
    }
  }
}

/// Parts of a date: sine and cosine of the angle that a part has in its period, or the part scaled.
package struct DateEncoding: Sendable, Hashable {
  /// The order in which dates are written.
  package var order: DateOrder
  /// The parts, in order.
  package var parts: [DatePart]
  /// Whether a part with a period becomes sine and cosine of 2 pi part / period.
  package var isCyclic: Bool
  /// What stands for a gap, in seconds since 1970; nil if there must be none.
  package var fill: Double?
  /// The factor for each part that is not cyclic; 1 for the others.
  package var scales: [Double]
  /// The summand.
  package var shifts: [Double]

  private func isCyclic(_ part: DatePart) -> Bool { isCyclic && part.period != nil }

  var width: Int { parts.reduce(0) { $0 + (isCyclic($1) ? 2 : 1) } }

  var featureNames: [String] {
    parts.flatMap { isCyclic($0) ? ["\($0.rawValue).sin", "\($0.rawValue).cos"] : [$0.rawValue] }
  }

  /// The numbers of a date, in seconds since 1970.
  func encode(_ seconds: Double, into numbers: inout [Double]) {
    for (index, part) in parts.enumerated() {
      let value = part.value(seconds)
      if isCyclic(part), let period = part.period {
        let angle = 2 * Double.pi * value / period
        numbers.append(sin(angle))
        numbers.append(cos(angle))
      } else {
        numbers.append(value * scales[index] + shifts[index])
      }
    }
  }
}
