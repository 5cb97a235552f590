import NNCore
import Testing

@Suite struct MessageTests {
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
}
