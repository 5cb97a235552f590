import NNCore
import Testing

@Suite struct MessageTests {
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

  @Test func rendering() {
    let diagnostic = Diagnostic(
      code: "unknown-attribute", "<dense> has no attribute 'unit'", remedy: "did you mean 'units'?",
      place: SourcePlace(file: "bad.xml", line: 12, column: 8, endColumn: 12), sourceLine: "\t<dense unit=\"3\"/>")
    #expect(
      diagnostic.rendered == """
        bad.xml:12:8: error: <dense> has no attribute 'unit'; did you mean 'units'?
           <dense unit="3"/>
                 ^~~~
        """)
  }

  @Test func veryLongLine() {
    let line = String(repeating: "a", count: 100_000)
    let diagnostic = Diagnostic(
      code: "x", "too long", place: SourcePlace(file: "f", line: 1, column: 90_000), sourceLine: line)
    #expect(diagnostic.rendered.count < 500)
  }

  @Test func placesBeyondTheLine() {
    let diagnostic = Diagnostic(
      code: "x", "m", place: SourcePlace(file: "f", line: 1, column: 900, endColumn: 2000), sourceLine: "short")
    #expect(diagnostic.rendered.hasPrefix("f:1:900: error: m"))
  }

  @Test func groupsOfThree() {
    #expect(grouped(0) == "0")
    #expect(grouped(999) == "999")
    #expect(grouped(1000) == "1,000")
    #expect(grouped(-1_234_567) == "-1,234,567")
    #expect(grouped(Int.min) == "-9,223,372,036,854,775,808")
  }
}
