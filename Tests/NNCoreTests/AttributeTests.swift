import NNCore
import Testing

@Suite struct AttributeTests {
  @Test(arguments: [
    (AttributeKind.integer(1...10), "7", AttributeValue.integer(7)),
    (.integer(0...10), " 0 ", .integer(0)),
    (.number(.any), "-1e-3", .number(-0.001)),
    (.number(.any), ".5", .number(0.5)),
    (.boolean, "true", .boolean(true)),
    (.boolean, "0", .boolean(false)),
    (.shape, "3x32x32", .shape(Shape(3, 32, 32))),
    (.shape, "64", .shape(Shape(64))),
    (.pair(1...9), "3", .integers([3, 3])),
    (.pair(1...9), "3x5", .integers([3, 5])),
    (.integers(0...9), "1 2  3", .integers([1, 2, 3])),
    (.numbers, "1 -2.5", .numbers([1, -2.5])),
    (.choice(["mean", "sum"]), "sum", .text("sum")),
    (.names, "a b.1", .words(["a", "b.1"])),
    (.text, " as is ", .text(" as is ")),
  ])
  func parses(_ kind: AttributeKind, _ text: String, _ value: AttributeValue) throws {
    #expect(try kind.parse(text) == value)
  }

  @Test(arguments: [
    (AttributeKind.integer(1...10), "11", "out-of-range"),
    (.integer(1...10), "0", "out-of-range"),
    (.integer(1...10), "99999999999999999999999", "out-of-range"),
    (.integer(1...10), "1.5", "bad-value"),
    (.integer(1...10), "0x10", "bad-value"),
    (.integer(1...10), "", "bad-value"),
    (.integer(1...10), "+3", "bad-value"),
    (.number(.any), "1e999", "out-of-range"),
    (.number(.any), "NaN", "bad-value"),
    (.number(.any), "inf", "bad-value"),
    (.number(.any), "0x1p3", "bad-value"),
    (.number(.any), "1,5", "bad-value"),
    (.number(.unitBelowOne), "1", "out-of-range"),
    (.number(.positive), "0", "out-of-range"),
    (.boolean, "yes", "bad-value"),
    (.shape, "3x", "bad-value"),
    (.shape, "3x0", "out-of-range"),
    (.shape, "99999x99999", "out-of-range"),
    (.shape, "1x1x1x1x1x1x1x1x1", "out-of-range"),
    (.pair(1...9), "1x2x3", "bad-value"),
    (.choice(["mean", "sum"]), "men", "bad-value"),
    (.name, "3a", "bad-value"),
    (.name, "", "bad-value"),
    (.names, " ", "bad-value"),
    (.numbers, "1;2", "bad-value"),
  ])
  func refuses(_ kind: AttributeKind, _ text: String, _ code: String) {
    let error = #expect(throws: ElementError.self) { try kind.parse(text) }
    #expect(error?.code == code)
  }

  @Test func defaultsAndRequirements() throws {
    let schema = ElementSchema(
      .schedule, "thing", summary: "A thing.", example: "<thing/>",
      attributes: [
        .required("size", .integer(1...5), "The size."),
        .optional("rate", .number(.unit), default: .number(0.5), "The rate."), .optional("note", .text, "A note."),
      ])
    let attributes = try Attributes(["size": .integer(3)], for: schema)
    #expect(attributes.integer("size") == 3)
    #expect(attributes.number("rate") == 0.5)
    #expect(!attributes.has("note"))
    #expect(throws: ElementError.self) { try Attributes([:], for: schema) }
    #expect(throws: ElementError.self) { try Attributes(["size": .integer(6)], for: schema) }
    #expect(throws: ElementError.self) { try Attributes(["size": .text("3")], for: schema) }
    let unknown = #expect(throws: ElementError.self) {
      try Attributes(["size": .integer(3), "rat": .number(0)], for: schema)
    }
    #expect(unknown?.remedy == "did you mean 'rate'?")
  }
}
