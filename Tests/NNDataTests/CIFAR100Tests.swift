import Foundation
import NNCore
import Testing

@testable import NNData

/// Records of two labels, as the format's description has them.
@Suite struct CIFAR100Tests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  private func write(_ name: String, _ labels: [(coarse: UInt8, fine: UInt8)], extra: Int = 0) throws {
    var bytes = Data()
    for label in labels {
      bytes.append(contentsOf: [label.coarse, label.fine])
      bytes.append(contentsOf: (0..<3072).map { UInt8(truncatingIfNeeded: $0 / 12 + Int(label.fine)) })
    }
    bytes.append(Data(repeating: 0, count: extra))
    try bytes.write(to: folder.appendingPathComponent(name))
  }

  private func read(_ role: String, _ path: String = ".", labels: String = "fine") throws -> Dataset {
    let attributes = try Attributes(
      ["path": .text(path), "role": .text(role), "labels": .text(labels)], for: CIFAR100Source.schema)
    return try CIFAR100Source(attributes: attributes).read(SourceContext(folder: folder.path))
  }

  @Test func bothLabels() throws {
    try write("train.bin", [(19, 99), (4, 0)])
    try write("test.bin", [(8, 43)])
    let fine = try read("train")
    #expect(fine.count == 2 && fine.inputs[0].form == .values(Shape(3, 32, 32)))
    #expect((0..<2).map { fine.targets[0].value($0) } == [99, 0])
    #expect(fine.inputs[0].value(0) == 99 && fine.inputs[0].value(3072 + 12) == 1)
    #expect(fine.classNames?.count == 100 && fine.classNames?[43] == "lion")
    let coarse = try read("test", labels: "coarse")
    #expect(coarse.targets[0].value(0) == 8)
    #expect(coarse.classNames?.count == 20 && coarse.classNames?[8] == "large_carnivores")
  }

  /// A file alone is told from CIFAR-10's by its size, and its labels by the classes that are wanted.
  @Test func singleFiles() throws {
    try write("test.bin", [(8, 43), (1, 2)])
    let path = folder.path + "/test.bin"
    #expect(try PredictionInput.read(path).inputs[0].width == 3072)
    func label(_ classes: [String]?) throws -> Double {
      try LabelledInput.read(path, labels: nil, label: "last", SourceContext(folder: ".", classes: classes)).targets[0]
        .value(0)
    }
    #expect(try label(nil) == 43)
    #expect(try label((0..<20).map(String.init)) == 8)
  }

  @Test func wrongFiles() throws {
    try write("label.bin", [(0, 100)])
    try write("size.bin", [(3, 3)], extra: 5)
    for (path, code) in [("label.bin", "label-out-of-range"), ("size.bin", "wrong-size")] {
      let error = #expect(throws: DiagnosticError.self) { try read("train", path) }
      #expect(error?.diagnostics.first?.code == code)
    }
    #expect(#expect(throws: DiagnosticError.self) { try read("train") }?.kind == .missing)
  }
}
