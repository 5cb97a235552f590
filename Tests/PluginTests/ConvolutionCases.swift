import NNCore
import NNTestSupport

private func conv(
  _ channels: Int, _ kernel: [Int], _ input: Shape, _ more: [String: AttributeValue] = [:], note: String = ""
) -> ConformanceCase {
  var attributes: [String: AttributeValue] = ["channels": .integer(channels), "kernel": .integers(kernel)]
  attributes.merge(more) { $1 }
  return ConformanceCase("conv2d", attributes, inputs: [input], note: note)
}

private func pair(_ height: Int, _ width: Int) -> AttributeValue { .integers([height, width]) }

let convolutionCases: [ConformanceCase] = [
  conv(2, [3, 3], Shape(1, 5, 6)),
  conv(3, [3, 3], Shape(2, 4, 9), ["padding": .text("same")]),
  conv(2, [2, 4], Shape(2, 5, 7), ["padding": .text("same")], note: "more padding behind"),
  conv(4, [1, 1], Shape(3, 3, 5)),
  conv(2, [5, 5], Shape(1, 12, 20), note: "whole and broken vectors"),
  conv(3, [3, 3], Shape(2, 7, 8), ["stride": pair(2, 2), "padding": pair(1, 1)]),
  conv(2, [3, 2], Shape(2, 8, 7), ["stride": pair(3, 2), "padding": pair(2, 1), "dilation": pair(1, 2)]),
  conv(2, [2, 2], Shape(1, 6, 6), ["stride": pair(3, 3)], note: "pixels that nobody reads"),
  conv(4, [3, 3], Shape(4, 5, 5), ["groups": .integer(2), "padding": pair(1, 1)]),
  conv(6, [3, 3], Shape(3, 6, 5), ["depthwise": .boolean(true), "padding": pair(1, 1)]),
  ConformanceCase(
    "conv2d",
    ["kernel": pair(3, 3), "depthwise": .boolean(true), "padding": pair(1, 1), "stride": pair(2, 2)],
    inputs: [Shape(3, 7, 10)]),
  conv(13, [3, 3], Shape(3, 6, 10), ["bias": .boolean(false), "padding": pair(1, 1)], note: "more than one tile"),
  conv(3, [1, 1], Shape(2, 1, 1), note: "one pixel"),
  conv(2, [3, 3], Shape(2, 1, 1), ["padding": pair(1, 1)], note: "one pixel and padding"),
  conv(2, [3, 3], Shape(1, 2, 3), ["padding": pair(4, 3)], note: "windows of padding alone"),
  conv(2, [3, 3], Shape(2, 9, 9), ["dilation": pair(3, 2), "padding": .text("same")]),
  conv(2, [1, 3], Shape(2, 1, 9), ["stride": pair(1, 2)], note: "a row"),
]

let poolingCases: [ConformanceCase] =
  ["maxPool2d", "averagePool2d"].flatMap { name -> [ConformanceCase] in
    [
      .init(name, ["kernel": pair(2, 2)], inputs: [Shape(2, 4, 6)]),
      .init(name, ["kernel": pair(2, 2)], inputs: [Shape(2, 5, 37)], note: "an odd size"),
      .init(name, ["kernel": pair(3, 3), "stride": pair(2, 2)], inputs: [Shape(2, 7, 8)]),
      .init(name, ["kernel": pair(3, 3), "stride": pair(2, 2), "padding": pair(1, 1)], inputs: [Shape(2, 7, 8)]),
      .init(
        name, ["kernel": pair(3, 2), "stride": pair(2, 3), "ceil": .boolean(true)], inputs: [Shape(1, 6, 9)]),
      .init(
        name, ["kernel": pair(2, 4), "stride": pair(2, 3), "padding": pair(1, 2), "ceil": .boolean(true)],
        inputs: [Shape(2, 6, 9)]),
      .init(name, ["kernel": pair(1, 1)], inputs: [Shape(3, 1, 1)], note: "one pixel"),
      .init(name, ["kernel": pair(3, 3), "stride": pair(1, 1)], inputs: [Shape(1, 5, 5)], note: "windows overlap"),
    ]
  } + [
    .init(
      "averagePool2d",
      ["kernel": pair(3, 3), "stride": pair(2, 2), "padding": pair(1, 1), "countPadding": .boolean(false)],
      inputs: [Shape(2, 7, 8)]),
    .init("globalAveragePool", inputs: [Shape(3, 4, 5)]), .init("globalAveragePool", inputs: [Shape(2, 1, 1)]),
    .init("globalMaxPool", inputs: [Shape(3, 4, 5)]), .init("globalMaxPool", inputs: [Shape(2, 1, 1)]),
  ]

