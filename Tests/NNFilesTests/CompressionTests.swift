import NNCore
import NNFiles
import Testing

@Suite struct CompressionTests {
  // Members written by Python's gzip.
  static let first = bytes("1f8b08000000000002034bcb2c2a2ee102002ab34ac706000000")
  static let second = bytes("1f8b08000000000002032b4e4dcecf4be102007ec00f0607000000")
  /// 100,000 times the letter a.
  static let repeated = bytes(
    "1f8b0800000000000203edc13101000000c2a0aceb5fc21a1e4001000000000000000000000000000000000000000000"
      + "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
      + "000000000000000000000000000000000000000000000000000000af0687fae21ba0860100")
  static let raw = bytes("2b4a2c5748492c490400")

  static func bytes(_ digits: String) -> [UInt8] {
    let digits = Array(digits)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
  }

  /// The code and message of what a call throws.
  private func failure(_ bytes: [UInt8], limit: Int = 1 << 20) -> String? {
    do {
      _ = try Compression.gunzip(bytes, file: "f.gz", limit: limit)
      return nil
    } catch let error as DiagnosticError {
      return error.diagnostics.map { "\($0.code) \($0.rendered)" }.joined()
    } catch {
      return "\(error)"
    }
  }

  private func text(_ bytes: [UInt8]) throws -> String {
    String(decoding: try Compression.gunzip(bytes, file: "f.gz"), as: UTF8.self)
  }

  @Test func members() throws {
    #expect(try text(Self.first) == "first\n")
    #expect(try text(Self.first + Self.second) == "first\nsecond\n")
    #expect(try text(Self.first + Self.second + [0, 0, 0]) == "first\nsecond\n")
    #expect(try Compression.gunzip(Self.repeated, file: "f") == Array(repeating: UInt8(ascii: "a"), count: 100_000))
    #expect(Compression.isGzip(Self.first) && !Compression.isGzip([0x1F]) && !Compression.isGzip([]))
  }

  @Test func everyTruncation() {
    for count in 0..<Self.repeated.count {
      let message = failure(Array(Self.repeated.prefix(count)))
      #expect(message == "bad-gzip f.gz: error: the compressed file ends early", "\(count) bytes")
    }
    #expect(failure(Self.first + Self.second.dropLast(3))?.hasPrefix("bad-gzip") == true)
  }

  @Test func damage() {
    // The last eight bytes are checksum and size.
    for position in (Self.first.count - 8)..<Self.first.count {
      var bytes = Self.first
      bytes[position] ^= 0x10
      let message = failure(bytes)
      #expect(message?.contains("is damaged") == true, "byte \(position): \(message ?? "")")
    }
  }

  @Test func limit() {
    #expect(failure(Self.repeated, limit: 100_000) == nil)
    #expect(failure(Self.repeated, limit: 99_999)?.hasPrefix("file-too-large f.gz: error: expands to more") == true)
    #expect(failure(Self.first + Self.second, limit: 12)?.hasPrefix("file-too-large") == true)
  }

  /// Data that is a thousand times smaller than what it expands to is a trap, not a table.
  @Test func ratio() {
    // A byte of zero stands for four times 258 letters here.
    let bytes = Self.repeated.prefix(60) + [UInt8](repeating: 0, count: 110_000) + Self.repeated.dropFirst(60)
    let message = failure(Array(bytes), limit: 1 << 32)
    #expect(message?.hasPrefix("file-too-large") == true && message?.contains("1000 times") == true, "\(message ?? "")")
    let members = Array(repeating: Self.repeated, count: 1100).joined()
    #expect(failure(Array(members), limit: 1 << 32) == nil)
  }

  @Test func rawDeflate() throws {
    #expect(try Compression.inflateRaw(Self.raw[...], file: "f", limit: 8) == Array("raw data".utf8))
    #expect(throws: DiagnosticError.self) { try Compression.inflateRaw(Self.raw[...], file: "f", limit: 7) }
    #expect(throws: DiagnosticError.self) { try Compression.inflateRaw(Self.raw.dropLast(2), file: "f", limit: 8) }
    #expect(throws: DiagnosticError.self) { try Compression.inflateRaw([], file: "f", limit: 8) }
  }

  @Test func checksums() {
    func crc(_ text: String, seed: UInt32 = 0) -> UInt32 {
      Array(text.utf8).withUnsafeBytes { Compression.crc32($0, seed: seed) }
    }
    #expect(crc("123456789") == 0xCBF4_3926)
    #expect(crc("") == 0)
    #expect(crc("a") == 0xE8B7_BE43)
    #expect(crc("The quick brown fox jumps over the lazy dog") == 0x414F_A339)
    #expect(crc("6789", seed: crc("12345")) == 0xCBF4_3926)
  }
}
