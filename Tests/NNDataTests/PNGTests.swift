import Foundation
import NNCore
import Testing

@testable import NNImages

/// PNG files of every colour type as Pillow gives them (tools/reference/png_fixtures.py), and files out of proportion.
@Suite struct PNGTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/png")

  private static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  private static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".png") }.map { String($0.dropLast(4)) }.sorted()
  }()

  @Test func allAreThere() { #expect(Self.names.count == 22) }

  @Test(arguments: names)
  func pixels(_ name: String) throws {
    let picture = try PixelImage(Self.bytes(name + ".png"), file: name)
    let tolerance = name.hasSuffix("alpha-16") ? 1 : 0
    for (found, file) in [(picture.pixels, ".rgb"), (picture.planes(channels: 1), ".grey")] {
      let expected = try Self.bytes(name + file)
      #expect(Int(expected[0]) == picture.width && Int(expected[1]) == picture.height)
      let differences = zip(found, expected.dropFirst(2)).map { abs(Int($0) - Int($1)) }
      #expect(found.count == expected.count - 2 && differences.max() ?? 0 <= tolerance, "\(file)")
    }
  }

  private func code(_ bytes: [UInt8]) -> String? {
    let error = #expect(throws: DiagnosticError.self) { try PixelImage(bytes, file: "f") }
    return error?.diagnostics.first?.code
  }

  /// A header that promises more pixels than the file can hold, or than anyone needs, costs no memory.
  @Test func promises() throws {
    func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    var bytes = try Self.bytes("grey-1.png")
    for (width, height, expected) in [
      (60_000, 60_000, "picture-too-large"), (8000, 8000, "damaged-picture"), (0, 5, "damaged-picture"),
      (0x7FFF_FFFF, 0x7FFF_FFFF, "picture-too-large"), (0xFFFF_FFFF, 1, "picture-too-large"),
    ] {
      bytes.replaceSubrange(16..<24, with: number(width) + number(height))
      #expect(code(bytes) == expected, "\(width)")
    }
    #expect(code(Array(bytes.prefix(20))) == "damaged-picture")
    // A chunk that is longer than the file.
    var long = try Self.bytes("grey-1.png")
    long.replaceSubrange(33..<37, with: number(0x7FFF_FFFF))
    #expect(code(long) == "damaged-picture")
  }

  /// The same of JPEG files, whose frame header holds height and width.
  @Test func promisesOfJPEG() throws {
    let folder = Self.folder.deletingLastPathComponent().appendingPathComponent("images")
    var bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent("grey.jpg")))
    let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    for (side, expected) in [(10_000, "damaged-picture"), (60_000, "picture-too-large")] {
      let number = [UInt8(truncatingIfNeeded: side >> 8), UInt8(truncatingIfNeeded: side)]
      bytes.replaceSubrange((frame + 5)..<(frame + 9), with: number + number)
      let error = #expect(throws: DiagnosticError.self) { try PixelImage(bytes, file: "f") }
      #expect(error?.diagnostics.first?.code == expected)
      #expect(side > 20_000 || error?.description.contains("cannot hold the 10000 x 10000 pixels") ?? false)
    }
  }

  /// A JPEG file of many scans takes the decoder long.
  @Test func scans() throws {
    let folder = Self.folder.deletingLastPathComponent().appendingPathComponent("images")
    let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent("progressive.jpg")))
    #expect(JPEGScans.count(bytes) == 10)
    let plain = [UInt8](try Data(contentsOf: folder.appendingPathComponent("colour.jpg")))
    #expect(JPEGScans.count(plain) == 1)
    // The last scan again and again.
    let last = try #require(bytes.indices.last { bytes[$0] == 0xFF && bytes[min($0 + 1, bytes.count - 1)] == 0xDA })
    let scan = bytes[last..<(bytes.count - 2)]
    let many = bytes.dropLast(2) + Array(repeating: scan, count: 1000).joined() + bytes.suffix(2)
    #expect(JPEGScans.count(Array(many)) == 1010)
    #expect(code(Array(many)) == "picture-too-large")
    for count in bytes.indices { #expect(JPEGScans.count(Array(bytes.prefix(count))) <= 10) }
  }
}
