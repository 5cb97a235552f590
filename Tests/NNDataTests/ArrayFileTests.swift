import Foundation
import NNCore
import NNFiles
import Testing

@testable import NNData

/// Headers of npy files as different writers make them, and archives with records of zip64.
@Suite struct ArrayFileTests {
  private func npy(_ header: String, _ data: [UInt8]) -> [UInt8] {
    let size = UInt32(header.utf8.count)
    let length = (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [2, 0] + length + Array(header.utf8) + data
  }

  private func dimensions(_ header: String, _ count: Int = 0) throws -> [Int] {
    let data = [UInt8](repeating: 0, count: count)
    return try NPYFile.parse(npy(header, data)[...], file: "f", isDouble: false).dimensions
  }

  private func error(_ header: String) -> DiagnosticError? {
    #expect(throws: DiagnosticError.self, "\(header.prefix(60))") { _ = try dimensions(header) }
  }

  /// What Python 2 and 3 write, and what Python reads as the same.
  @Test(arguments: [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3L)}\n",
    "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 3,)}",
    "{u'shape':(2,3),u'fortran_order':False,b'descr':'<f4'}",
    "  {  'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2 , 3 ) , }  \n",
  ])
  func headers(_ header: String) throws { #expect(try dimensions(header, 24) == [2, 3]) }

  @Test func otherShapes() throws {
    #expect(try dimensions("{'descr': '>i8', 'fortran_order': True, 'shape': (3L,), }", 24) == [3])
    #expect(try dimensions("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", 1) == [])
    let most = Array(repeating: "1", count: 64).joined(separator: ",")
    #expect(try dimensions("{'descr': '|u1', 'fortran_order': True, 'shape': (\(most)), }", 1).count == 64)
  }

  @Test func wrongHeaders() throws {
    let many = Array(repeating: "1", count: 200_000).joined(separator: ",")
    for (header, words) in [
      ("{'descr': '|u1', 'fortran_order': True, 'shape': (\(many)), }", "more than 64 dimensions"),
      ("{'descr': '|u1', 'fortran_order': True, 'shape': (1 2), }", "a ')' is missing"),
      ("{'descr': '|u1', 'fortran_order': True, 'shape': (1,), } x", "something follows"),
      ("{'descr': '|u1', 'fortran_order': True, }", "does not give"),
      ("{'descr': '|u1, 'fortran_order': True, 'shape': (1,), }", "is missing"),
      ("{'descr': '|u1', 'other': True, 'shape': (1,), }", "unknown key 'other'"),
      ("{'descr': [('a', '<f4'), ('b', '<i4', (2,))], 'fortran_order': False, 'shape': (1,), }", "named fields"),
      ("{'descr': '<U5', 'fortran_order': False, 'shape': (1,), }", "<U5, which is text,"),
      ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "which is Python objects,"),
      ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "which is complex numbers,"),
      ("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,), }", "which is times,"),
    ] { #expect(error(header)?.description.contains(words) ?? false, "\(error(header)?.description ?? "")") }
  }

  @Test func samplesOfEightDimensions() throws {
    let array = try NPYFile.parse(
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,1,1,1,1,1,1,1,4), }", [UInt8](repeating: 1, count: 8))[
        ...],
      file: "f", isDouble: false)
    let error = #expect(throws: DiagnosticError.self) { try array.input() }
    #expect(error?.description.contains("8 dimensions, more than the 7 that are possible") ?? false)
  }

  /// An archive whose records are those of zip64, though it is small.
  @Test func longRecords() throws {
    func number(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let content = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", [UInt8](repeating: 0, count: 8))
    let checksum = number(Int(content.withUnsafeBytes { Compression.crc32($0) }), 4)
    let name = Array("x.npy".utf8)
    let unknown = number(0xFFFF_FFFF, 4)
    var file = number(0x0403_4B50, 4) + number(45, 2) + number(0, 8) + checksum + unknown + unknown
    file += number(5, 2) + number(0, 2) + name + content
    let start = file.count
    file += number(0x0201_4B50, 4) + number(45, 2) + number(45, 2) + number(0, 8) + checksum + unknown + unknown
    file += number(5, 2) + number(32, 2) + number(0, 2) + number(0, 8) + unknown + name
    // A field of another kind comes first.
    file += number(7, 2) + number(0, 2) + number(1, 2) + number(24, 2)
    file += number(content.count, 8) + number(content.count, 8) + number(0, 8)
    let end = file.count
    file += number(0x0606_4B50, 4) + number(44, 8) + number(45, 4) + number(0, 8) + number(1, 8) + number(1, 8)
    file += number(end - start, 8) + number(start, 8)
    file += number(0x0706_4B50, 4) + number(0, 4) + number(end, 8) + number(1, 4)
    file += number(0x0605_4B50, 4) + number(0, 4) + number(0xFFFF, 2) + number(0xFFFF, 2) + unknown + unknown + [0, 0]
    let archive = try ZipArchive(file, file: "f")
    #expect(archive.names == ["x.npy"])
    #expect(try archive.contents("x.npy") == content)
    for place in start..<file.count {
      var changed = file
      changed[place] ^= 0x81
      _ = try? ZipArchive(changed, file: "f").contents("x.npy")
    }
  }

  @Test func arraysNamedTwice() {
    #expect(throws: ElementError.self) {
      try NPZSource(attributes: Attributes(["path": .text("a"), "inputs": .words(["x", "x"])], for: NPZSource.schema))
    }
  }
}
