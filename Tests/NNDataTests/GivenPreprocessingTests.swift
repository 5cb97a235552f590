import NNCore
import Testing

@testable import NNData

/// Numbers that the model gives for all elements, each channel or each element.
@Suite struct GivenPreprocessingTests {
  /// One sample of two channels of two pixels.
  private let training: Dataset

  init() throws {
    training = try Dataset(
      inputs: [
        DataArray(name: "input", form: .values(Shape(2, 1, 2)), elements: .bytes([10, 20, 30, 40]))
      ], targets: [], classNames: nil, file: "test")
  }

  private func apply(_ step: any Preprocessing) throws -> [Double] {
    let fitted = try step.fit(training, before: .identity)
    return (0..<4).map { index in
      training.inputs[0].value(index) * fitted.scales[fitted.scales.count == 1 ? 0 : index]
        + fitted.shifts[fitted.shifts.count == 1 ? 0 : index]
    }
  }

  private func standardize(_ mean: [Double], _ deviation: [Double]) throws -> Standardize {
    try Standardize(
      attributes: Attributes(["mean": .numbers(mean), "deviation": .numbers(deviation)], for: Standardize.schema))
  }

  @Test func meansAndDeviations() throws {
    #expect(try apply(standardize([10], [5])) == [0, 2, 4, 6])
    #expect(try apply(standardize([10, 30], [5, 2])) == [0, 2, 0, 5])
    #expect(try apply(standardize([10], [5, 10])) == [0, 2, 2, 3])
    #expect(try apply(standardize([10, 20, 30, 40], [1])) == [0, 0, 0, 0])
  }

  @Test func channels() throws {
    #expect(
      try apply(Scale(attributes: Attributes(["by": .numbers([2, 3])], for: Scale.schema))) == [20, 40, 90, 120])
    #expect(
      try apply(Shift(attributes: Attributes(["by": .numbers([1, 2])], for: Shift.schema))) == [11, 21, 32, 42])
  }

  @Test func whatIsWrong() throws {
    let count = #expect(throws: ElementError.self) { try apply(standardize([1, 2, 3], [1])) }
    #expect(count?.code == "shape-mismatch" && count?.attribute == "mean")
    let zero = #expect(throws: ElementError.self) { try standardize([1], [0]) }
    #expect(zero?.code == "out-of-range" && zero?.attribute == "deviation")
    let alone = #expect(throws: ElementError.self) {
      try Standardize(attributes: Attributes(["mean": .numbers([1])], for: Standardize.schema))
    }
    #expect(alone?.code == "missing-attribute" && alone?.attribute == "mean")
  }

  /// Channels are the first dimension of the shape in which the net reads the samples; a row has its columns.
  @Test(arguments: [(Shape(2, 1, 2), 2), (Shape(1, 2, 2), 1), (Shape(4), 4), (Shape(2, 2), 2)])
  func channelsAreTheNets(_ shape: Shape, _ groups: Int) throws {
    let set = try Dataset(
      inputs: [DataArray(name: "x", form: .values(shape), elements: .doubles([1, 2, 10, 40, 3, 7, 50, 20]))],
      targets: [])
    let step = try Standardize(attributes: Attributes(["per": .text("channel")], for: Standardize.schema))
    #expect(Set(try step.fit(set, before: .identity).scales).count == groups)
  }

  /// Deviations that no number can hold are refused.
  @Test func numbersThatAreTooLarge() throws {
    let set = try Dataset(
      inputs: [DataArray(name: "x", form: .values(Shape(1)), elements: .doubles([1e200, -1e200]))], targets: [])
    let step = try Standardize(attributes: Attributes([:], for: Standardize.schema))
    let error = #expect(throws: ElementError.self) { try step.fit(set, before: .identity) }
    #expect(error?.code == "number-too-large")
  }
}
