import NNCore
import NNFiles
import NNKernels
import NNWeights
import Testing

@Suite struct TensorFileTests {
  static let fixtures = Path.folder(of: #filePath) + "/Fixtures/"

  private func code(_ bytes: [UInt8]) -> String? {
    do { _ = try TensorFile(bytes: bytes, file: "f") } catch let error as DiagnosticError {
      return error.diagnostics[0].code
    } catch { return "?" }
    return nil
  }

  private func file(_ header: String, _ size: Int) -> [UInt8] {
    let length = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      + [UInt8](repeating: 1, count: size)
  }

  /// Files that Python's safetensors wrote.
  @Test func everyType() throws {
    let text = String(decoding: try FileReading.bytes(Self.fixtures + "values.txt"), as: UTF8.self)
    var number = 0
    func pattern(_ value: Double) -> UInt64 { value.isNaN ? Double.nan.bitPattern : value.bitPattern }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let tensors = try TensorFile(path: Self.fixtures + parts[0])
      let entry = try #require(tensors.entry(parts[1]), "\(parts[1])")
      #expect(entry.type == parts[2])
      #expect(entry.dimensions == (parts[3] == "scalar" ? [] : parts[3].split(separator: "x").compactMap { Int($0) }))
      let values = try #require(tensors.values(entry))
      let expected = parts[4].split(separator: " ").compactMap { Double($0) }
      #expect(values.map(pattern) == expected.map(pattern), "\(parts[1])")
      number += 1
    }
    #expect(number == 26)
    let types = try TensorFile(path: Self.fixtures + "types.safetensors")
    #expect(types.metadata == ["författare": "Ωμέγα \"quoted\"\n新しい 🎉"])
    #expect(types.checksumState == .missing)
  }

  @Test func roundTrip() throws {
    var original = TensorFile(metadata: ["a \"b\"": "c,\n\\ü\u{1}"])
    try original.append("x", dimensions: [2, 3], elements: [1, -0.0, .infinity, 4, 5, 6] as [Float])
    try original.append("y", dimensions: [], elements: [0.1] as [Double])
    try original.append("w", words: [UInt64.max, 7])
    let back = try TensorFile(bytes: original.bytes, file: "f")
    #expect(back.entries == original.entries && back.data == original.data)
    #expect(back.entry("y").flatMap { back.values($0) } == [0.1])
    #expect(back.entry("x").flatMap { back.values($0) } == [1, -0.0, .infinity, 4, 5, 6])
    #expect(back.metadata["a \"b\""] == "c,\n\\ü\u{1}" && back.checksumState == .everything)
    #expect(back.words("w") == [UInt64.max, 7] && back.words("x") == nil)
    #expect(back.bytes == original.bytes)
    var changed = original.bytes
    changed[changed.count - 1] ^= 1
    #expect(try TensorFile(bytes: changed, file: "f").checksumState == .wrong)
  }

  /// The bytes that a script made from the format's definition, and that Python's safetensors reads.
  @Test func golden() throws {
    var file = TensorFile(metadata: [
      "format": "pt", "classes": "[\"a\\\"b\",\"naïve\\n🎉\"]", "control": "\u{1}\t\r\n\u{7F}\\ /",
    ])
    try file.append(
      "fc1.weight", dimensions: [2, 3], elements: [1.5, -0.0, 3, 0.1, Float(1e-40 as Double), -65504] as [Float])
    try file.append("fc1.bias", dimensions: [2], elements: [0.25, 7] as [Float])
    try file.append("none", dimensions: [0, 3], elements: [] as [Float])
    try file.append("scale", dimensions: [], elements: [0.1] as [Double])
    #expect(file.bytes == (try FileReading.bytes(Self.fixtures + "golden.safetensors")))
  }

  @Test func onlyTheSameType() throws {
    var file = TensorFile()
    try file.append("x", dimensions: [1], elements: [0.1] as [Double])
    let entry = try #require(file.entry("x"))
    let (single, double) = (Storage<Float>(count: 1), Storage<Double>(count: 1))
    #expect(!file.read(entry, into: single.buffer, converting: false) && single.buffer[0] == 0)
    #expect(file.read(entry, into: single.buffer) && single.buffer[0] == 0.1)
    #expect(file.read(entry, into: double.buffer, converting: false) && double.buffer[0] == 0.1)
  }

  /// A value takes many times the memory of its text; a header of nothing but values must not exhaust it.
  @Test func tooManyValues() {
    let zeros = String(repeating: "0,", count: 70_000)
    #expect(code(file("{\"a\":{\"dtype\":\"U8\",\"shape\":[\(zeros)0],\"data_offsets\":[0,0]}}", 0)) == "bad-header")
    let lists = String(repeating: "[0,0],", count: 30_000)
    #expect(code(file("{\"a\":[\(lists)0]}", 0)) == "bad-header")
    // Many arrays are no such thing.
    let arrays = (0..<30_000).map { "\"\($0)\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}" }
    #expect(code(file("{\(arrays.joined(separator: ","))}", 0)) == nil)
  }

