import Foundation
import NNCore
import NNFiles
import NNKernels
import Testing

@testable import NNData

/// Arrays whose numbers stay in their file.
@Suite struct StreamedArrayTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("stream-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  private func npy(_ descriptor: String, _ shape: [Int], _ data: [UInt8], fortran: Bool = false) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ")
    let header =
      "{'descr': '\(descriptor)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(sizes),), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
  }

  private func source(_ type: String, _ name: String, stream: Bool, window: Int? = nil) throws -> any DataSource {
    var values: [String: AttributeValue] = ["path": .text(name)]
    if stream { values["stream"] = .boolean(true) }
    if let window { values["window"] = .integer(window) }
    return type == "idx"
      ? try IDXSource(attributes: Attributes(values, for: IDXSource.schema))
      : try NPYSource(attributes: Attributes(values, for: NPYSource.schema))
  }

  private func read(_ type: String, _ name: String, stream: Bool, window: Int? = nil) throws -> Dataset {
    try source(type, name, stream: stream, window: window).read(SourceContext(folder: folder.path))
  }

  /// Files of every form, each with 301 samples of 7 numbers.
  private static let count = 301
  private func files() throws -> [(type: String, name: String)] {
    let numbers = (0..<(Self.count * 7)).map { Double($0 * $0 % 251) - 100.5 }
    func bytes<Word: FixedWidthInteger>(_ words: [Word]) -> [UInt8] {
      words.flatMap { withUnsafeBytes(of: $0, Array.init) }
    }
    let shape = [Self.count, 7]
    try write("bytes.npy", npy("|u1", shape, numbers.map { UInt8($0 + 100.5) }))
    try write("floats.npy", npy("<f4", shape, bytes(numbers.map { Float($0).bitPattern.littleEndian })))
    try write("big.npy", npy(">f4", shape, bytes(numbers.map { Float($0).bitPattern.bigEndian })))
    try write("doubles.npy", npy("<f8", shape, bytes(numbers.map { ($0 / 3).bitPattern.littleEndian })))
    let sizes = bytes([UInt32(Self.count).bigEndian, UInt32(7).bigEndian])
    try write("bytes.idx", [0, 0, 8, 2] + sizes + numbers.map { UInt8($0 + 100.5) })
    try write("doubles.idx", [0, 0, 0x0E, 2] + sizes + bytes(numbers.map { ($0 / 3).bitPattern.bigEndian }))
    return [
      ("npy", "bytes.npy"), ("npy", "floats.npy"), ("npy", "big.npy"), ("npy", "doubles.npy"), ("idx", "bytes.idx"),
      ("idx", "doubles.idx"),
    ]
  }

  private func batches<S: Scalar>(_ type: S.Type, _ set: Dataset, _ threads: Int = 1) throws -> [S] {
    let affine = AffinePreprocessing(scales: [0.5], shifts: [1])
    let feed = BatchFeed<S>(
      set, FeedSettings(batch: 32, shuffleSeed: 5, preprocessing: [affine]), workers: WorkerPool(threads: threads))
    return (0..<(2 * feed.batchesPerEpoch)).flatMap { _ in
      let count = feed.next()
      return (0..<(count * 7)).map { feed.input(0)[$0] }
    }
  }

  /// With a window for all samples the batches are those of samples in memory, bit for bit; so is all that looks at single
  /// numbers.
  @Test func numbersAreThoseInMemory() throws {
    for (type, name) in try files() {
      let memory = try read(type, name, stream: false)
      let stream = try read(type, name, stream: true)
      #expect(stream.inputs[0].values == memory.inputs[0].values, "\(name)")
      #expect(try batches(Float.self, stream) == batches(Float.self, memory), "\(name)")
      #expect(try batches(Double.self, stream, 2) == batches(Double.self, memory), "\(name)")
      let standardize = try Standardize(attributes: Attributes([:], for: Standardize.schema))
      #expect(try standardize.fit(stream, before: .identity) == standardize.fit(memory, before: .identity), "\(name)")
      #expect(DatasetFingerprint(stream) == DatasetFingerprint(try read(type, name, stream: true)))
      try stream.requireReadable()
    }
  }

  /// Every sample once in an epoch; those of a window follow each other, in other orders in other epochs.
  @Test func windowsAreShuffled() throws {
    let rows = (0..<Int32(Self.count)).map { $0 }
    let shuffling = SampleShuffling(count: Self.count, window: 50)
    func order(_ key: UInt64) -> [Int32] {
      var order = [Int32](repeating: -1, count: Self.count)
      rows.withUnsafeBufferPointer { rows in
        order.withUnsafeMutableBufferPointer { shuffling.shuffle(rows, RandomStream(key: key), into: $0) }
      }
      return order
    }
    let (one, other) = (order(1), order(2))
    #expect(one.sorted() == rows && other.sorted() == rows && one != other && one == order(1))
    let windows = one.map { $0 / 50 }
    let changes = zip(windows, windows.dropFirst()).count { $0 != $1 }
    #expect(changes == 6 && windows != windows.sorted())
    #expect(one.prefix(50).map { $0 } != one.prefix(50).sorted())
  }

  /// A file that becomes shorter is told of, and no number is made up without a word.
  @Test func aFileThatBecomesShorterIsToldOf() throws {
    _ = try files()
    let set = try read("npy", "bytes.npy", stream: true)
    let feed = BatchFeed<Float>(set, FeedSettings(batch: 301), workers: WorkerPool(threads: 1))
    _ = feed.next()
    #expect(feed.failure == nil)
    try FileHandle(forWritingTo: folder.appendingPathComponent("bytes.npy")).truncate(atOffset: 1000)
    _ = feed.next()
    #expect(feed.failure?.description.contains("has become shorter") ?? false)
    #expect(throws: DiagnosticError.self) { try set.requireReadable() }
  }

  @Test func whatCannotBeStreamedIsRefused() throws {
    func refusal(_ name: String, _ bytes: [UInt8]) throws -> [String] {
      try write(name, bytes)
      return Outcome { try read("npy", name, stream: true) }.codes
    }
    let nan = withUnsafeBytes(of: Float.nan.bitPattern.littleEndian, Array.init)
    let four = [UInt8](repeating: 0, count: 4)
    #expect(try refusal("order.npy", npy("|u1", [2, 2], four, fortran: true)) == ["0:0 cannot-stream"])
    #expect(try refusal("words.npy", npy("<i2", [2, 1], four)) == ["0:0 cannot-stream"])
    #expect(try refusal("x.npy.gz", [0x1F, 0x8B, 8, 0] + four) == ["0:0 cannot-stream"])
    #expect(try refusal("short.npy", npy("<f4", [2, 1], four)) == ["0:0 wrong-size"])
    #expect(try refusal("nan.npy", npy("<f4", [2, 1], four + nan)) == ["0:0 not-finite-data"])
    #expect(Outcome { try read("npy", "nothing.npy", stream: true) }.codes == ["0:0 missing-file"])
    #expect(Outcome { try read("npy", "", stream: true) }.codes == ["0:0 not-a-file"])
    let attributes: [String: AttributeValue] = ["path": .text("x"), "lengths": .text("y"), "stream": .boolean(true)]
    #expect(throws: ElementError.self) { try NPYSource(attributes: Attributes(attributes, for: NPYSource.schema)) }
  }
}
