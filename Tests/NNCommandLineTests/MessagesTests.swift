import NNCommandLine
import NNCore
import Testing

@Suite struct MessagesTests {
  private func message(_ text: String, code: String = "unused", line: Int) -> Diagnostic {
    Diagnostic(.warning, code: code, text, place: SourcePlace(file: "m.xml", line: line, column: 2))
  }

  @Test(arguments: [1, 2, 3, 4, 100])
  func messagesAtOnePlaceAreCounted(_ count: Int) {
    let written = renderedMessages((1...count).map { message("nothing reads 'step\($0)'", line: 7) })
    #expect(written.count == min(count, 3))
    #expect(written.first == "m.xml:7:2: warning: nothing reads 'step1'")
    #expect(
      written.last?.hasSuffix("and \(count - 3) more of this kind at this place") == (count > 3),
      "\(written)")
  }

  @Test func otherKindsAndPlacesAreWritten() {
    let places = (1...9).map { message("nothing reads it", line: $0) }
    let kinds = (1...9).map { message("a fault", code: "code\($0)", line: 7) }
    #expect(renderedMessages(places + kinds).count == 18)
    let files = (1...9).map { _ in
      Diagnostic(code: "file", "a fault", place: SourcePlace(file: "a", line: 0, column: 0))
    }
    #expect(renderedMessages(files).count == 9)
  }
}
