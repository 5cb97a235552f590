import NNCore
import NNTestSupport
import StandardLayers

/// All layers and losses of the project.
let standardRegistry: Registry = {
  var registry = Registry()
  do {
    try registerStandardLayers(into: &registry)
  } catch {
    preconditionFailure("\(error)")
  }
  return registry
}()

private let row = [Shape(5)]
private let image = [Shape(3, 2, 4)]

private let denseCases: [ConformanceCase] = [
  .init("dense", ["units": .integer(4)], inputs: row),
  .init("dense", ["units": .integer(3), "bias": .boolean(false)], inputs: row),
  .init("dense", ["units": .integer(1)], inputs: [Shape(1)]),
  .init("dense", ["units": .integer(67)], inputs: [Shape(129)], note: "larger than one tile"),
]

private let plainActivations = [
  "identity", "step", "sigmoid", "tanh", "relu", "leakyRelu", "elu", "selu", "softplus", "softsign", "gelu", "silu",
  "hardSigmoid", "hardSwish",
]

private let activationCases: [ConformanceCase] =
  plainActivations.flatMap { name -> [ConformanceCase] in
    [.init(name, inputs: row), .init(name, inputs: image, spread: 3)]
  } + [
    .init("leakyRelu", ["slope": .number(0.3)], inputs: row),
    .init("leakyRelu", ["slope": .number(-0.3)], inputs: row, note: "the output does not tell the sign"),
    .init("leakyRelu", ["slope": .number(0)], inputs: row),
    .init("elu", ["alpha": .number(0.5)], inputs: row),
    .init("elu", ["alpha": .number(-0.5)], inputs: row, note: "the output does not tell the sign"),
    .init("elu", ["alpha": .number(0)], inputs: row),
    .init("gelu", ["approximation": .text("tanh")], inputs: row),
    .init("prelu", inputs: row), .init("prelu", inputs: image),
    .init("prelu", ["perChannel": .boolean(true)], inputs: row),
    .init("prelu", ["perChannel": .boolean(true), "slope": .number(-0.1)], inputs: image),
    .init("maxout", inputs: [Shape(6)]), .init("maxout", ["pieces": .integer(3)], inputs: [Shape(6)]),
    .init("maxout", ["pieces": .integer(3)], inputs: image), .init("maxout", ["pieces": .integer(1)], inputs: row),
    .init("softmax", inputs: row), .init("softmax", inputs: image), .init("softmax", inputs: [Shape(1)]),
    .init("logSoftmax", inputs: row), .init("logSoftmax", inputs: image),
    .init("logSoftmax", inputs: [Shape(70)], spread: 10),
  ]

private let shapeCases: [ConformanceCase] = [
  .init("flatten", inputs: image), .init("flatten", inputs: row),
  .init("reshape", ["shape": .shape(Shape(6, 4))], inputs: image),
  .init("concat", inputs: row), .init("concat", inputs: [Shape(2), Shape(3)]),
  .init("concat", inputs: [Shape(2, 2, 4), Shape(1, 2, 4), Shape(3, 2, 4)]),
  .init("concat", ["axis": .text("last")], inputs: [Shape(3, 2), Shape(3, 1)]),
  .init("concat", ["axis": .text("2")], inputs: [Shape(3, 2, 2), Shape(3, 4, 2)]),
  .init("slice", ["length": .integer(2)], inputs: row),
  .init("slice", ["start": .integer(1), "length": .integer(2)], inputs: image),
  .init("slice", ["start": .integer(2), "length": .integer(2), "axis": .text("last")], inputs: image),
  .init("slice", ["start": .integer(1), "length": .integer(1), "axis": .text("2")], inputs: image),
  .init("split", ["parts": .integer(2)], inputs: [Shape(6)]),
  .init("split", ["parts": .integer(3)], inputs: image),
  .init("split", ["sizes": .integers([1, 3]), "axis": .text("last")], inputs: image),
  .init("split", ["parts": .integer(1)], inputs: row),
]

private let regularizationCases: [ConformanceCase] = [
  .init("dropout", inputs: [Shape(17)]), .init("dropout", ["rate": .number(0.1)], inputs: image),
  .init("dropout", ["rate": .number(0)], inputs: row),
  .init("spatialDropout", inputs: [Shape(9, 2, 3)]), .init("spatialDropout", ["rate": .number(0.2)], inputs: row),
  .init("randomCrop", ["size": .integers([3, 4])], inputs: [Shape(2, 5, 7)]),
  .init("randomCrop", ["size": .integers([2, 4])], inputs: image, note: "all of it"),
  .init("randomCrop", ["size": .integers([1, 1])], inputs: image),
]

private let sum: [String: AttributeValue] = ["reduction": .text("sum")]

