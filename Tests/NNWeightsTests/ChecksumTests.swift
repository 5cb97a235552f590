import NNCore
import NNFiles
import NNKernels
import NNWeights
import Testing

@Suite struct ChecksumTests {
  private func sample() throws -> TensorFile {
    var file = TensorFile(metadata: ["nnrun.preprocessing": "scale 0.5", "other": "text"])
    try file.append("a", dimensions: [2, 3], elements: [1, 2, 3, 4, 5, 6] as [Float])
    try file.append("b", dimensions: [2, 3], elements: [6, 5, 4, 3, 2, 1] as [Float])
    return file
  }

  /// The file's bytes with another header.
  private func bytes(_ file: TensorFile, _ change: (String) -> String) -> [UInt8] {
    let bytes = file.bytes
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = Array(change(String(decoding: bytes[8..<(8 + length)], as: UTF8.self)).utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + bytes[(8 + length)...]
  }

  private func state(_ bytes: [UInt8]) throws -> ChecksumState {
    try TensorFile(bytes: bytes, file: "f").checksumState
  }

  @Test(arguments: [
    ("scale 0.5", "scale 8.5"), ("nnrun.preprocessing", "nnrun.preprocessinG"), (#","other":"text""#, ""),
    (#""other":"text""#, #""other":"text","more":"""#), (#""a":{"#, #""c":{"#),
    (#""F32","shape":[2,3]"#, #""I32","shape":[2,3]"#),
    ("[2,3]", "[3,2]"), ("[2,3]", "[2,3,1]"), ("[0,24]", "[24,48]"),
  ])
  func whatTheHeaderSaysIsCovered(_ change: (String, String)) throws {
    let file = try sample()
    #expect(try state(file.bytes) == .everything)
    let changed = bytes(file) { header in
      // Places of arrays can only be exchanged, or the file has a hole.
      if change.0 == "[0,24]" {
        return header.replacing("[0,24]", with: "x").replacing("[24,48]", with: "[0,24]").replacing(
          "x", with: "[24,48]")
      }
      #expect(header.contains(change.0))
      return header.replacing(change.0, with: change.1)
    }
    #expect(try state(changed) == .wrong)
  }

  @Test func numbersAreCovered() throws {
    let original = try sample().bytes
    for offset in 1...48 {
      var changed = original
      changed[changed.count - offset] ^= 4
      #expect(try state(changed) == .wrong)
    }
  }

  /// The same contents in another order and with other white space are the same file.
  @Test func orderDoesNotMatter() throws {
    let file = try sample()
    let turned = bytes(file) { header in
      let parts = header.split(separator: "},", omittingEmptySubsequences: false)
      return "{" + parts[2].drop { $0 != "\"" }.prefix { $0 != "}" } + "} ,\n " + parts[1] + "}, "
        + parts[0].dropFirst() + "}}"
    }
    #expect(turned != file.bytes)
    #expect(try state(turned) == .everything)
  }

  /// Eight digits speak for the numbers alone.
  @Test func numbersAlone() throws {
    let file = try sample()
    let digits = file.data.withUnsafeBytes { String(Compression.crc32($0), radix: 16) }
    let short = String(repeating: "0", count: 8 - digits.count) + digits
    let old = bytes(file) { $0.replacing(file.checksum, with: short) }
    #expect(try state(old) == .numbers)
    var changed = old
    changed[changed.count - 1] ^= 1
    #expect(try state(changed) == .wrong)
    #expect(ChecksumState.numbers.isRight && ChecksumState.everything.isRight)
    #expect(!ChecksumState.wrong.isRight && !ChecksumState.missing.isRight)
  }

  @Test func whatIsRefused() throws {
    let path = "/tmp/nnweights-\(#line)-\(RandomStream(key: 2).block(0)[0]).safetensors"
    defer { try? AtomicFile.write(path, text: "") }
    func code(_ bytes: [UInt8]) throws -> String? {
      try AtomicFile.write(path, bytes: bytes)
      do { _ = try WeightsFile(path: path) } catch let error as DiagnosticError { return error.diagnostics[0].code }
      return nil
    }
    var file = try sample()
    #expect(try code(file.bytes) == nil)
    // Another program's file has no checksum and no model.
    #expect(try code(bytes(file) { $0.replacing("nnrun.checksum", with: "x") }) == nil)
    file.metadata["nnrun.model"] = "<model/>"
    #expect(try code(file.bytes) == nil)
    #expect(try code(bytes(file) { $0.replacing("nnrun.checksum", with: "x") }) == "checksum")
    #expect(try code(bytes(file) { $0.replacing("scale 0.5", with: "scale 1.5") }) == "checksum")
  }
}
