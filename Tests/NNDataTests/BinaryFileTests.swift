import NNCore
import NNFiles
import Testing

@testable import NNData

/// Files that NumPy wrote, and what they hold according to it.
@Suite struct BinaryFileTests {
  static let expectations: [(name: String, values: [Double])] = {
    let bytes = (try? FileReading.bytes(Folder.fixtures + "/values.txt")) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      return (String(words[0]), words.dropFirst().compactMap { Double($0) })
    }
  }()

  static func read(_ name: String, labels: String? = nil, isDouble: Bool = true, classes: [String]? = nil) -> Outcome {
    Outcome {
      let path = Folder.fixtures + "/" + name
      let context = SourceContext(folder: Folder.fixtures, classes: classes, isDouble: isDouble)
      var given: [String: AttributeValue] = ["path": .text(path)]
      if let labels { given["labels"] = .text(labels) }
      if name.hasSuffix(".npz") {
        return try NPZSource(attributes: Attributes(given, for: NPZSource.schema)).read(context)
      }
      if name.hasSuffix(".npy") {
        return try NPYSource(attributes: Attributes(given, for: NPYSource.schema)).read(context)
      }
      return try IDXSource(attributes: Attributes(given, for: IDXSource.schema)).read(context)
    }
  }

  @Test func everyType() throws {
    #expect(Self.expectations.count >= 33)
    for (name, values) in Self.expectations {
      let set = try #require(Self.read(name).set, "\(name)")
      let found = set.inputs[0].values
      #expect(found.map(\.bitPattern) == values.map(\.bitPattern), "\(name)")
      let shape = name == "vector.npy" ? Shape(1) : name == "labels.npy" ? Shape(1) : Shape(2, 2)
      #expect(set.inputs[0].form.shape == shape, "\(name)")
      #expect(set.count == values.count / shape.elementCount)
      let single = try #require(Self.read(name, isDouble: false).set)
      // Doubles stay doubles until they are preprocessed.
      #expect(single.inputs[0].values == values, "\(name)")
    }
  }

  @Test func pairs() throws {
    for (name, labels) in [
      ("f4-little.npy", "labels.npy"), ("u1.idx", "labels.idx"), ("stored.npz", nil), ("deflated.npz", nil),
    ] {
      let set = try #require(Self.read(name, labels: labels).set, "\(name)")
      #expect(set.targets.map(\.name) == ["label"])
      #expect(set.targets[0].form == .classes(count: 3, shape: Shape(1)))
      #expect(set.targets[0].values == [2, 0, 1])
      #expect(set.inputs[0].values.count == 12)
    }
  }

  @Test func failures() {
    #expect(Self.read("scalar.npy").codes == ["0:0 no-samples"])
    #expect(Self.read("none.npy").codes == ["0:0 no-samples"])
    #expect(Self.read("complex.npy").codes == ["0:0 unsupported-type"])
    #expect(Self.read("text.npy").codes == ["0:0 unsupported-type"])
    #expect(Self.read("structured.npy").codes == ["0:0 unsupported-type"])
    #expect(Self.read("nothing.npy").codes == ["0:0 missing-file"])
    #expect(Self.read("f4-little.npy", labels: "vector.npy").codes == ["0:0 sample-count"])
    #expect(Self.read("f4-little.npy", labels: "labels.npy", classes: ["a", "b"]).codes == ["0:0 label-out-of-range"])
    #expect(Self.read("f4-little.npy", labels: "labels.idx").codes == ["0:0 not-npy"])
    #expect(Self.read("u1.idx", labels: "labels.npy").codes == ["0:0 not-idx"])
  }

  @Test func unknownArray() throws {
    let path = Folder.fixtures + "/stored.npz"
    let source = try NPZSource(
      attributes: Attributes(["path": .text(path), "inputs": .words(["xx"])], for: NPZSource.schema))
    do {
      _ = try source.read(SourceContext(folder: "."))
      Issue.record("an array that is not there was read")
    } catch let error as DiagnosticError {
      #expect(error.diagnostics[0].code == "unknown-array")
      #expect(error.diagnostics[0].message.hasSuffix("it has x, y"))
      #expect(error.diagnostics[0].remedy == "did you mean 'x'?")
    }
  }

  private func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let size = UInt32(header.utf8.count)
    var length = [UInt8(truncatingIfNeeded: size), UInt8(truncatingIfNeeded: size >> 8)]
    if version > 1 { length += [UInt8(truncatingIfNeeded: size >> 16), UInt8(truncatingIfNeeded: size >> 24)] }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + data
  }

  @Test func headers() {
    func codes(_ bytes: [UInt8]) -> [String] {
      Outcome {
        try Dataset(inputs: [NPYFile.parse(bytes[...], file: "f", isDouble: false).input()], targets: [])
      }.codes.map { String($0.dropFirst(4)) }
    }
    let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
    let eight = [UInt8](repeating: 0, count: 8)
    #expect(codes(npy(good, eight)) == [])
    #expect(codes(npy(good, eight, version: 2)) == [])
    #expect(codes(npy(good, eight, version: 4)) == ["npy-version"])
    #expect(codes(npy(good, Array(eight.dropLast()))) == ["wrong-size"])
    #expect(codes(npy(good, eight + [0])) == ["wrong-size"])
    #expect(codes(Array(npy(good, []).dropLast())) == ["truncated"])
    #expect(codes(npy("", eight)) == ["bad-header"])
    #expect(codes(npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,), }", eight)) == ["bad-header"])
    #expect(codes(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", eight)) == ["bad-header"])
    #expect(codes(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2", eight)) == ["bad-header"])
    for sizes in ["4294967296, 4294967296, 4294967296", "9223372036854775807, 2", "8589934592, 8"] {
      #expect(codes(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (\(sizes)), }", eight)) == ["wrong-size"])
    }
    #expect(
      codes(npy("{'descr': '<f2', 'fortran_order': False, 'shape': (99999999999999999999,)}", [])) == ["bad-header"])
    #expect(codes(npy("{'descr': '<f16', 'fortran_order': False, 'shape': (2,), }", eight)) == ["unsupported-type"])
  }

  @Test func damagedArchives() throws {
    for name in ["stored.npz", "deflated.npz"] {
      let bytes = try FileReading.bytes(Folder.fixtures + "/" + name)
      func parse(_ bytes: [UInt8]) -> [String] {
        Outcome {
          let archive = try NPZArchive(bytes, file: "f")
          for name in archive.arrays { _ = try archive.array(name, isDouble: false) }
          return try Dataset(inputs: [archive.array("x", isDouble: false).input()], targets: [])
        }.codes
      }
      #expect(parse(bytes) == [])
      // A changed byte of an array is noticed by its checksum, or by the decompression before it.
      var changed = bytes
      changed[bytes.count / 4] ^= 4
      #expect(["0:0 bad-zip", "0:0 bad-gzip", "0:0 file-too-large"].contains(parse(changed).first ?? ""), "\(name)")
      for count in 0..<bytes.count { #expect(!parse(Array(bytes.prefix(count))).isEmpty) }
      #expect(parse(Array(bytes.prefix(100))) == ["0:0 not-zip"])
    }
  }

  @Test func idxFailures() {
    func codes(_ bytes: [UInt8]) -> [String] {
      Outcome { try Dataset(inputs: [IDXFile.parse(bytes, file: "f", isDouble: false).input()], targets: []) }.codes
    }
    #expect(codes([0, 0, 8, 1, 0, 0, 0, 2, 5, 6]) == [])
    #expect(codes([0, 0, 8, 1, 0, 0, 0, 2, 5]) == ["0:0 wrong-size"])
    #expect(codes([0, 0, 8, 1, 0, 0, 0, 2, 5, 6, 7]) == ["0:0 wrong-size"])
    #expect(codes([0, 0, 8, 1, 0, 0, 0]) == ["0:0 truncated"])
    #expect(codes([0, 0, 8, 1, 0, 0, 0, 0]) == ["0:0 no-samples"])
    #expect(codes([0, 0, 7, 1, 0, 0, 0, 0]) == ["0:0 not-idx"])
    #expect(codes([0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12)) == ["0:0 wrong-size"])
    #expect(codes([0, 0, 8, 255] + [UInt8](repeating: 0, count: 1020)) == ["0:0 no-samples"])
  }

  /// Whatever is done to a file, reading gives a set or an error.
  @Test func mutations() throws {
    let names = ["f4-big.npy", "fortran.npy", "version2.npy", "u8-big.npy", "stored.npz", "deflated.npz", "i2.idx"]
    var lottery = Lottery(11)
    var accepted = 0
    for name in names {
      let original = try FileReading.bytes(Folder.fixtures + "/" + name)
      for _ in 0..<700 {
        let bytes = lottery.mutated(original)
        let outcome = Outcome {
          if name.hasSuffix("npz") {
            let archive = try NPZArchive(bytes, file: "f")
            return try Dataset(
              inputs: archive.arrays.map { try archive.array($0, isDouble: false).input() }, targets: [])
          }
          let array =
            name.hasSuffix("npy")
            ? try NPYFile.parse(bytes[...], file: "f", isDouble: true)
            : try IDXFile.parse(bytes, file: "f", isDouble: true)
          _ = try? array.target("label", SourceContext(folder: "."))
          return try Dataset(inputs: [array.input()], targets: [])
        }
        if let set = outcome.set { accepted += set.inputs[0].values.count > 0 ? 1 : 0 }
        #expect(outcome.codes != ["?"])
      }
    }
    #expect(accepted > 0)
  }
}
