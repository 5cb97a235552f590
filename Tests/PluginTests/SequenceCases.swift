import NNCore
import NNTestSupport

private let sequence = [Shape(5, 3)]
private let perStep: [String: AttributeValue] = ["each": .text("step")]

/// Layers of sequences, and others where samples have lengths of their own.
let sequenceCases: [ConformanceCase] =
  lengthCases
  + [
    .init("transpose", inputs: sequence), .init("transpose", inputs: [Shape(17, 20)]),
    .init("dense", perStep.merging(["units": .integer(4)]) { $1 }, inputs: sequence),
    .init("dense", perStep.merging(["units": .integer(37)]) { $1 }, inputs: [Shape(9, 21)]),
    .init("embedding", ["size": .integer(4)], inputs: [Shape(6)], entries: 5),
    .init("embedding", ["size": .integer(3), "padding": .integer(0)], inputs: [Shape(2, 4)], entries: 7),
    .init("embedding", ["size": .integer(2), "entries": .integer(3000)], inputs: [Shape(6)], entries: 2900),
    .init("position", inputs: sequence), .init("position", inputs: [Shape(40, 8)]),
    .init("position", ["kind": .text("learned")], inputs: sequence),
    .init("poolSequence", inputs: sequence), .init("poolSequence", ["take": .text("last")], inputs: sequence),
    .init("poolSequence", ["take": .text("max")], inputs: [Shape(4, 2, 3)]),
    .init("softmaxCrossEntropy", perStep, inputs: sequence),
    .init("ctc", ["labels": .integer(2)], inputs: [Shape(6, 3)]),
    .init("ctc", ["labels": .integer(3), "blank": .integer(4), "reduction": .text("sum")], inputs: [Shape(7, 5)]),
    .init("softmaxCrossEntropy", perStep, inputs: sequence, target: 1, targetValues: .distributions),
  ]

/// Every layer that reads samples with lengths.
private let lengthCases: [ConformanceCase] =
  [
    "sigmoid", "tanh", "relu", "softplus", "gelu", "negate", "square", "exp", "cos", "softmax", "logSoftmax",
    "layerNorm",
    "rmsNorm", "dropout", "prelu", "transpose", "position", "poolSequence", "squaredError", "absoluteError", "huber",
    "softsign", "identity",
  ].map { .init($0, inputs: sequence, hasLengths: true) } + [
    .init("log", inputs: sequence, isPositive: true, hasLengths: true),
    .init("reciprocal", inputs: sequence, isPositive: true, hasLengths: true),
    .init("power", ["exponent": .number(-0.5)], inputs: sequence, isPositive: true, hasLengths: true),
    .init("addConstant", ["value": .number(-3)], inputs: sequence, hasLengths: true),
    .init("add", inputs: sequence, hasLengths: true), .init("multiply", inputs: sequence, hasLengths: true),
    .init("concat", ["axis": .text("last")], inputs: sequence, hasLengths: true),
    .init(
      "slice", ["start": .integer(1), "length": .integer(2), "axis": .text("2")], inputs: sequence, hasLengths: true),
    .init("split", ["parts": .integer(3), "axis": .text("2")], inputs: sequence, hasLengths: true),
    .init("maxout", ["pieces": .integer(1)], inputs: sequence),
    .init("dense", perStep.merging(["units": .integer(4)]) { $1 }, inputs: sequence, hasLengths: true),
    .init("embedding", ["size": .integer(4)], inputs: [Shape(6)], hasLengths: true, entries: 5),
    .init("position", ["kind": .text("learned")], inputs: sequence, hasLengths: true),
    .init("poolSequence", ["take": .text("last")], inputs: sequence, hasLengths: true),
    .init("poolSequence", ["take": .text("max")], inputs: sequence, hasLengths: true),
    .init("poolSequence", inputs: [Shape(4, 2, 3)], hasLengths: true),
    .init("binaryCrossEntropy", inputs: sequence, targetValues: .unit, hasLengths: true),
    .init("ctc", ["zeroInfinity": .boolean(true)], inputs: sequence, hasLengths: true),
    .init("ctc", ["labels": .integer(3), "zeroInfinity": .boolean(true)], inputs: [Shape(7, 5)], hasLengths: true),
    .init("softmaxCrossEntropy", perStep, inputs: sequence, hasLengths: true),
    .init(
      "softmaxCrossEntropy", perStep.merging(["labelSmoothing": .number(0.1)]) { $1 }, inputs: sequence,
      hasLengths: true),
    .init(
      "softmaxCrossEntropy", perStep, inputs: sequence, target: 1, targetValues: .distributions, hasLengths: true),
    .init(
      "softmaxCrossEntropy", perStep.merging(["ignoredLabel": .integer(1)]) { $1 }, inputs: sequence, hasLengths: true),
  ]
