/// A whole number with its digits in groups of three.
public func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  var text = number < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return text
}

/// A number of bytes for people.
public func byteText(_ count: Int) -> String {
  let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  var size = Double(count)
  var unit = 0
  while size >= 1024, unit < units.count - 1 {
    size /= 1024
    unit += 1
  }
  return unit == 0 ? "\(count) bytes" : "\(fixed(size, 1)) \(units[unit])"
}

/// A number with so many significant digits, without an exponent where that stays readable.
package func significant(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : plain(value) }
  var exponent = 0
  var size = value.magnitude
  while size >= 10, exponent < 400 {
    size /= 10
    exponent += 1
  }
  while size < 1, exponent > -400 {
    size *= 10
    exponent -= 1
  }
  if exponent < -5 || exponent > 14 {
    var power = 1.0
    for _ in 0..<(digits - 1) { power *= 10 }
    return "\(value < 0 ? "-" : "")\((size * power).rounded() / power)e\(exponent)"
  }
  return fixed(value, max(0, digits - 1 - exponent))
}

/// A number in its shortest form; NaN is `nan` whatever its sign and payload.
package func plain<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Number) -> String {
  value.isNaN ? "nan" : String(value)
}

/// A number with so many digits after the point, half away from zero; for magnitudes below 9e15.
package func fixed(_ value: Double, _ places: Int) -> String {
  guard value.isFinite, value.magnitude < 9e15 else { return plain(value) }
  var places = min(places, 15)
  var power = 1.0
  for _ in 0..<places { power *= 10 }
  while value.magnitude * power > 9e17, places > 0 {
    places -= 1
    power /= 10
  }
  let scaled = UInt64((value.magnitude * power).rounded())
  let whole = scaled / UInt64(power)
  let sign = value < 0 && scaled > 0 ? "-" : ""
  if places == 0 { return "\(sign)\(whole)" }
  let fraction = String(scaled % UInt64(power))
  return "\(sign)\(whole)." + String(repeating: "0", count: places - fraction.count) + fraction
}

/// A duration for people: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`.
package func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  if seconds < 1 { return "\(Int((seconds * 1000).rounded())) ms" }
  if seconds < 60 { return "\(significant(seconds, 3)) s" }
  let whole = Int(seconds.rounded())
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
  return "\(whole / 3600) h \(two(whole % 3600 / 60)) min"
}

/// A share as a percentage with two places.
package func percent(_ share: Double) -> String { "\(fixed(share * 100, 2)) %" }

/// A rate for people, with three digits that mean something: `81,200/s`.
package func perSecond(_ rate: Double) -> String {
  guard rate.isFinite, rate >= 0, rate < 1e15 else { return "?/s" }
  if rate < 100 { return "\(significant(rate, 3))/s" }
  var unit = 1.0
  while rate / unit >= 1000 { unit *= 10 }
  return "\(grouped(Int((rate / unit).rounded() * unit)))/s"
}