private let classificationCases: [ConformanceCase] = [
  .init("softmaxCrossEntropy", inputs: row), .init("softmaxCrossEntropy", sum, inputs: row),
  .init("softmaxCrossEntropy", inputs: row, target: 1, targetValues: .distributions),
  .init("softmaxCrossEntropy", sum, inputs: row, target: 1, targetValues: .distributions),
  .init("softmaxCrossEntropy", ["labelSmoothing": .number(0.1)], inputs: row),
  .init(
    "softmaxCrossEntropy", ["labelSmoothing": .number(0.1)], inputs: row, target: 1, targetValues: .distributions),
  .init("softmaxCrossEntropy", ["classWeights": .numbers([1, 0.5, 2, 3, 0.25])], inputs: row),
  .init(
    "softmaxCrossEntropy", ["classWeights": .numbers([1, 0.5, 2, 3, 0.25]), "labelSmoothing": .number(0.2)],
    inputs: row),
  .init("softmaxCrossEntropy", ["ignoredLabel": .integer(2)], inputs: row),
  .init("softmaxCrossEntropy", ["ignoredLabel": .integer(1), "labelSmoothing": .number(0.1)], inputs: [Shape(2)]),
  .init("binaryCrossEntropy", inputs: [Shape(1)]),
  .init("binaryCrossEntropy", inputs: [Shape(1)], target: 1, targetValues: .unit),
  .init("binaryCrossEntropy", inputs: row, targetValues: .unit),
  .init("binaryCrossEntropy", ["positiveWeight": .number(3)], inputs: image, targetValues: .unit),
  .init("binaryCrossEntropy", sum, inputs: row, targetValues: .unit),
  .init("hinge", inputs: row), .init("hinge", sum, inputs: row), .init("hinge", ["margin": .number(0.3)], inputs: row),
  .init("focal", inputs: row), .init("focal", sum, inputs: row), .init("focal", ["gamma": .number(0)], inputs: row),
  .init("focal", ["classWeights": .numbers([1, 0.5, 2, 3, 0.25]), "gamma": .number(0.5)], inputs: row),
  .init("focal", ["activation": .text("sigmoid")], inputs: [Shape(1)]),
  .init("focal", ["activation": .text("sigmoid"), "alpha": .number(0.25)], inputs: row, targetValues: .unit),
  .init(
    "focal", ["activation": .text("sigmoid"), "gamma": .number(1.5), "reduction": .text("sum")], inputs: image,
    targetValues: .unit),
  .init("klDivergence", inputs: row, targetValues: .distributions),
  .init("klDivergence", sum, inputs: image, targetValues: .distributions),
]

private let regressionCases: [ConformanceCase] =
  ["squaredError", "absoluteError", "huber", "quantile"].flatMap { name -> [ConformanceCase] in
    [
      .init(name, inputs: row), .init(name, sum, inputs: row), .init(name, inputs: image),
      .init(name, inputs: image, target: 1), .init(name, inputs: [Shape(1)], target: 1),
    ]
  } + [
    .init("huber", ["delta": .number(0.4)], inputs: row), .init("quantile", ["level": .number(0.9)], inputs: row),
  ]

private let arithmeticCases: [ConformanceCase] =
  ["add", "subtract", "multiply", "max", "min"].flatMap { name -> [ConformanceCase] in
    [
      .init(name, inputs: [Shape(5), Shape(5)]), .init(name, inputs: [Shape(3, 2, 4), Shape(3, 2, 4)]),
      .init(name, inputs: [Shape(3, 2, 4), Shape(4)]), .init(name, inputs: [Shape(1), Shape(2, 3)]),
      .init(name, inputs: [Shape(3, 1, 4), Shape(2, 1)], note: "both are repeated"),
    ]
  }
  + ["divide", "power"].flatMap { name -> [ConformanceCase] in
    [
      .init(name, inputs: [Shape(5), Shape(5)], isPositive: true),
      .init(name, inputs: [Shape(3, 1, 4), Shape(2, 1)], isPositive: true, note: "both are repeated"),
    ]
  }
  + ["add", "multiply", "max", "min"].flatMap { name -> [ConformanceCase] in
    [
      .init(name, inputs: [Shape(5), Shape(2, 5), Shape(2, 1)]), .init(name, inputs: [row[0], row[0], row[0]]),
      .init(name, inputs: [Shape(3, 4, 4), Shape(3, 1, 1)], note: "a number for each channel"),
    ]
  }
  + ["negate", "square", "absolute", "exp", "sin", "cos", "sum", "mean"].flatMap { name -> [ConformanceCase] in
    [.init(name, inputs: row), .init(name, inputs: image)]
  } + ["reciprocal", "squareRoot", "log"].map { .init($0, inputs: row, isPositive: true) } + [
    .init("addConstant", ["value": .number(-3)], inputs: row),
    .init("multiplyConstant", ["value": .number(0.25)], inputs: row),
    .init("power", ["exponent": .number(3)], inputs: row),
    .init("power", ["exponent": .number(0)], inputs: row),
    .init("power", ["exponent": .number(-0.5)], inputs: row, isPositive: true),
    .init("dot", inputs: [Shape(5), Shape(5)]), .init("dot", inputs: [Shape(2, 3), Shape(2, 3)]),
    .init("matmul", inputs: [Shape(4, 5), Shape(5)]), .init("matmul", inputs: [Shape(4, 5), Shape(5, 3)]),
    .init("constant", ["value": .numbers([1, -2, 3])], inputs: []),
    .init("constant", ["value": .numbers([1, -2]), "shape": .shape(Shape(2, 1))], inputs: []),
    .init("parameter", ["shape": .shape(Shape(2, 3))], inputs: []),
    .init("parameter", ["shape": .shape(Shape(4)), "init": .text("normal")], inputs: []),
  ]

/// Every standard layer and loss in several variants.
let standardCases: [ConformanceCase] =
  denseCases + convolutionCases + transposedCases + poolingCases + resamplingCases + normalizationCases
  + activationCases + arithmeticCases + shapeCases
  + regularizationCases
  + classificationCases
  + regressionCases
  + sequenceCases + recurrentCases + attentionCases
