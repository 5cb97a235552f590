import Foundation
import NNCore
import Testing

@testable import NNData

/// Records as the format's description has them.
@Suite struct CIFARTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  private func write(_ name: String, _ labels: [UInt8], extra: Int = 0) throws {
    var bytes = Data()
    for label in labels {
      bytes.append(label)
      bytes.append(contentsOf: (0..<3072).map { UInt8(truncatingIfNeeded: $0 / 12 + Int(label)) })
    }
    bytes.append(Data(repeating: 0, count: extra))
    try bytes.write(to: folder.appendingPathComponent(name))
  }

  private func read(_ role: String, _ path: String = ".", classes: [String]? = nil) throws -> Dataset {
    let attributes = try Attributes(["path": .text(path), "role": .text(role)], for: CIFAR10Source.schema)
    return try CIFAR10Source(attributes: attributes).read(SourceContext(folder: folder.path, classes: classes))
  }

  @Test func recordsOfAllFilesInOrder() throws {
    for batch in 1...5 { try write("data_batch_\(batch).bin", [UInt8(batch), 0]) }
    try write("test_batch.bin", [9])
    let training = try read("train")
    #expect(training.count == 10)
    #expect(training.inputs[0].form == .values(Shape(3, 32, 32)))
    #expect((0..<10).map { training.targets[0].value($0) } == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0])
    #expect(training.inputs[0].value(2 * 3072) == 2)
    #expect(training.inputs[0].value(2 * 3072 + 3071) == Double((3071 / 12 + 2) % 256))
    #expect(training.classNames?[3] == "cat")
    let test = try read("test")
    #expect(test.count == 1 && test.targets[0].value(0) == 9)
    #expect(try read("train", "test_batch.bin").count == 1)
    let path = folder.path + "/test_batch.bin"
    #expect(try PredictionInput.read(path).inputs[0].width == 3072)
    #expect(
      try LabelledInput.read(path, labels: nil, label: "last", SourceContext(folder: ".")).targets[0].value(0) == 9)
  }

  @Test func wrongFiles() throws {
    try write("label.bin", [3, 10])
    try write("size.bin", [3], extra: 5)
    for (path, code) in [("label.bin", "label-out-of-range"), ("size.bin", "wrong-size")] {
      let error = #expect(throws: DiagnosticError.self) { try read("train", path) }
      #expect(error?.diagnostics.first?.code == code)
    }
    let missing = #expect(throws: DiagnosticError.self) { try read("train") }
    #expect(missing?.kind == .missing)
    try write("right.bin", [3])
    #expect(throws: DiagnosticError.self) { try read("train", "right.bin", classes: ["a", "b"]) }
  }
}
