import Foundation
import Testing

/// The models that are proposed for tables: each has its own, and what cannot be trained leaves nothing.
@Suite struct ProposalTests {
  private func writeTable(_ place: Workplace, _ name: String, separator: String = ",") throws {
    var rows = ["width", "height", "kind"].joined(separator: separator) + "\n"
    for i in 0..<40 { rows += [i % 7, i % 5, i % 7 > 3 ? 1 : 0].map(String.init).joined(separator: separator) + "\n" }
    try place.write(rows, to: name)
  }

  @Test func tablesShareNoFiles() throws {
    let place = try Workplace()
    let tables = [
      "my data.csv", "other data.csv", "iris.2024.csv", "iris.2025.csv", "UPPER.CSV", "iris.2024.tsv", "ü&.csv",
    ]
    for table in tables {
      try writeTable(place, table, separator: table.hasSuffix("tsv") ? "\t" : ",")
      let run = try place.run("train", table, "-q")
      #expect(run.code == 0, "\(table): \(run.messages)")
    }
    let models = [
      "my data.xml", "other data.xml", "iris.2024.xml", "iris.2025.xml", "UPPER.xml", "iris.2024.tsv.xml", "ü&.xml",
    ]
    let names = ["my_data", "other_data", "iris.2024", "iris.2025", "UPPER", "iris.2024-2", "ü_"]
    for (table, (model, name)) in zip(tables, zip(models, names)) {
      let path = table.replacing("&", with: "&amp;")
      #expect(try place.text(model).contains(#"path="\#(path)""#), "\(model)")
      #expect(place.exists("runs/\(name)/weights.safetensors"), "\(name)")
    }
    let again = try place.run("train", "my data.csv")
    #expect(again.code == 64 && again.messages.contains("train it with 'nnrun train 'my data.xml''"), "\(again)")
    #expect(try place.run("train", "my data.xml", "-q").code == 0)
  }

  @Test func otherFilesStay() throws {
    let place = try Workplace()
    try writeTable(place, "a.csv")
    try place.write("<mine/>", to: "a.xml")
    #expect(try place.run("train", "a.csv", "-q").code == 0)
    #expect(try place.text("a.xml") == "<mine/>" && place.exists("a.csv.xml"))
    try writeTable(place, "b.csv")
    try place.write("<mine/>", to: "b.xml")
    try place.write("<mine/>", to: "b.csv.xml")
    let refused = try place.run("train", "b.csv", "-q")
    #expect(refused.code == 64 && refused.messages.contains("b.xml and b.csv.xml are there already"), "\(refused)")
  }

  @Test func failedProposalsLeaveNothing() throws {
    let place = try Workplace()
    for (name, rows) in [("one.csv", "1,2,a\n"), ("empty.csv", ""), ("column.csv", "1\n2\n3\n")] {
      try place.write(rows, to: name)
      for _ in 0..<2 {
        let run = try place.run("train", name, "-q")
        #expect(run.code == 65 && run.messages.contains("\(name): error"), "\(run)")
      }
    }
    #expect(try place.shell("ls").output == "column.csv\nempty.csv\none.csv\n")
  }

  /// A folder of pictures gets a convolutional net, once.
  @Test func foldersOfPictures() throws {
    let place = try Workplace()
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("NNDataTests/Fixtures/png")
    for (folder, picture) in [("grey", "grey-8-gamma.png"), ("colour", "colour-16.png")] {
      let target = place.url.appendingPathComponent("my pictures/\(folder)")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      for number in 0..<12 {
        try FileManager.default.copyItem(
          at: fixtures.appendingPathComponent(picture), to: target.appendingPathComponent("\(number).png"))
      }
    }
    let description = try place.run("describe", "my pictures")
    #expect(description.code == 0 && description.output.contains("24 pictures of 2 classes"), "\(description)")
    let json = try place.run("describe", "my pictures", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["pictures"] as? Int == 24 && object?["grey"] as? Bool == false)
    let trained = try place.run("train", "my pictures/", "--set", "training.epochs=30", "--require", "accuracy=1")
    #expect(trained.code == 0 && trained.messages.contains("my pictures.xml: written"), "\(trained)")
    #expect(try place.text("my pictures.xml").contains(#"path="my pictures""#))
    #expect(try place.run("predict", "runs/my_pictures", "my pictures/grey/1.png").output.contains("grey,"))
    #expect(try place.run("train", "my pictures").code == 64)
    #expect(try place.run("train", "my pictures", "--label", "last").code == 64)
    let run = try place.run("train", "runs/my_pictures")
    #expect(run.code == 64 && run.messages.contains("is the folder of a run"), "\(run)")
    #expect(
      try place.run("train", "my pictures/grey").code == 65 && place.run("describe", "my pictures/grey").code == 65)
  }
}
