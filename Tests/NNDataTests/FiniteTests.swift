import NNCore
import Testing

@testable import NNData

/// NaN and infinite numbers are found wherever they come from.
@Suite struct FiniteTests {
  private func message(_ elements: DataArray.Elements, width: Int, isTarget: Bool = false, file: String? = nil)
    -> String?
  {
    let array = DataArray(name: "a", form: .values(Shape(width)), elements: elements, file: file)
    let other = DataArray(
      name: "b", form: .values(Shape(1)), elements: .bytes([UInt8](repeating: 0, count: elements.count / width)))
    do {
      _ = try Dataset(inputs: [isTarget ? other : array], targets: [isTarget ? array : other], file: "set")
    } catch let error as DiagnosticError {
      return error.diagnostics[0].rendered
    } catch {
      return "\(error)"
    }
    return nil
  }

  @Test func places() throws {
    #expect(message(.floats([1, -0.0, .greatestFiniteMagnitude]), width: 1) == nil)
    #expect(message(.floats([1, 2, .nan]), width: 1)?.hasPrefix("set: error: sample 3 of 'a' is NaN") ?? false)
    #expect(
      message(.doubles([1, 2, 3, -.infinity]), width: 2, isTarget: true, file: "y.npy")?.hasPrefix(
        "y.npy: error: element 2 of sample 2 of 'a' is infinite") ?? false)
    #expect(message(.labels([.max, .min]), width: 1) == nil)
    // Every place of a long array, whose ends are looked at otherwise than its middle.
    for index in [0, 1, 7, 15, 16, 31, 63, 64, 999, 1000] {
      var values = [Float](repeating: 1, count: 1001)
      values[index] = .infinity
      #expect(message(.floats(values), width: 1)?.contains("sample \(index + 1) ") ?? false)
    }
  }

  /// Labels that are no class, because they are ignored, pass the readers and make no class.
  @Test func ignoredLabels() throws {
    let context = SourceContext(folder: ".", ignoredLabels: [255, -100])
    let array = BinaryArray(
      dimensions: [4], elements: .doubles([0, 255, 1, -100]), isInteger: true, file: "y.npy")
    let target = try array.target("label", context)
    #expect(target.form == .classes(count: 2, shape: Shape(1)))
    #expect(target.values == [0, 255, 1, -100])
    #expect(throws: DiagnosticError.self) {
      try array.target("label", SourceContext(folder: ".", ignoredLabels: [255]))
    }
    for classes in [nil, ["0", "1"]] {
      let named = SourceContext(folder: ".", classes: classes, ignoredLabels: [255, -100])
      let table = try CSVSource.readBothWays("t.csv", Array("1,0\n2,255\n3,1\n4,-100\n".utf8), .init(), named)
      #expect(table.targets[0].form == .classes(count: 2, shape: Shape(1)) && table.classNames == ["0", "1"])
      #expect(table.targets[0].values == [0, 255, 1, -100])
    }
  }

  /// Setting a part aside keeps every sample, those of ignored labels too.
  @Test func splitsKeepIgnoredSamples() throws {
    let labels: [Int32] = (0..<40).map { $0 % 4 == 3 ? 255 : Int32($0 % 4) }
    let set = try Dataset(
      inputs: [DataArray(name: "x", form: .values(Shape(1)), elements: .floats((0..<40).map { Float($0) }))],
      targets: [DataArray(name: "label", form: .classes(count: 3, shape: Shape(1)), elements: .labels(labels))])
    let parts = Split.take(0.25, of: set, stratified: true, seed: 1)
    #expect(parts.part.count == 10 && parts.rest.count == 30)
    #expect((2...3).contains(parts.part.rows.count { labels[Int($0)] == 255 }))
  }
}