private let rate: [String: AttributeValue] = ["channels": .integer(3), "kernel": .integers([3, 3])]

let transposedCases: [ConformanceCase] = [
  .init("conv1d", ["channels": .integer(3), "kernel": .integer(3)], inputs: [Shape(2, 9)]),
  .init("conv1d", ["channels": .integer(2), "kernel": .integer(4), "padding": .text("same")], inputs: [Shape(3, 17)]),
  .init(
    "conv1d",
    [
      "channels": .integer(4), "kernel": .integer(3), "stride": .integer(2), "padding": .integer(2),
      "dilation": .integer(2), "groups": .integer(2), "bias": .boolean(false),
    ], inputs: [Shape(2, 11)]),
  .init("convTranspose2d", rate, inputs: [Shape(2, 4, 5)]),
  .init(
    "convTranspose2d", rate.merging(["stride": pair(2, 3), "padding": pair(1, 0), "outputPadding": pair(1, 2)]) { $1 },
    inputs: [Shape(2, 4, 3)]),
  .init(
    "convTranspose2d",
    [
      "channels": .integer(4), "kernel": pair(2, 2), "stride": pair(2, 2), "groups": .integer(2),
      "bias": .boolean(false),
    ], inputs: [Shape(2, 3, 8)]),
  .init("convTranspose2d", rate.merging(["dilation": pair(2, 1)]) { $1 }, inputs: [Shape(1, 1, 1)], note: "one pixel"),
]

let resamplingCases: [ConformanceCase] =
  ["adaptiveAveragePool2d", "adaptiveMaxPool2d"].flatMap { name -> [ConformanceCase] in
    [
      .init(name, ["size": pair(2, 3)], inputs: [Shape(2, 5, 7)]),
      .init(name, ["size": pair(4, 4)], inputs: [Shape(1, 3, 4)], note: "larger than the input"),
      .init(name, ["size": pair(1, 1)], inputs: [Shape(2, 1, 1)]),
    ]
  } + [
    .init("pad2d", ["padding": .integers([1])], inputs: [Shape(2, 3, 4)]),
    .init("pad2d", ["padding": .integers([0, 2, 1, 3]), "value": .number(-2)], inputs: [Shape(2, 3, 4)]),
    .init("pad2d", ["padding": .integers([2, 1, 3, 0]), "mode": .text("reflect")], inputs: [Shape(2, 3, 4)]),
    .init("pad2d", ["padding": .integers([4, 1, 0, 5]), "mode": .text("replicate")], inputs: [Shape(2, 1, 4)]),
    .init("upsample", ["scale": pair(2, 2)], inputs: [Shape(2, 3, 4)]),
    .init("upsample", ["scale": pair(2, 3), "mode": .text("bilinear")], inputs: [Shape(2, 3, 4)]),
    .init(
      "upsample", ["scale": pair(3, 2), "mode": .text("bilinear"), "alignCorners": .boolean(true)],
      inputs: [Shape(2, 3, 1)]),
    .init("channelShuffle", ["groups": .integer(2)], inputs: [Shape(6, 2, 3)]),
    .init("channelShuffle", ["groups": .integer(3)], inputs: [Shape(6)]),
    .init("pixelShuffle", ["factor": .integer(2)], inputs: [Shape(8, 2, 3)]),
    .init("pixelShuffle", ["factor": .integer(1)], inputs: [Shape(2, 2, 3)]),
  ]
