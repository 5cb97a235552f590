import NNText
import Testing

@Suite struct WrappingTests {
  @Test func linesAreBrokenAtSpaces() {
    #expect(wrap("one two three", width: 7) == ["one two", "three"])
    #expect(wrap("incomprehensibilities at", width: 5) == ["incomprehensibilities", "at"])
    #expect(wrap("", width: 5) == [""])
  }

  @Test func longTermsHaveALineOfTheirOwn() {
    let long = String(repeating: "x", count: 31)
    let space = String(repeating: " ", count: 31)
    #expect(definitionList([("a", "b"), (long, "c")]) == "  a\(space)b\n  \(long)\n   \(space)c\n")
  }

  @Test func longTextsAreShortened() {
    let text = String(repeating: "x", count: 60)
    #expect(text.shortened == text && (text + "y").shortened == String(repeating: "x", count: 57) + "...")
  }

  @Test func numbersInJSON() {
    #expect(json(nil as Double?) == "null" && json(.nan) == "null" && json(-.infinity) == "null")
    #expect(json(3.0) == "3" && json(0.1) == "0.1" && json(-2.0) == "-2" && json(1e17) == "1e+17")
    #expect(json("a\"b\n\u{1}") == #""a\"b\n\u0001""#)
  }
}
