import Foundation
import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNWeights
import Testing

@Suite struct SavedModelTests {
  private static let net =
    #"<input name="x" shape="1x2x2"/><flatten/><dense name="fc" units="3"/><softmaxCrossEntropy/>"#

  /// The first message of what `body` throws; empty if it throws nothing.
  private func failure(_ body: () throws -> Void) throws -> (code: String, message: String, kind: DiagnosticError.Kind?)
  {
    do {
      try body()
    } catch let error as DiagnosticError {
      return (error.diagnostics[0].code, error.description, error.kind)
    }
    return ("", "", nil)
  }

  private func read(_ weights: WeightsFile, registry: Registry = standardRegistry) throws -> SavedModel {
    try SavedModel(weights, path: "w.safetensors", registry: registry)
  }

  @Test func understandsWhatWasSaved() throws {
    let record = DataRecord(classes: ["a", "b", "c"], pictures: PictureForm(Shape(1, 2, 2)))
    let model = try SavedNet(Self.net, around: #"<views mirrored="true"/>"#, record: record).model()
    #expect(model.classNames == ["a", "b", "c"] && model.pictures?.shape == Shape(1, 2, 2))
    #expect(model.preprocessing == [.identity] && model.views?.count == 2)
    #expect(model.description.name == "net")
  }

  @Test func missingFile() throws {
    let (_, message, kind) = try failure {
      _ = try SavedModel(path: "/nowhere/w.safetensors", registry: standardRegistry)
    }
    #expect(kind == .missing && message.contains("/nowhere/w.safetensors"))
  }

  @Test func damagedFile() throws {
    let path = "/tmp/nnrun-damaged-\(UUID().uuidString)"
    defer { unlink(path) }
    var bytes = try SavedNet(Self.net).weights().tensors.bytes
    bytes[bytes.count - 2] ^= 0x10
    try AtomicFile.write(path, bytes: bytes)
    let damaged = try failure { _ = try SavedModel(path: path, registry: standardRegistry) }
    #expect(damaged.code == "checksum" && damaged.kind == .invalid)
    try AtomicFile.write(path, bytes: Array("no weights".utf8))
    #expect(try failure { _ = try SavedModel(path: path, registry: standardRegistry) }.kind == .invalid)
  }

  @Test func numbersWithoutAModel() throws {
    var tensors = TensorFile()
    try tensors.append("fc.weight", dimensions: [1], values: [1])
    let (code, message, _) = try failure { _ = try read(WeightsFile(tensors)) }
    #expect(code == "no-model" && message.contains("no model to run them with"))
  }

  @Test func layersThatNobodyRegistered() throws {
    let weights = try SavedNet(Self.net).weights()
    let (code, message, _) = try failure { _ = try read(weights, registry: Registry()) }
    #expect(code == "unknown-element" && message.hasPrefix("w.safetensors(model)"))
  }

  @Test(arguments: [
    (DataRecord(classes: ["a", "b"]), "the record names 2 classes, but the net tells 3 apart"),
    (
      DataRecord(pictures: PictureForm(Shape(1, 3, 3))),
      "the record makes pictures of 1x3x3, which no input of the net reads"
    ),
    (
      DataRecord(preprocessing: ["x": AffinePreprocessing(scales: [1, 2], shifts: [0])]),
      "the preprocessing of 'x' has 2 numbers, but the input has 4"
    ),
  ])
  func recordsOfOtherNets(_ record: DataRecord, _ message: String) throws {
    let found = try failure { _ = try SavedNet(Self.net, record: record).model() }
    #expect(found.code == "bad-record" && found.message.contains(message), "\(found.message)")
  }

  @Test func recordsThatAreNone() throws {
    for (text, message) in [
      ("{", "the record of the training cannot be read"), ("[]", "cannot be read"),
      (#"{"version":9,"data":{}}"#, "has the form 9, but this program reads form 1; take a newer nnrun"),
    ] {
      var weights = try SavedNet(Self.net).weights()
      weights.tensors.metadata["nnrun.record"] = text
      let found = try failure { _ = try read(weights) }
      #expect(found.code == "bad-record" && found.message.contains(message), "\(found.message)")
    }
  }

  @Test func arraysThatDoNotFit() throws {
    let saved = try SavedNet(Self.net).weights()
    func arrays(_ change: (inout TensorFile) throws -> Void) throws -> (code: String, message: String) {
      var weights = WeightsFile(TensorFile(metadata: saved.tensors.metadata))
      try change(&weights.tensors)
      let found = try failure { _ = try read(weights).arrays(Float.self) }
      return (found.code, found.message)
    }
    let none = try arrays { _ in }
    #expect(none.code == "missing-array" && none.message.contains("'fc.weight'") && none.message.contains("'fc.bias'"))
    let other = try arrays {
      try $0.append("fc.weight", dimensions: [4, 3], values: [Double](repeating: 0, count: 12))
      try $0.append("fc.bias", dimensions: [3], values: [0, 0, 0])
    }
    #expect(other.code == "shape-mismatch")
    #expect(other.message.contains("'fc.weight' has the shape 4x3, but the model needs 3x4"))
    let infinite = try arrays {
      try $0.append("fc.weight", dimensions: [3, 4], values: [Double](repeating: 0, count: 12))
      try $0.append("fc.bias", dimensions: [3], values: [0, .infinity, 0])
    }
    #expect(infinite.code == "not-finite" && infinite.message.contains("'fc.bias'"))
  }
}
