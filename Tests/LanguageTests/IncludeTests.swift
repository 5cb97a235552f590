import NNCore
import NNModel
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder for the files of one test.
final class Folder {
  let path: String

  init() {
    var template = Array("/tmp/nnrun-include-XXXXXX".utf8CString)
    _ = mkdtemp(&template)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    mkdir("\(path)/parts", 0o755)
    mkdir("\(path)/models", 0o755)
  }

  func write(_ text: String, to name: String) {
    guard let file = fopen("\(path)/\(name)", "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  /// Writes a file whose root is `<model>`.
  func model(_ body: String, to name: String) {
    write("<model xmlns=\"urn:nnrun:model:1\" name=\"m\">\n\(body)\n</model>\n", to: name)
  }

  /// All messages about a file, paths relative to the folder.
  func messages(_ name: String, overrides: [String] = []) -> String {
    do throws(DiagnosticError) {
      _ = try load(name, overrides)
      return ""
    } catch {
      return error.description.replacing(path + "/", with: "")
    }
  }

  func load(_ name: String, _ overrides: [String] = []) throws(DiagnosticError) -> ModelDescription {
    try ModelLoader(registry: standardRegistry).load(path: "\(path)/\(name)", overrides: overrides)
  }
}

@Suite struct IncludeTests {
  static let block = "<block name=\"hidden\" parameters=\"units\"><dense units=\"{units}\"/><relu/></block>"
  static let net = "<network><input name=\"x\" shape=\"4\"/><use block=\"hidden\" units=\"3\"/></network>"

  @Test func blocksAndNets() throws {
    let folder = Folder()
    folder.model("<include href=\"deeper/block.xml\"/>", to: "parts/all.xml")
    mkdir("\(folder.path)/parts/deeper", 0o755)
    folder.model("<description>ignored</description>\(Self.block)", to: "parts/deeper/block.xml")
    folder.model(
      "<include href=\"parts/all.xml\"/><include href=\"./parts/../parts/all.xml\"/>" + Self.net, to: "m.xml")
    let model = try folder.load("m.xml", ["network.hidden1.dense1.freeze=true"])
    #expect(model.network.map(\.name) == ["x", "hidden1.dense1", "hidden1.relu1"])
    #expect(model.network[1].element.place.file == "\(folder.path)/parts/deeper/block.xml")
    // What is stored with weights needs no other file.
    let stored = try ModelLoader(registry: standardRegistry).load(text: model.text, file: "stored.xml")
    #expect(stored.network.map(\.name) == model.network.map(\.name))
    #expect(stored.network[1].element.attributes.boolean("freeze"))

    folder.model(Self.block + Self.net, to: "parts/net.xml")
    folder.model("<include href=\"parts/net.xml\"/><training epochs=\"2\"><sgd/></training>", to: "whole.xml")
    #expect(try folder.load("whole.xml").network.count == 3)
  }

  @Test func errorsNameTheFileAndTheChain() {
    let folder = Folder()
    folder.model("<block name=\"hidden\" parameters=\"units\">\n  <dense unit=\"3\"/>\n</block>", to: "parts/block.xml")
    folder.model("<include href=\"block.xml\"/>", to: "parts/all.xml")
    folder.model("<include href=\"parts/all.xml\"/>\n" + Self.net, to: "m.xml")
    #expect(
      folder.messages("m.xml")
        == """
        parts/block.xml:3:10: error: <dense> has no attribute 'unit'; did you mean 'units'?
            <dense unit="3"/>
                   ^~~~
        m.xml:3:37: note: in block 'hidden', used here
          <network><input name="x" shape="4"/><use block="hidden" units="3"/></network>
                                              ^~~~
        parts/all.xml:2:16: note: included here
          <include href="block.xml"/>
                         ^~~~~~~~~
        m.xml:2:16: note: included here
          <include href="parts/all.xml"/>
                         ^~~~~~~~~~~~~
        """)
  }

  /// Messages of the reader, of shape inference and about the whole model quote the file in which the element stands, and
  /// the line of the attribute to blame.
  @Test func messagesQuoteTheLineOfTheirFile() throws {
    let folder = Folder()
    folder.model(
      """
      <network>
        <input name="x" shape="4"/>
        <relu name="unread"/>
        <conv2d name="c" from="x"
          channels="2" kernel="3"/>
        <relu name="x"/>
      </network>
      """, to: "parts/net.xml")
    folder.model("<include href=\"parts/net.xml\"/>\n<block name=\"b\"/>", to: "m.xml")
    #expect(
      folder.messages("m.xml")
        == """
        parts/net.xml:5:3: error: <conv2d> reads images of channels x height x width, but its input has the shape 4; put <reshape/> before it
            <conv2d name="c" from="x"
            ^~~~~~~
        parts/net.xml:7:15: error: the name 'x' is already taken by the <input> on line 3; give one of the two another name
            <relu name="x"/>
                        ^
        m.xml:2:16: note: included here
          <include href="parts/net.xml"/>
                         ^~~~~~~~~~~~~
        """)

    folder.model(
      "<network>\n<input name=\"x\" shape=\"4\"/>\n<relu/>\n<relu from=\"x\"/></network>", to: "parts/net.xml")
    folder.model("<include href=\"parts/net.xml\"/>\n<block name=\"b\"/>", to: "m.xml")
    let model = try folder.load("m.xml")
    let warnings = model.warnings(with: try NetworkPlan(model.makeNetworkDefinition()))
    #expect(warnings.map(\.place?.line) == [4, 3] && warnings.map(\.sourceLine) == ["<relu/>", "<block name=\"b\"/>"])
    do throws(DiagnosticError) {
      try model.checkForTraining()
      Issue.record("it can be trained")
    } catch {
      let places = error.diagnostics.map { "\($0.place?.line ?? 0): \($0.sourceLine ?? "")" }
      #expect(
        places == [
          "1: <model xmlns=\"urn:nnrun:model:1\" name=\"m\">", "1: <model xmlns=\"urn:nnrun:model:1\" name=\"m\">",
          "2: <network>",
        ])
    }
    folder.model("<block name=\"hidden\"/>", to: "parts/block.xml")
    folder.model("<include href=\"parts/block.xml\"/><block name=\"hidden\"/>" + Self.net, to: "m.xml")
    let path = "\(folder.path)/parts/block.xml"
    #expect(
      folder.messages("m.xml").contains(
        "'hidden' is already defined on line 2 of \(path.dropFirst(folder.path.count + 1))"))
  }

  @Test func errorsOfAllFilesInOrder() {
    let folder = Folder()
    folder.model("<block/>\n\n\n\n\n\n<block name=\"a b\"/>", to: "parts/block.xml")
    folder.model(
      "<description a=\"1\"/>\n<include href=\"parts/block.xml\"/>\n<netwrk/><network><input shape=\"1\"/></network>",
      to: "m.xml")
    let places = folder.messages("m.xml").split(separator: "\n").filter { $0.contains(": error:") }.map {
      $0.prefix { $0 != " " }
    }
    #expect(places == ["m.xml:2:14:", "parts/block.xml:2:1:", "parts/block.xml:8:14:", "m.xml:4:1:"])
  }

  static let wrong: [(body: String, message: String)] = [
    ("<include href=\"m.xml\"/>", "m.xml:2:16: error: 'm.xml' includes itself; remove one of the includes"),
    ("<include href=\"../m.xml\"/>", "m.xml:2:16: error: '../m.xml' is not in the model's folder"),
    ("<include href=\"parts/../../m.xml\"/>", "error: 'parts/../../m.xml' is not in the model's folder"),
    ("<include href=\"/etc/passwd\"/>", "m.xml:2:16: error: '/etc/passwd' is not in the model's folder"),
    ("<include href=\"file:///etc/passwd\"/>", "m.xml:2:16: error: 'file:///etc/passwd' is not in the model's folder"),
    ("<include href=\"link.xml\"/>", "m.xml:2:16: error: 'link.xml' is not in the model's folder"),
    ("<include href=\"nothing.xml\"/>", "m.xml:2:16: error: 'nothing.xml': there is no such file"),
    ("<include href=\"parts\"/>", "m.xml:2:16: error: 'parts': this is a folder, not a file"),
    ("<include/>", "m.xml:2:1: error: <include> needs the attribute 'href'"),
    ("<include href=\"\"/>", "m.xml:2:1: error: <include> needs the attribute 'href'"),
    ("<include file=\"a.xml\"/>", "m.xml:2:10: error: <include> has no attribute 'file'; it has href"),
    ("<include href=\"parts/loop.xml\"/>", "parts/loop.xml:2:16: error: '../m.xml' includes itself"),
    ("<include href=\"parts/data.xml\"/>", "parts/data.xml:2:1: error: an included file holds no <data>"),
    ("<include href=\"parts/views.xml\"/>", "parts/views.xml:2:1: error: an included file holds no <views>"),
    ("<include href=\"parts/text.xml\"/>", "parts/text.xml:2:1: error: <model> holds no text"),
    (
      "<include href=\"parts/broken.xml\"/>",
      "parts/broken.xml:3:1: error: <block>, opened on line 2, is closed by </model>"
    ),
    ("<include href=\"parts/entity.xml\"/>", "parts/entity.xml:1:1: error: a DOCTYPE is refused"),
    ("<include href=\"parts/root.xml\"/>", "parts/root.xml:1:1: error: the root element of an included file is <net>"),
    (
      "<network><include href=\"a.xml\"/></network>",
      "m.xml:2:10: error: <include> belongs in <model>, not in <network>"
    ),
  ]

  @Test(arguments: wrong) func refusals(_ example: (body: String, message: String)) {
    let folder = Folder()
    folder.model("<include href=\"../m.xml\"/>", to: "parts/loop.xml")
    folder.model("<data/>", to: "parts/data.xml")
    folder.model("<views/>", to: "parts/views.xml")
    folder.model("words", to: "parts/text.xml")
    folder.model("<block name=\"a\">", to: "parts/broken.xml")
    folder.write("<!DOCTYPE m><model/>", to: "parts/entity.xml")
    folder.write("<net/>", to: "parts/root.xml")
    symlink("/etc/passwd", "\(folder.path)/link.xml")
    folder.model(example.body, to: "m.xml")
    let messages = folder.messages("m.xml")
    #expect(messages.contains(example.message), "\(messages)")
  }

  @Test func textsIncludeNothing() {
    let text = "<model xmlns=\"urn:nnrun:model:1\"><include href=\"a.xml\"/></model>"
    do throws(DiagnosticError) {
      _ = try ModelLoader(registry: standardRegistry).load(text: text, file: "/tmp/m.xml")
      Issue.record("the text was read")
    } catch {
      #expect(error.diagnostics.contains { $0.code == "include-refused" })
    }
  }

  @Test func manyFiles() {
    let folder = Folder()
    for number in 0..<40 { folder.model("<include href=\"f\(number + 1).xml\"/>", to: "f\(number).xml") }
    #expect(folder.messages("f0.xml").contains("more than 16 inside one another"))
    folder.model((0..<120).map { "<include href=\"g\($0).xml\"/>" }.joined(), to: "m.xml")
    for number in 0..<120 { folder.model("", to: "g\(number).xml") }
    #expect(folder.messages("m.xml").contains("more than 100 files are included"))
  }
}
