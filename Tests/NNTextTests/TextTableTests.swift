import NNText
import Testing

@Suite struct TextTableTests {
  @Test func columnsAreAsWideAsTheirCells() {
    var table = TextTable([.left("layer"), .right("n"), .left("note")], hasRule: true)
    table.add(["größe", "1,000", ""])
    table.add(["a", "2"])
    table.add(["long name", "3", "here"])
    #expect(
      table.text == """
        layer          n  note
        ----------------------
        größe      1,000
        a              2
        long name      3  here

        """)
  }

  @Test func emptyTable() {
    #expect(TextTable([.left("a"), .right("b")]).text == "a  b\n")
    #expect(TextTable([]).text == "\n")
  }

  @Test func definitionsAreWrapped() {
    let lines = definitionList([("a", "word"), ("term", String(repeating: "word ", count: 30))]).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0] == "  a     word")
    #expect(lines.allSatisfy { $0.count <= 100 } && lines[2].hasPrefix("        word"))
  }
}
