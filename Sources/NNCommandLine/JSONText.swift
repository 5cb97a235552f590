/// A text as a JSON string.
package func json(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    default:
      if scalar.value < 0x20 {
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result + "\""
}

/// A number in JSON, which has neither infinities nor NaN.
package func json(_ number: Double?) -> String {
  guard let number, number.isFinite else { return "null" }
  return number == number.rounded() && number.magnitude < 1e15 ? String(Int(number)) : "\(number)"
}