  @Test func malformedHeaders() {
    func array(_ type: String, _ shape: String, _ from: Int, _ to: Int) -> String {
      "{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(from),\(to)]}"
    }
    let one = array("F32", "2", 0, 8)
    #expect(code(file("{\"a\":\(one)}", 8)) == nil)
    #expect(code(file("{}", 0)) == nil)
    let cases: [(String, [UInt8])] = [
      ("truncated", []), ("truncated", [1, 2, 3]), ("truncated", [9, 0, 0, 0, 0, 0, 0, 0, 0x7B]),
      ("header-too-long", [UInt8](repeating: 0xFF, count: 9)), ("bad-header", file("", 0)),
      ("bad-header", file("[]", 0)),
      ("duplicate-key", file("{\"a\":\(one),\"a\":\(one)}", 8)),
      ("duplicate-key", file("{\"__metadata__\":{\"a\":\"\",\"\\u0061\":\"\"}}", 0)),
      ("bad-header", file("{\"__metadata__\":{\"a\":1}}", 0)),
      ("bad-header", file("{\"__metadata__\":[]}", 0)), ("bad-header", file("{\"a\":{\"dtype\":\"F32\"}}", 0)),
      ("bad-header", file("{\"a\":\(array("F32", "-2", 0, 8))}", 8)),
      ("bad-header", file("{\"a\":\(array("F32", "2.0", 0, 8))}", 8)),
      ("unknown-type", file("{\"a\":\(array("F33", "2", 0, 8))}", 8)),
      ("too-large", file("{\"a\":\(array("F32", "4611686018427387904,4", 0, 8))}", 8)),
      ("too-large", file("{\"a\":\(array("F32", "0,4611686018427387904", 0, 0))}", 0)),
      ("truncated", file("{\"a\":\(one)}", 7)), ("truncated", file("{\"a\":\(array("F32", "2", 8, 0))}", 8)),
      ("wrong-size", file("{\"a\":\(array("F32", "3", 0, 8))}", 8)), ("trailing-bytes", file("{\"a\":\(one)}", 9)),
      ("hole", file("{\"a\":\(array("F32", "1", 4, 8))}", 8)),
      ("overlap", file("{\"a\":\(one),\"b\":\(array("F32", "1", 4, 8))}", 8)),
      ("not-safetensors", [0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0]), ("not-safetensors", [0x89] + Array("HDF\r\n".utf8)),
      ("not-safetensors", [0x93] + Array("NUMPY".utf8)), ("not-safetensors", Array("<?xml version".utf8)),
      ("not-safetensors", Array("<model>".utf8)), ("not-safetensors", [0x1F, 0x8B, 8]),
      ("not-safetensors", [0x80, 2, 0x63]), ("not-safetensors", [0x80, 5, 0x95, 0, 0, 0, 0, 0, 0, 0]),
      ("not-safetensors", [8, 7, 0x12, 7] + Array("pytorch".utf8)),
    ]
    for (expected, bytes) in cases { #expect(code(bytes) == expected, "\(String(decoding: bytes, as: UTF8.self))") }
  }

  /// The length 640 begins like a pickle, and 35,615 like a gzip file.
  @Test(arguments: [640, 35_615]) func lengthsThatLookLikeOtherFormats(_ length: Int) {
    #expect(code(file("{}" + String(repeating: " ", count: length - 2), 0)) == nil)
  }

  @Test func mutations() throws {
    let random = RandomStream(key: 9)
    var position: UInt64 = 0
    func draw(_ bound: Int) -> Int {
      position += 1
      return random.integer(below: bound, at: position)
    }
    var accepted = 0
    for name in ["types.safetensors", "state-dict.safetensors"] {
      let original = try FileReading.bytes(Self.fixtures + name)
      for count in 0..<original.count { #expect(code(Array(original.prefix(count))) != nil) }
      for _ in 0..<3000 {
        var bytes = original
        for _ in 0...draw(3) { bytes[draw(bytes.count)] = [UInt8(draw(256)), 0x30, 0x22, 0x39, 0x2C][draw(5)] }
        if let tensors = try? TensorFile(bytes: bytes, file: "f") {
          accepted += 1
          for entry in tensors.entries { #expect(tensors.values(entry)?.count == entry.count) }
          let again = try TensorFile(bytes: tensors.bytes, file: "f")
          #expect(again.entries == tensors.entries && again.data == tensors.data && again.bytes == tensors.bytes)
        }
      }
    }
    #expect(accepted > 100)
  }

  @Test func checkpointKind() throws {
    let path = "/tmp/nnweights-\(#line)-\(RandomStream(key: 1).block(0)[0]).safetensors"
    defer { try? AtomicFile.write(path, text: "") }
    try Checkpoint(model: "", record: .null, version: "").tensors.write(path)
    #expect(try Checkpoint(path: path).tensors.metadata["nnrun.record"] == "null")
    // Without its checksum a checkpoint may be damaged.
    let bytes = try FileReading.bytes(path)
    let changed = bytes.replacing(Array("nnrun.checksum".utf8), with: Array("other.checksum".utf8))
    try AtomicFile.write(path, bytes: changed)
    #expect(throws: DiagnosticError.self) { try Checkpoint(path: path) }
    #expect(try TensorFile(path: path).checksumState == .missing)
    try TensorFile().write(path)
    do {
      _ = try Checkpoint(path: path)
      Issue.record("weights were taken for a checkpoint")
    } catch let error as DiagnosticError {
      #expect(error.diagnostics[0].code == "not-a-checkpoint")
    }
  }
}
