/// A text as a JSON string, quotes included, or `null`.
package func json(_ text: String?) -> String {
  guard let text else { return "null" }
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
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result + "\""
}

/// A number in JSON, without a fraction where it is whole; `null` for infinities and NaN, which JSON lacks.
package func json(_ number: Double?) -> String {
  guard let number, number.isFinite else { return "null" }
  return number == number.rounded() && number.magnitude < 1e15 ? String(Int(number)) : "\(number)"
}

/// Texts as a JSON array.
package func json(_ texts: [String]) -> String { "[" + texts.map { json($0) }.joined(separator: ",") + "]" }

/// Whole numbers as a JSON array.
package func json(_ numbers: [Int]) -> String { "[" + numbers.map(String.init).joined(separator: ",") + "]" }
