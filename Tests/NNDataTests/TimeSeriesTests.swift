import Foundation
import NNCore
import NNFiles
import NNKernels
import Testing

@testable import NNData

@Suite struct TimeSeriesTests {
  private static let header = "# about\n@problemName p\n@timeStamps false\n@univariate false\n@dimensions 2\n"

  private func read(
    _ text: String, missing: String = "refuse", classes: [String]? = nil, predicting: Bool = false
  ) -> Outcome {
    Outcome {
      let place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".ts")
      try Data(text.utf8).write(to: place)
      defer { try? FileManager.default.removeItem(at: place) }
      if predicting { return try PredictionInput.read(place.path) }
      let source = try TimeSeriesSource(
        attributes: Attributes(["path": .text(place.path), "missing": .text(missing)], for: TimeSeriesSource.schema))
      return try source.read(SourceContext(folder: ".", classes: classes))
    }
  }

  @Test func seriesOfDifferentLengths() throws {
    let text = Self.header + "@classLabel true b a\n@data\n1,2,3:4,5,6:a\n\n7 : 8:b\n"
    let set = try #require(read(text).set)
    #expect(set.inputs[0].form == .values(Shape(3, 2)) && set.inputs[0].lengths == [3, 1])
    #expect(set.inputs[0].values == [1, 4, 2, 5, 3, 6, 7, 8, 0, 0, 0, 0])
    #expect(set.targets[0].values == [1, 0] && set.classNames == ["b", "a"])
    // The model's own order of the classes holds.
    #expect(try #require(read(text, classes: ["a", "b"]).set).targets[0].values == [0, 1])
    let predicted = try #require(read(text, predicting: true).set)
    #expect(predicted.targets.isEmpty && predicted.inputs[0].lengths == [3, 1])
  }

  @Test func seriesOfEqualLengthsHaveNoLengths() throws {
    let set = try #require(read(Self.header + "@targetLabel true\n@data\r\n1,2:3,4:0.5\r\n5,6:7,8:-2e1").set)
    #expect(set.inputs[0].lengths == nil && set.inputs[0].values == [1, 3, 2, 4, 5, 7, 6, 8])
    #expect(set.targets[0].form == .values(Shape(1)) && set.targets[0].values == [0.5, -20])
  }

  @Test func missingNumbers() throws {
    let text = "@univariate true\n@classLabel false\n@data\n?,NaN,2,?,4\n1,?,?,3,?\n"
    #expect(read(text).codes == ["4:1 bad-series"])
    #expect(try #require(read(text, missing: "zero").set).inputs[0].values == [0, 0, 2, 0, 4, 1, 0, 0, 3, 0])
    #expect(try #require(read(text, missing: "previous").set).inputs[0].values == [2, 2, 2, 2, 4, 1, 1, 1, 3, 3])
    #expect(read("@univariate true\n@data\n1\n?\n", missing: "previous").codes == ["4:1 bad-series"])
  }

  @Test(arguments: [
    ("@classLabel true a\n@data\n1,2:3:a\n", "8:1"), ("@classLabel true a\n@data\n1:2:3:a\n", "8:1"),
    ("@classLabel true a\n@data\n1:2:c\n", "8:1"), ("@classLabel true a\n@data\n1:2:a\n:3:a\n", "9:1"),
    ("@classLabel true a\n@data\n1,x:2,3:a\n", "8:1"), ("@classLabel true\n@data\n1:2:a\n", "6:1"),
    ("@timeStamps true\n@data\n", "6:1"), ("@data1\n1:2\n", "7:1"), ("@targetLabel true\n@data\n1:2:z\n", "8:1"),
  ])
  func whatIsWrongIsToldWithItsLine(_ text: String, _ place: String) {
    #expect(read(Self.header + text).codes == ["\(place) bad-series"])
  }

  @Test func aFileWithoutCasesHasNoSamples() {
    #expect(read(Self.header + "@data\n").codes == ["0:0 no-samples"])
    #expect(read(Self.header).codes == ["5:1 bad-series"])
  }

  @Test func damagedFilesEndNothing() {
    var lottery = Lottery(9)
    let whole = Array((Self.header + "@classLabel true a b\n@data\n1,2.5,?:4,5,6:a\n7:8:b\n").utf8)
    for _ in 0..<300 {
      let text = String(decoding: lottery.mutated(whole), as: UTF8.self)
      _ = read(text, missing: "previous")
    }
  }
}
