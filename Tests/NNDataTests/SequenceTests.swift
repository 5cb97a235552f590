import NNCore
import NNKernels
import Testing

@testable import NNData

@Suite struct SequenceTests {
  private func array(_ values: [Float], steps: Int, features: Int, lengths: [Int]? = nil) throws -> DataArray {
    let array = DataArray(name: "x", form: .values(Shape(steps, features)), elements: .floats(values))
    return try lengths.map { try array.sequences(lengths: $0, file: "x.npy") } ?? array
  }

  private func bind(
    _ array: DataArray, shape: Shape, hasLength: Bool = true, entries: Int? = nil, kernel: Int? = nil,
    for purpose: InputBinding.Purpose = .judging
  ) -> Outcome {
    Outcome {
      var definition = NetworkDefinition(name: "net")
      try definition.input("x", shape: shape, hasLength: hasLength, entries: entries)
      if let kernel { try definition.add(Shortening(kernel: kernel)) }
      let set = try Dataset(inputs: [array], targets: [], file: "x.npy")
      return try InputBinding(NetworkPlan(definition)).bind(set, for: purpose)
    }
  }

  @Test func paddingBecomesZero() throws {
    let padded = try array([1, .nan, .nan, 4, 5, 6], steps: 3, features: 1, lengths: [1, 3])
    #expect(padded.values == [1, 0, 0, 4, 5, 6])
    // What was NaN beyond the lengths is no fault of the data.
    _ = try Dataset(inputs: [padded], targets: [])
  }

  @Test(arguments: [[0, 1], [1, 4], [1], [-1, 2]])
  func lengthsAreChecked(_ lengths: [Int]) {
    #expect(throws: DiagnosticError.self) { try array([1, 2, 3, 4, 5, 6], steps: 3, features: 1, lengths: lengths) }
  }

  @Test func sequencesAreFittedToTheInput() throws {
    let sequences = try array([1, 2, 3, 4, 5, 6, 7, 8], steps: 2, features: 2, lengths: [2, 1])
    let wider = try #require(bind(sequences, shape: Shape(3, 2)).set)
    #expect(wider.inputs[0].values == [1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0] && wider.inputs[0].lengths == [2, 1])
    // An array without lengths has all of its steps.
    let whole = try #require(bind(array([1, 2, 3, 4], steps: 2, features: 2), shape: Shape(3, 2)).set)
    #expect(whole.inputs[0].lengths == [2] && whole.inputs[0].values == [1, 2, 3, 4, 0, 0])
    let short = try array([1, 0, 0, 2, 3, 0], steps: 3, features: 1, lengths: [1, 2])
    #expect(try #require(bind(short, shape: Shape(2, 1)).set).inputs[0].values == [1, 0, 2, 3])
    #expect(bind(short, shape: Shape(1, 1)).codes == ["0:0 length-out-of-range"])
    #expect(bind(short, shape: Shape(3, 2)).codes == ["0:0 shape-mismatch"])
    #expect(bind(short, shape: Shape(3, 1), hasLength: false).codes == ["0:0 length-mismatch"])
    #expect(bind(short, shape: Shape(3, 1), kernel: 2).codes == ["0:0 length-out-of-range"])
    let full = try array([1, 2], steps: 2, features: 1, lengths: [2])
    #expect(try #require(bind(full, shape: Shape(2, 1), hasLength: false).set).inputs[0].lengths == nil)
  }

  @Test func indicesAreChecked() throws {
    func indices(_ values: [Float], lengths: [Int]? = nil) throws -> DataArray {
      let array = DataArray(name: "x", form: .values(Shape(2)), elements: .floats(values))
      return try lengths.map { try array.sequences(lengths: $0, file: "") } ?? array
    }
    func codes(_ array: DataArray, _ hasLength: Bool) -> [String] {
      bind(array, shape: Shape(2), hasLength: hasLength, entries: 3).codes
    }
    #expect(try codes(indices([0, 2]), false) == [])
    #expect(try codes(indices([0, 7], lengths: [1]), true) == [])
    for wrong: Float in [3, -1, 0.5] {
      #expect(try codes(indices([0, wrong]), false) == ["0:0 index-out-of-range"])
      #expect(try codes(indices([wrong, 0], lengths: [1]), true) == ["0:0 index-out-of-range"])
    }
  }

  @Test func lengthsGoWithTheirSamples() throws {
    let lengths = (0..<7).map { 1 + $0 % 3 }
    let values = (0..<7).flatMap { sample in (0..<3).map { Float(10 * sample + $0) } }
    let set = try Dataset(inputs: [array(values, steps: 3, features: 1, lengths: lengths)], targets: [])
    for prefetching in [Prefetching.always, .never] {
      var settings = FeedSettings(batch: 4, shuffleSeed: 3)
      settings.prefetching = prefetching
      let feed = BatchFeed<Float>(set.subset([1, 2, 4, 5, 6]), settings, workers: WorkerPool(threads: 2))
      for _ in 0..<6 {
        for sample in 0..<feed.next() {
          let first = Int(feed.input(0)[3 * sample])
          #expect(Int(try #require(feed.lengths(0))[sample]) == lengths[first / 10])
        }
      }
    }
  }

  @Test func standardizationCountsValidStepsOnly() throws {
    let values: [Float] = [1, 10, 3, 30, 0, 0, 5, 20, 0, 0, 0, 0]
    let set = try Dataset(inputs: [array(values, steps: 3, features: 2, lengths: [2, 1])], targets: [])
    let step = try Standardize(attributes: Attributes([:], for: Standardize.schema))
    let affine = try fitPreprocessing([step], on: set)[0]
    let deviations = [(8.0 / 3).squareRoot(), (200.0 / 3).squareRoot()]
    for index in 0..<6 {
      #expect((affine.scales[index] - 1 / deviations[index % 2]).magnitude < 1e-12)
      #expect((affine.shifts[index] + [3, 20][index % 2] / deviations[index % 2]).magnitude < 1e-12)
    }
    let scale = try Scale(attributes: Attributes(["by": .numbers([2, 3])], for: Scale.schema))
    #expect(try fitPreprocessing([scale], on: set)[0].scales == [2, 3, 2, 3, 2, 3])
  }
}

/// Leaves out the steps that a window of `kernel` steps does not reach.
private struct Shortening: DeclaredLayer {
  static let schema = ElementSchema(
    .layer, "shortening", namespace: "urn:nnrun:tests:1", summary: "Fewer steps.", example: "<shortening/>")
  var kernel = 1
  init(kernel: Int) { self.kernel = kernel }
  init(attributes: Attributes) throws {}
  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [Shape(inputs[0][0] - kernel + 1, inputs[0][1])], backwardNeeds: [], forwardOperations: 1,
      backwardOperations: 1)
  }
  func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    lengths.map { $0?.changed(by: .windows(kernel: kernel)) }
  }
  func forward<S: Scalar>(_ context: ForwardContext<S>) {}
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}
