import NNKernels
import NNWeights
import Testing

@Suite struct ComparisonTests {
  private func file(_ arrays: [(String, [Int], [Double])]) throws -> TensorFile {
    var file = TensorFile()
    for (name, dimensions, values) in arrays {
      try file.append(name, dimensions: dimensions, elements: values)
    }
    return file
  }

  private func row(_ a: [Double], _ b: [Double]) throws -> TensorDifference.Row {
    try TensorDifference(file([("x", [a.count], a)]), file([("x", [b.count], b)])).rows[0]
  }

  @Test func statistics() {
    let some = TensorStatistics([2, 4, 4, 4, 5, 5, 7, 9, .nan, .infinity])
    #expect(some.minimum == 2 && some.maximum == 9 && some.mean == 5 && some.deviation == 2 && some.nonFinite == 2)
    let none = TensorStatistics([.nan])
    #expect(none.nonFinite == 1 && none.mean == 0 && none.minimum == .infinity)
  }

  @Test func names() throws {
    let difference = try TensorDifference(
      file([("a", [1], [1]), ("b", [2], [1, 2]), ("c", [2], [1, 2])]),
      file([("b", [2], [1, 2]), ("c", [2, 1], [1, 2]), ("d", [], [1])]))
    #expect(difference.onlyFirst == ["a"] && difference.onlySecond == ["d"] && !difference.isIdentical)
    #expect(difference.rows.map(\.name) == ["b", "c"] && difference.rows[0].isIdentical)
    #expect(difference.rows[0].obstacle == nil && difference.rows[1].obstacle != nil)
  }

  @Test func numbers() throws {
    let plain = try row([3, 4], [3, 4.5])
    #expect(plain.largest == 0.5 && plain.relative == 0.1 && !plain.isIdentical)
    let zero = try row([0, 1], [-0.0, 1])
    #expect(zero.largest == 0 && zero.relative == 0 && !zero.isIdentical)
    #expect(try row([0], [1]).relative == .infinity)
    // Squares of these are not finite.
    #expect(try (row([3e200, 4e200], [3e200, 5e200]).relative - 0.2).magnitude < 1e-15)
    #expect(try (row([3e-200, 4e-200], [3e-200, 5e-200]).relative - 0.2).magnitude < 1e-15)
  }

  @Test func numbersThatAreNone() throws {
    let same = try row([.nan, .infinity, 1], [.nan, .infinity, 1])
    #expect(same.isIdentical && same.largest == 0 && same.relative == 0)
    let pairs: [(Double, Double)] = [
      (.nan, 1), (1, .nan), (.infinity, 1), (.infinity, -.infinity), (.infinity, .nan),
    ]
    for (a, b) in pairs {
      let row = try row([a, 2], [b, 2])
      #expect(row.largest == .infinity && row.relative == .infinity && !row.isIdentical)
    }
  }
}
