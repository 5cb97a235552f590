import NNCore
import NNModel
import Testing

@Suite struct HostileTests {
  static let head = "<model xmlns=\"urn:nnrun:model:1\" name=\"m\">"

  static func net(_ body: String, before: String = "") -> String {
    head + before + "<network><input name=\"x\" shape=\"1\"/>" + body + "</network></model>"
  }

  func codes(_ text: String, limits: ModelLimits = .standard) -> [String] {
    do throws(DiagnosticError) {
      let model = try ModelLoader(registry: .forTests, limits: limits).load(text: text, file: "m.xml")
      do { _ = try NetworkPlan(try model.makeNetworkDefinition()) } catch let error as DiagnosticError {
        return error.diagnostics.map(\.code)
      } catch { return ["?"] }
      return []
    } catch {
      return error.diagnostics.map(\.code)
    }
  }

  @Test func nestingAMillionDeep() {
    #expect(codes(String(repeating: "<a>", count: 1_000_000)) == ["too-deep"])
    #expect(codes(Self.net(String(repeating: "<repeat times=\"9\">", count: 100_000))) == ["too-deep"])
  }

  @Test func depthIsCounted() {
    let repeats = { (count: Int) in
      Self.net(
        String(repeating: "<repeat times=\"1\">", count: count) + "<relu/>"
          + String(repeating: "</repeat>", count: count))
    }
    #expect(codes(repeats(61)) == [])
    #expect(codes(repeats(62)) == ["too-deep"])
  }

  @Test func longAttributes() {
    #expect(codes(Self.net("<relu name=\"\(String(repeating: "a", count: 2_000_000))\"/>")) == ["attribute-too-long"])
    #expect(codes(Self.net("<pool note=\"\(String(repeating: "a", count: 64 << 10))\"/>")) == [])
    #expect(
      codes(Self.net("<pool note=\"\(String(repeating: "a", count: 64 << 10 + 1))\"/>")) == ["attribute-too-long"])
  }

  @Test func manyAttributes() {
    let many = (0..<500_000).map { "a\($0)=\"\"" }.joined(separator: " ")
    #expect(codes(Self.net("<relu \(many)/>")) == ["too-many-attributes"])
    let spaces = (0..<100).map { "<relu xmlns:a\($0)=\"urn:a\"/>" }.joined()
    #expect(codes(Self.net(spaces)) == ["too-many-namespaces"])
  }

  @Test func manyElements() {
    #expect(codes(Self.net(String(repeating: "<a/>", count: 200_001))) == ["too-many-elements"])
    let errors = codes(Self.net(String(repeating: "<a/>", count: 20_000)))
    #expect(errors.count == 101 && errors.last == "too-many-messages")
    let named = (0..<3_000).map { "<relu name=\"layer\($0)\" from=\"layers\($0)\"/>" }.joined()
    #expect(codes(Self.net(named)).count == 101)
  }

  @Test func aLargeFile() {
    #expect(codes(String(repeating: " ", count: 16 << 20 + 1)) == ["file-too-large"])
    #expect(codes(Self.head + "<!--" + String(repeating: "x", count: 11 << 20) + "--></model>") == ["missing-network"])
    #expect(codes(Self.head + String(repeating: "x", count: 1 << 20) + "</model>").contains("unexpected-text"))
  }

  @Test func entities() {
    let bomb = """
      <?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><model>&c;</model>
      """
    #expect(codes(bomb) == ["doctype"])
    #expect(codes("<!DOCTYPE m SYSTEM \"file:///etc/passwd\"><model/>") == ["doctype"])
    #expect(codes("<!-- a --><?b c?> <!DOCTYPE m><model/>") == ["doctype"])
    #expect(codes(Self.head + "<!DOCTYPE m></model>") == ["doctype"])
  }

  @Test func repetitions() {
    var small = ModelLimits.standard
    small.expandedElements = 20_000
    #expect(codes(Self.net("<repeat times=\"9999999999\"/>")) == ["out-of-range"])
    let nested = "<repeat times=\"10000\"><repeat times=\"10000\"><relu/></repeat></repeat>"
    #expect(codes(Self.net(nested), limits: small) == ["too-many-elements"])
    #expect(codes(Self.net("<repeat times=\"10000\"><repeat times=\"10000\"/></repeat>")) == ["too-many-elements"])
    #expect(codes(Self.net("<repeat times=\"0\"><relu/></repeat>")) == [])
    var blocks = "<block name=\"b0\"><relu/></block>"
    for level in 1...14 {
      blocks +=
        "<block name=\"b\(level)\"><use name=\"u\" block=\"b\(level - 1)\"/><use block=\"b\(level - 1)\"/></block>"
    }
    #expect(codes(Self.net("<use block=\"b14\"/>", before: blocks), limits: small).first == "too-many-elements")
    blocks = "<block name=\"b0\"><relu/></block>"
    for level in 1...1000 { blocks += "<block name=\"b\(level)\"><use block=\"b\(level - 1)\" name=\"u\"/></block>" }
    #expect(codes(Self.net("<use block=\"b1000\"/>", before: blocks)).contains("too-deep"))
  }

  @Test func expansionsThatTakeMemory() {
    var small = ModelLimits.standard
    small.expandedBytes = 1 << 20
    let long = String(repeating: "1 ", count: 30_000)
    #expect(
      codes(Self.net("<repeat times=\"10000\"><pool scale=\"\(long)\"/></repeat>"), limits: small) == ["too-large"])
    let block = "<block name=\"b\" parameters=\"p\"><pool note=\"{p}{p}{p}{p}\"/></block>"
    #expect(
      codes(Self.net("<use block=\"b\" p=\"\(long)\"/>", before: block)) == ["attribute-too-long", "used-here"])
    let names = String(repeating: "x ", count: 5_000)
    #expect(codes(Self.net("<add from=\"\(names)\"/>")) == ["too-many-inputs"])
    let reads = "<block name=\"b\"><add from=\"{input} {input}\"/></block>"
    #expect(
      codes(Self.net("<use block=\"b\" from=\"\(String(repeating: "x ", count: 4000))\"/>", before: reads)).first
        == "too-many-inputs")
  }

  @Test func parametersBeyondWhatAnIndexReaches() {
    #expect(codes(Self.net("<dense units=\"2147483647\"/><dense units=\"2147483647\"/>")) == ["too-many-parameters"])
    #expect(codes(Self.net("<dense units=\"2147483648\"/>")) == ["out-of-range"])
  }

  @Test func numbers() {
    for number in ["1e999", "NaN", "inf", "0x10", "1,5", "", " ", "+", "--1", "1e", "١"] {
      let text =
        Self.head + "<network><input name=\"x\" shape=\"1\"/></network><training clipNorm=\"\(number)\"/></model>"
      #expect(!codes(text).isEmpty, "\(number)")
    }
  }

  /// Every prefix of a model, and the model with every byte left out or replaced, ends in a model or in errors.
  @Test func brokenEverywhere() {
    let bytes = Array(completeModel.utf8)
    for index in stride(from: 0, to: bytes.count, by: 3) {
      #expect(!codes(String(decoding: bytes[..<index], as: UTF8.self)).isEmpty)
      for byte in [nil, UInt8(ascii: "<"), UInt8(ascii: "\""), UInt8(ascii: "&"), 0, 0xFF, UInt8(ascii: "{")] {
        var changed = bytes
        if let byte { changed[index] = byte } else { changed.remove(at: index) }
        _ = codes(String(decoding: changed, as: UTF8.self))
      }
    }
  }
}
