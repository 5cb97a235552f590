import NNCore

/// A text as a JSON string.
package func json(_ text: String) -> String { jsonQuoted(text) }

/// A number in JSON, which has neither infinities nor NaN.
package func json(_ number: Double?) -> String {
  guard let number, number.isFinite else { return "null" }
  return number == number.rounded() && number.magnitude < 1e15 ? String(Int(number)) : "\(number)"
}
