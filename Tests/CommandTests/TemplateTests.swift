import Foundation
import Testing

/// Models to start from: they are sound, they train, and the proposal for a table suits its columns.
@Suite struct TemplateTests {
  @Test(arguments: ["mlp", "softmax", "binary", "regression", "curve", "lenet"])
  func everyTemplateTrains(_ name: String) throws {
    let place = try Workplace()
    #expect(try place.run("init", "--template", name).code == 0)
    let check = try place.run("check", "\(name).xml", "--strict")
    #expect(check.code == 0, "\(check.messages)")
    // Convolutions learn nothing of what a random map makes up; that they run is what counts.
    let requirement =
      ["regression", "curve"].contains(name) ? "r2=0.99" : name == "lenet" ? "loss=10" : "accuracy=0.9"
    let run = try place.run("train", "\(name).xml", "--require", requirement)
    #expect(run.code == 0, "\(run.messages)")
    let again = try place.run("init", "--template", name)
    #expect(again.code == 73 && again.messages.contains("\(name).xml: error: is there already"))
  }

  @Test func tablesOfClasses() throws {
    let place = try Workplace()
    var rows = "width,height,kind\n"
    for i in 0..<60 { rows += "\(i % 7),\(i % 5),\(i % 7 > 3 ? "big & <wide>" : "small")\n" }
    try place.write(rows, to: "my.things.csv")
    let run = try place.run("train", "my.things.csv", "--output", "run")
    #expect(run.code == 0, "\(run.messages)")
    #expect(run.messages.contains("60 rows of 3 columns; the first row names them"))
    let text = try place.text("my.things.xml")
    #expect(text.contains(#"path="my.things.csv""#) && text.contains(#"<dense name="out" units="2"/>"#))
    let again = try place.run("train", "my.things.csv")
    #expect(
      again.code == 64
        && again.messages.contains("my.things.xml is there already; train it with 'nnrun train my.things.xml'"))
    #expect(try place.run("train", "my.things.xml", "--output", "run2", "--quiet").code == 0)
  }

  @Test func tablesOfNumbers() throws {
    let place = try Workplace()
    var rows = ""
    for i in 0..<50 { rows += "\(i % 7)\t\(i % 5)\t\(Double(i % 7) * 2.5 - Double(i % 5) * 100 + 7)\n" }
    try place.write(rows, to: "numbers.tsv")
    let run = try place.run("train", "numbers.tsv", "--output", "run", "--require", "r2=0.99")
    #expect(run.code == 0, "\(run.messages)")
    #expect(run.messages.contains("answer, a number"))
    #expect(try place.text("numbers.xml").contains("<squaredError/>"))
  }

  @Test func mistakes() throws {
    let place = try Workplace()
    #expect(try place.run("train", "none.csv").code == 66)
    try place.write("", to: "empty.csv")
    #expect(try place.run("train", "empty.csv").code == 65)
    #expect(try place.run("init").messages.contains("MODEL.xml is missing"))
    #expect(try place.run("init", "--template", "tower").messages.contains("'tower' is none of mlp, softmax"))
    #expect(try place.run("init", "a.xml", "--template", "mlp").messages.contains("takes none"))
  }
}
