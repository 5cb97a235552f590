import NNText
import Testing

@Suite struct NumberFormattingTests {
  @Test func groupsOfThree() {
    #expect(grouped(0) == "0")
    #expect(grouped(999) == "999")
    #expect(grouped(1000) == "1,000")
    #expect(grouped(-1_234_567) == "-1,234,567")
    #expect(grouped(Int.min) == "-9,223,372,036,854,775,808")
  }

  @Test(arguments: [
    (0.0, "0 ms"), (0.85, "850 ms"), (12.34, "12.3 s"), (245, "4 min 05 s"), (7800, "2 h 10 min"), (-1, "?"),
    (1e9, "?"),
  ])
  func durations(_ seconds: Double, _ expected: String) { #expect(duration(seconds) == expected) }

  @Test(arguments: [
    (0.0, 3, "0"), (0.012345, 3, "0.0123"), (123_456, 3, "123456"), (1.5e-7, 2, "1.5e-7"), (2.5e20, 3, "2.5e20"),
    (-0.5, 2, "-0.50"), (.infinity, 3, "inf"), (-.nan, 3, "nan"),
  ])
  func significantDigits(_ value: Double, _ digits: Int, _ expected: String) {
    #expect(significant(value, digits) == expected)
  }

  @Test func jsonValues() {
    #expect(json("a\"\u{1}\n") == #""a\"\u0001\n""#)
    #expect(json(3.0) == "3" && json(0.5) == "0.5" && json(Double.nan) == "null" && json(1e300) == "1e+300")
    #expect(json(["a", "b"]) == #"["a","b"]"# && json([1, 2]) == "[1,2]" && json([Int]()) == "[]")
  }
}
