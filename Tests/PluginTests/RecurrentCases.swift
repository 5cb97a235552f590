import NNCore
import NNTestSupport

private func recurrent(
  _ name: String, _ units: Int, _ input: Shape, _ attributes: [String: String] = [:], layers: Int = 1,
  note: String = "",
  hasLengths: Bool = false
) -> ConformanceCase {
  var given: [String: AttributeValue] = attributes.mapValues { .text($0) }
  given["units"] = .integer(units)
  if layers > 1 { given["layers"] = .integer(layers) }
  return ConformanceCase(name, given, inputs: [input], precision: 1e-4, note: note, hasLengths: hasLengths)
}

let recurrentCases: [ConformanceCase] =
  ["rnn", "lstm", "gru"].flatMap { name in
    [
      recurrent(name, 4, Shape(5, 3)), recurrent(name, 3, Shape(4, 2), ["return": "last"]),
      recurrent(name, 5, Shape(3, 2), ["direction": "backward"]),
      recurrent(name, 2, Shape(4, 3), ["direction": "both"], layers: 2),
      recurrent(name, 2, Shape(3, 2), ["direction": "both", "return": "last"], layers: 3),
      recurrent(name, 19, Shape(6, 9), note: "more than one panel"),
      recurrent(name, 1, Shape(1, 1), note: "one step"),
      recurrent(name, 4, Shape(5, 3), hasLengths: true),
      recurrent(name, 3, Shape(6, 2), ["direction": "both", "return": "last"], hasLengths: true),
      recurrent(name, 2, Shape(4, 3), ["direction": "both"], layers: 3, hasLengths: true),
      recurrent(name, 18, Shape(5, 4), ["direction": "backward"], hasLengths: true),
    ]
  }

private func attention(
  _ heads: Int, _ inputs: [Shape], _ attributes: [String: AttributeValue] = [:], hasLengths: Bool = false
) -> ConformanceCase {
  ConformanceCase(
    "attention", attributes.merging(["heads": .integer(heads)]) { $1 }, inputs: inputs, spread: 1, precision: 1e-4,
    hasLengths: hasLengths)
}

let attentionCases: [ConformanceCase] = [
  attention(1, [Shape(4, 3)]), attention(2, [Shape(5, 6)], ["causal": .boolean(true)]),
  attention(2, [Shape(3, 4)], ["bias": .boolean(false)]), attention(3, [Shape(4, 6), Shape(5, 6)]),
  attention(1, [Shape(1, 2), Shape(2, 2)]), attention(2, [Shape(20, 18)]),
  attention(2, [Shape(5, 6)], hasLengths: true),
  attention(2, [Shape(7, 6)], ["causal": .boolean(true)], hasLengths: true),
  attention(1, [Shape(4, 3), Shape(6, 3)], hasLengths: true),
]
