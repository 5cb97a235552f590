import Foundation
import Testing

/// What is said about files beyond a limit, with exact places; other messages are in NNModelTests and LanguageTests.
@Suite struct LimitMessageTests {
  private static let head = "<model xmlns=\"urn:nnrun:model:1\">\n"
  private static func net(_ body: String, before: String = "") -> String {
    head + before + "<network>\n<input shape=\"4\"/>\n" + body + "\n</network></model>\n"
  }
  private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }
  /// Blocks that use one another in a row.
  private static let chain = (1...80).map {
    $0 == 1 ? "<block name=\"b1\"><relu/></block>\n" : "<block name=\"b\($0)\"><use block=\"b\($0 - 1)\"/></block>\n"
  }.joined()

  private static let cases: [(file: String, message: String)] = [
    (
      net(times(8, "<repeat times=\"1000\">") + "<relu/>" + times(8, "</repeat>")),
      "m.xml:4:148: error: with its blocks and repetitions written out, the net has more than 112000 elements"
    ),
    (net("<repeat times=\"20000\"><relu/></repeat>"), "m.xml:4:16: error: a <repeat> repeats at most 10000 times"),
    (
      net(times(70, "<repeat times=\"1\">") + "<relu/>" + times(70, "</repeat>")),
      "m.xml:4:1117: error: elements are nested more than 64 deep here"
    ),
    (
      net("<use block=\"b80\"/>", before: chain),
      "m.xml:18:19: error: blocks are used inside one another more than 64 deep"
    ),
    (
      net("<add from=\"" + times(5000, "input1 ") + "\"/>"),
      "m.xml:4:12: error: more than 4096 values are read here; join some of them first"
    ),
    (head + times(112_001, "<a/>"), "m.xml:2:447997: error: the file has more than 112000 elements"),
    (
      net("<relu " + (0..<65).map { "a\($0)=\"1\"" }.joined(separator: " ") + "/>"),
      "m.xml:4:1: error: more than 64 attributes on an element"
    ),
    (
      net("<relu name=\"" + times(65_537, "a") + "\"/>"), "m.xml:4:7: error: this attribute is longer than 65536 bytes"
    ),
    (
      "<model xmlns=\"urn:nnrun:model:1\" " + (0..<65).map { "xmlns:a\($0)=\"urn:\($0)\"" }.joined(separator: " ")
        + "/>",
      "m.xml:1:1211: error: the file declares more than 64 namespaces"
    ),
    (
      "<?xml version=\"1.0\" encoding=\"nonsense\"?>\n<model/>",
      "m.xml:1:31: error: the encoding 'nonsense' is not known; save the file as UTF-8"
    ),
    (net("<dense units=\"{n}\"/>"), "m.xml:4:15: error: units: '{n}' is not a whole number"),
    (head + "<include href=\"a.xml\"><relu/></include>\n</model>", "cannot stand inside <include>"),
    (
      net("<dense name=\"a\" units=\"3\"/>\n<relu name=\"b\" from=\"a\"/>\n<tanh from=\"a\"/>"),
      "m.xml:5:1: warning: nothing reads 'b'"
    ),
    (net((0..<150).map { "<rlu\($0)/>\n" }.joined()), "m.xml: error: too many errors; these are the first 100"),
  ]

  @Test(arguments: cases.indices)
  func message(_ index: Int) throws {
    let (file, message) = Self.cases[index]
    let place = try Workplace()
    try place.write(file, to: "m.xml")
    let result = try place.run("check", "m.xml")
    #expect(result.messages.contains(message), "\(result.messages.prefix(500))")
  }

  @Test func tooManyParameters() throws {
    let place = try Workplace()
    try place.write(
      Self.head
        + "<network>\n<input shape=\"40000\"/>\n<dense units=\"40000\"/>\n<dense units=\"40000\"/>\n</network></model>",
      to: "m.xml")
    let result = try place.run("check", "m.xml")
    #expect(
      result.messages.contains("m.xml:5:1: error: with 'dense2' the net has more than 2147483647 parameters"),
      "\(result.messages)")
  }

  @Test func tooManyIncludes() throws {
    let place = try Workplace()
    for index in 0..<102 { try place.write(Self.head + "</model>", to: "f\(index).xml") }
    let includes = (0..<102).map { "<include href=\"f\($0).xml\"/>\n" }.joined()
    try place.write(Self.net("<relu/>", before: includes), to: "m.xml")
    let wide = try place.run("check", "m.xml")
    #expect(wide.messages.contains("m.xml:102:16: error: more than 100 files are included"), "\(wide.messages)")
    for index in 0..<20 {
      try place.write(Self.head + "<include href=\"f\(index + 1).xml\"/>\n</model>", to: "f\(index).xml")
    }
    try place.write(Self.net("<relu/>", before: "<include href=\"f0.xml\"/>\n"), to: "deep.xml")
    let deep = try place.run("check", "deep.xml")
    #expect(deep.messages.contains(".xml:2:16: error: "), "\(deep.messages)")
    #expect(deep.messages.contains("files are included, or more than 16"), "\(deep.messages)")
  }
}
