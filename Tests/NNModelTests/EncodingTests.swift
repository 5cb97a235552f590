import NNCore
import NNModel
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct EncodingTests {
  /// A model with an error after characters that encodings write differently.
  static func text(_ encoding: String) -> String {
    """
    <?xml version="1.0" encoding="\(encoding)"?>
    <model xmlns="urn:nnrun:model:1" name="m"><description>caf\u{E9}</description>
      <network>
        <input name="x" shape="1"/><!-- \u{E9}\u{E9}\u{FC} --><relu naem="\u{E9}"/>
      </network>
    </model>
    """
  }

  static let place = "4:50: error: <relu> has no attribute 'naem'; did you mean 'name'?"

  private func loadBytes(_ bytes: [UInt8]) throws -> ModelDescription {
    var template = Array("/tmp/nnmodel-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      close(descriptor)
      unlink(path)
    }
    try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    return try ModelLoader(registry: .forTests).load(path: path)
  }

  private func message(_ bytes: [UInt8]) -> String {
    do { return try loadBytes(bytes).name } catch let error as DiagnosticError {
      return error.diagnostics.first.map { diagnostic in
        "\(diagnostic.place?.line ?? 0):\(diagnostic.place?.column ?? 0): error: \(diagnostic.message)"
          + (diagnostic.remedy.map { "; \($0)" } ?? "")
      } ?? ""
    } catch { return "\(error)" }
  }

  private static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { unit in
      let pair = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
      return bigEndian ? pair : pair.reversed()
    }
  }

  private static func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  @Test func utf8() {
    #expect(message(Array(Self.text("UTF-8").utf8)) == Self.place)
    #expect(message([0xEF, 0xBB, 0xBF] + Array(Self.text("UTF-8").utf8)) == Self.place)
  }

  @Test func utf16() {
    let text = Self.text("UTF-16")
    #expect(message([0xFF, 0xFE] + Self.utf16(text, bigEndian: false)) == Self.place)
    #expect(message([0xFE, 0xFF] + Self.utf16(text, bigEndian: true)) == Self.place)
    #expect(message(Self.utf16(text, bigEndian: false)) == Self.place)
  }

  @Test func latin1() throws {
    #expect(message(Self.latin1(Self.text("ISO-8859-1"))) == Self.place)
    #expect(message(Self.latin1(Self.text("windows-1252"))) == Self.place)
    let right = try loadBytes(Self.latin1(Self.text("ISO-8859-1").replacingNaem))
    #expect(right.summary == "caf\u{E9}")
    // The text is UTF-8 now, and says so.
    #expect(right.text.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"))
    #expect(try load(right.text).summary == "caf\u{E9}")
  }

  @Test func wrongEncodings() {
    #expect(
      message(Self.latin1(Self.text("UTF-8")))
        == "2:59: error: the byte 0xE9 is not valid UTF-8; save the file as UTF-8, or name its encoding in "
        + "<?xml version=\"1.0\" encoding=\"...\"?>")
    #expect(
      message(Self.latin1(Self.text("klingon-8")))
        == "1:31: error: the encoding 'klingon-8' is not known; save the file as UTF-8")
    #expect(message(Array("<model>\n a\0b".utf8)) == "2:3: error: the text has a NUL character")
    #expect(
      message([0xFF, 0xFE] + Self.utf16(Self.text("UTF-16"), bigEndian: false).prefix(100) + [0x00, 0xD8, 0x41, 0x00])
        .hasSuffix("is not valid in the file's encoding; save the file as UTF-8"))
    #expect(message([0xEF, 0xBB, 0xBF]) == "1:1: error: the file is empty; a model file starts with <model>")
    #expect(message([]) == "1:1: error: the file is empty; a model file starts with <model>")
  }

  @Test func filesThatCannotBeRead() {
    func failure(_ path: String) -> String {
      do throws(DiagnosticError) { return try ModelLoader(registry: .forTests).load(path: path).name } catch {
        return "\(error.kind) \(error)"
      }
    }
    #expect(failure("/no/such.xml") == "missing /no/such.xml: error: there is no such file")
    #expect(failure("/tmp") == "missing /tmp: error: this is a folder, not a file")
    let limit = "is larger than the 12582912 bytes that are accepted here"
    #expect(failure("/dev/zero") == "invalid /dev/zero: error: \(limit)")
  }
}

extension String {
  fileprivate var replacingNaem: String { split(separator: "naem=\"\u{E9}\"").joined(separator: "name=\"a\"") }
}
