import NNText
import Testing

@Suite struct StrictJSONTests {
  private func accepts(_ bytes: [UInt8]) -> Bool { (try? StrictJSON(bytes)) != nil }

  @Test(arguments: [
    "null", " true ", "-0", "1e5", "0.5E-3", "\"\"", "[]", "{}", "[1,[2]]", "{\"a\":{\"b\":[]}}", "\"\\uD83C\\uDF89\"",
    "\"\\b\\f\\n\\r\\t\\/\\\\\\\"\"", "9223372036854775807", "\"\u{7F}\"",
  ]) func accepted(_ text: String) { #expect(accepts(Array(text.utf8))) }

  @Test(arguments: [
    "", " ", "nul", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{a:1}", "{\"a\"}", "{\"a\":}", "[", "{", "\"", "\"\\",
    "\"\\u12", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800\\u0041\"", "\"\\x\"", "\"\n\"", "01", "+1", "1.", ".5", "1e",
    "-", "9223372036854775808", "1e999", "NaN", "1 2", "[1 2]", "'a'", "// a\n1", "\u{FEFF}1",
  ]) func rejected(_ text: String) { #expect(!accepts(Array(text.utf8))) }

  @Test func writtenIsReadBack() throws {
    let value = StrictJSON.object([
      .init(key: "a\"b", value: .array([.null, .boolean(true), .integer(-3), .number(0.1), .text("\n\u{1F600}")])),
      .init(key: "", value: .object([])),
    ])
    #expect(try StrictJSON(Array(value.written.utf8)) == value)
    #expect(StrictJSON.number(.infinity).written == "null")
  }

  @Test(arguments: [
    ("\\u0041", "A"), ("\\u00e9", "é"), ("\\uD83C\\uDF89", "\u{1F389}"), ("\\uD800\\uDC00", "\u{10000}"),
    ("\\uDBFF\\uDFFF", "\u{10FFFF}"),
  ]) func escapesAreRead(_ written: String, _ text: String) throws {
    #expect(try StrictJSON(Array("\"\(written)\"".utf8)) == .text(text))
  }

  @Test func bytesAndDepth() {
    for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0, 0x22]] {
      #expect(!accepts(bytes.map { UInt8($0) }))
    }
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(accepts(nested(64)) && !accepts(nested(65)) && !accepts(nested(1_000_000)))
  }
}
