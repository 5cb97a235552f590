import NNText
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("unit", ["units", "bias"], "units"), ("densse", ["dense", "relu"], "dense"), ("relU", ["relu", "elu"], "relu"),
    ("softmaxCrosEntropy", ["softmax", "softmaxCrossEntropy"], "softmaxCrossEntropy"), ("taech", ["teach"], "teach"),
  ])
  func nearest(_ word: String, _ names: [String], _ expected: String) {
    #expect(nearestName(to: word, among: names) == expected)
  }

  @Test func nothingNear() {
    #expect(nearestName(to: "convolution", among: ["dense", "relu"]) == nil)
    #expect(nearestName(to: String(repeating: "x", count: 1_000_000), among: ["dense"]) == nil)
  }
}
