import Foundation
import Testing

@Suite struct LanguageCommandTests {
  @Test func schema() throws {
    let place = try Workplace()
    let printed = try place.run("schema")
    #expect(printed.code == 0 && printed.output.contains("<xs:element name=\"dense\""))
    #expect(try place.run("schema", "--output", "nnrun.xsd").code == 0)
    #expect(try place.text("nnrun.xsd") == printed.output)
    #expect(try place.run("schema", "--output", "schemas/").code == 0)
    #expect(try place.text("schemas/nnrun.xsd") == printed.output)
  }

  @Test func explainedCodes() throws {
    let place = try Workplace()
    let known = try place.run("check", "--explain", "unread-output")
    #expect(known.code == 0 && known.output.contains("Wrong:\n") && known.output.contains("Right:\n"))
    let unknown = try place.run("check", "--explain", "unread-outptu")
    #expect(unknown.code == 64 && unknown.messages.contains("did you mean 'unread-output'?"))
    #expect(try place.run("check").code == 64)
  }

  @Test func reference() throws {
    let place = try Workplace()
    #expect(try place.run("layers", "--markdown").output.hasPrefix("# Reference\n"))
  }
}
