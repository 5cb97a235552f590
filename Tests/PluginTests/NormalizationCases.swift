import NNCore
import NNTestSupport

private let image = Shape(4, 3, 5)
private let noAffine: [String: AttributeValue] = ["affine": .boolean(false)]

let normalizationCases: [ConformanceCase] = [
  .init("batchNorm", inputs: [Shape(5)], precision: 1e-4), .init("batchNorm", inputs: [image], precision: 1e-4),
  .init("batchNorm", noAffine, inputs: [Shape(2, 7)], precision: 1e-4),
  .init(
    "batchNorm", ["momentum": .number(0.3), "epsilon": .number(0.01)], inputs: [Shape(2, 3, 3)], precision: 1e-4),
  .init("batchNorm", inputs: [Shape(3, 1, 1)], precision: 1e-4, note: "one pixel"),
  .init("layerNorm", inputs: [Shape(9)], precision: 1e-4), .init("layerNorm", inputs: [Shape(4, 6)], precision: 1e-4),
  .init("layerNorm", ["dimensions": .integer(3)], inputs: [image], precision: 1e-4),
  .init("layerNorm", noAffine, inputs: [Shape(3, 20)], precision: 1e-4),
  .init("rmsNorm", inputs: [Shape(9)], precision: 1e-4), .init("rmsNorm", inputs: [Shape(4, 6)], precision: 1e-4),
  .init("rmsNorm", ["dimensions": .integer(2)], inputs: [image], precision: 1e-4),
  .init("rmsNorm", noAffine, inputs: [Shape(3, 20)], precision: 1e-4),
  .init("groupNorm", ["groups": .integer(2)], inputs: [image], precision: 1e-4),
  .init("groupNorm", ["groups": .integer(1)], inputs: [Shape(6)], precision: 1e-4),
  .init("groupNorm", ["groups": .integer(4), "affine": .boolean(false)], inputs: [Shape(8, 4)], precision: 1e-4),
  .init("instanceNorm", inputs: [image], precision: 1e-4),
  .init("instanceNorm", ["affine": .boolean(true)], inputs: [Shape(2, 6)], precision: 1e-4),
  .init("localResponseNorm", inputs: [image]),
  .init(
    "localResponseNorm", ["size": .integer(2), "alpha": .number(0.5), "beta": .number(1.5), "k": .number(2)],
    inputs: [Shape(5, 4)]),
  .init("localResponseNorm", ["size": .integer(3), "alpha": .number(1)], inputs: [Shape(6)]),
]
