/// The order in which a date's numbers are written.
package enum DateOrder: String, Sendable, Hashable, CaseIterable {
  /// Year, month, day, as in ISO 8601.
  case iso
  /// Day, month, year.
  case dayFirst
  /// Month, day, year.
  case monthFirst
  /// Seconds since the beginning of 1970.
  case unix

  /// A date as it is written so.
  var example: String {
    switch self {
    case .iso: "2024-03-31 or 2024-03-31 14:05"
    case .dayFirst: "31.3.2024 or 31.3.2024 14:05"
    case .monthFirst: "3/31/2024 or 3/31/2024 14:05"
    case .unix: "1711893900"
    }
  }
}

/// A date and a time of day, without a time zone, in the Gregorian calendar.
struct DateText {
  /// Seconds since the beginning of 1970.
  let seconds: Double

  /// Reads a date, with a time of day behind a blank or T; nil when the text is something else. Numbers are separated by
  /// `-`, `/` or `.`. A time zone is Z or +hh:mm, and is taken off.
  init?(_ text: String, _ order: DateOrder) {
    if order == .unix {
      guard let seconds = Double(text), seconds.magnitude < 1e12 else { return nil }
      self.seconds = seconds
      return
    }
    let halves = text.split(maxSplits: 1, whereSeparator: { $0 == "T" || $0 == " " })
    guard let dateText = halves.first else { return nil }
    let numbers = dateText.split(omittingEmptySubsequences: false, whereSeparator: { "-/.".contains($0) })
    guard numbers.count == 3, numbers.allSatisfy({ !$0.isEmpty && $0.count <= 4 && $0.allSatisfy(\.isASCIIDigit) })
    else {
      return nil
    }
    let values = numbers.compactMap { Int($0) }
    guard values.count == 3 else { return nil }
    let (year, month, day) =
      switch order {
      case .dayFirst: (values[2], values[1], values[0])
      case .monthFirst: (values[2], values[0], values[1])
      default: (values[0], values[1], values[2])
      }
    let yearText = order == .iso ? numbers[0] : numbers[2]
    guard yearText.count == 4, (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day) else {
      return nil
    }
    var time = 0.0
    if halves.count == 2 {
      guard let seconds = Self.time(halves[1]) else { return nil }
      time = seconds
    }
    seconds = Double(Self.dayNumber(year, month, day)) * 86_400 + time
  }

  /// Seconds since midnight, a time zone taken off.
  private static func time(_ text: Substring) -> Double? {
    var clock = text
    var zone = 0.0
    if let last = clock.last, last == "Z" || last == "z" {
      clock = clock.dropLast()
    } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let digits = clock[clock.index(after: sign)...].filter { $0 != ":" }
      guard digits.count == 4, let hours = Double(digits.prefix(2)), let minutes = Double(digits.suffix(2)) else {
        return nil
      }
      zone = (clock[sign] == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
      clock = clock[..<sign]
    }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts.allSatisfy({ $0.first?.isASCIIDigit ?? false }),
      let hour = Double(parts[0]), let minute = Double(parts[1]),
      let second = parts.count == 3 ? Double(parts[2]) : 0,
      (0..<24).contains(hour), (0..<60).contains(minute), (0..<61).contains(second)
    else { return nil }
    return hour * 3600 + minute * 60 + second - zone
  }

  static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01, counted in eras of 400 years that begin in March.
  static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Year, month and day of a number of days since 1970-01-01.
  static func date(_ dayNumber: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = dayNumber + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
