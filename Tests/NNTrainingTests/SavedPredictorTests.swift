import DenseLayers
import Foundation
import LossLayers
import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNText
import NNWeights
import Testing

/// The library's predictor of saved weights does what `nnrun predict` does: preprocessing, views, inputs by name.
@Suite struct SavedPredictorTests {
  /// A saved net of two inputs, both prepared, that adds pixels up into scores.
  private func saved(spoiling position: Int? = nil, _ body: (SavedModel) throws -> Void) throws {
    var registry = Registry()
    try registerDenseLayers(into: &registry)
    try registerLossLayers(into: &registry)
    let text = """
      <model xmlns="urn:nnrun:model:1" name="m"><network>
      <input name="fixed" value="9 9"/><input name="x" shape="3"/><dense units="2"/><softmaxCrossEntropy/>
      </network></model>
      """
    var definition = NetworkDefinition(name: "m")
    try definition.input("fixed", shape: Shape(2), value: [9, 9])
    try definition.input("x", shape: Shape(3))
    try definition.add(Dense(units: 2))
    try definition.add(SoftmaxCrossEntropy())
    let record = DataRecord(
      targets: ["label": .classes(count: 2, shape: Shape(1))], classes: ["no", "yes"],
      preprocessing: ["x": AffinePreprocessing(scales: [0.5, 0.25, 2], shifts: [-1, 0, 1])])
    let plan = try NetworkPlan(definition, targets: record.targets)
    let network = Network<Float>(plan, batch: 1, workers: WorkerPool(threads: 1))
    network.initialize(seed: 4)
    if let position { network.parameters[position] = .nan }
    let path = "/tmp/nnrun-saved-\(UUID().uuidString)"
    try WeightsFile(
      plan, parameters: network.parameters, state: network.state, model: text, record: record.record(), version: "t"
    ).tensors.write(path)
    defer { unlink(path) }
    try body(try SavedModel(path: path, registry: registry))
  }

  @Test func preparesItsInputs() throws {
    try saved { model in
      #expect(model.classNames == ["no", "yes"])
      let workers = WorkerPool(threads: 2)
      let rows: [Float] = [1, 2, 3, -4, 5.5, 6, 0, 0, 0, 7, 8, 9, 1e3, 1, 1]
      let predictor = try model.predictor(Float.self, batch: 2, workers: workers)
      let found = try predictor.predict(rows)
      let set = try Dataset(
        inputs: [DataArray(name: "input", form: .values(Shape(3)), elements: .doubles(rows.map { Double($0) }))],
        targets: [])
      #expect(try model.predict(Float.self, set, workers: workers) == found)
      // Without the preprocessing the numbers would be others.
      let (parameters, state) = try model.arrays(Float.self)
      let engine = try withExtendedLifetime((parameters, state)) {
        try Predictor(model.plan, parameters: parameters.buffer, state: state.buffer, workers: workers)
      }
      #expect(try engine.predict(rows) != found)
    }
  }

  @Test func refusesWhatAreNoWholeSamples() throws {
    try saved { model in
      let predictor = try model.predictor(Float.self, workers: WorkerPool(threads: 1))
      #expect(predictor.inputCounts == [3])
      #expect(throws: DiagnosticError.self) { try predictor.predict([1, 2]) }
      #expect(throws: DiagnosticError.self) { try predictor.predict(inputs: [[1, 2, 3], [4]]) }
      #expect(try predictor.predict([]).isEmpty)
      let wide = try Dataset(
        inputs: [DataArray(name: "x", form: .values(Shape(4)), elements: .floats([1, 2, 3, 4]))], targets: [])
      #expect(throws: DiagnosticError.self) {
        try model.predict(Float.self, wide, workers: WorkerPool(threads: 1))
      }
    }
  }

  /// Weights that are not numbers are named instead of predicting nothing.
  @Test func refusesParametersThatAreNotFinite() throws {
    try saved(spoiling: 3) { model in
      do {
        _ = try model.predictor(Float.self, workers: WorkerPool(threads: 1))
        Issue.record("a net without numbers predicts")
      } catch let error as DiagnosticError {
        #expect(error.diagnostics[0].message.contains("'dense1.weight' holds numbers that are not finite"))
      }
    }
  }

  /// What a record says is written and read back without loss, that of version 0.1.0 included.
  @Test func recordsSurvive() throws {
    let record = DataRecord(
      targets: ["label": .classes(count: 3, shape: Shape(1)), "y": .values(Shape(2, 2)), "z": .values(Shape())],
      classes: ["a", "\"b\"", ""],
      preprocessing: [
        "x": AffinePreprocessing(scales: [0.1, 1e-300], shifts: [3]),
        "y z": AffinePreprocessing(scales: [1], shifts: [-0.0]),
      ],
      pictures: PictureForm(encoded: "3x32x32 crop bgr"), source: SourceRecord(.archive(inputs: ["a"], targets: [])))
    let text = record.record().written
    #expect(try DataRecord(record: StrictJSON(Array(text.utf8)), file: "f") == record)
    for wrong in [
      text.replacing("\"version\":1", with: "\"version\":2"), "{}", "[]", text.replacing("0.1", with: "\"0.1\""),
      text.replacing("\"shape\":[1]", with: "\"shape\":[0]"), text.replacing("\"classes\":3", with: "\"classes\":0"),
      text.replacing("\"shifts\":[3.0]", with: "\"shifts\":[3,3,3]"),
    ] {
      #expect(throws: DiagnosticError.self, "\(wrong)") {
        try DataRecord(record: StrictJSON(Array(wrong.utf8)), file: "f")
      }
    }
    let earlier = try DataRecord(
      entries: [
        "nnrun.targets": "label classes 1 3\ny values 2x2", "nnrun.classes": #"["a","b","c"]"#,
        "nnrun.preprocessing": "scale 0.5 2.0\nshift 1.0", "nnrun.pictures": "3x8x8 stretch",
      ], firstInput: "x", file: "f")
    #expect(earlier.targets == ["label": .classes(count: 3, shape: Shape(1)), "y": .values(Shape(2, 2))])
    #expect(earlier.classes == ["a", "b", "c"] && earlier.pictures?.shape == Shape(3, 8, 8))
    #expect(earlier.preprocessing == ["x": AffinePreprocessing(scales: [0.5, 2], shifts: [1])])
  }
}
