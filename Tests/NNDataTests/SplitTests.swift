import NNCore
import Testing

@testable import NNData

/// Parts of sets: how many samples they have, and which.
@Suite struct SplitTests {
  private func set(_ count: Int, labels: [Int32]? = nil) throws -> Dataset {
    let numbers = DataArray(name: "x", form: .values(Shape(1)), elements: .doubles((0..<count).map { Double($0) }))
    guard let labels else { return try Dataset(inputs: [numbers], targets: []) }
    let classes = Int(labels.max() ?? 0) + 1
    let target = DataArray(name: "label", form: .classes(count: classes, shape: Shape(1)), elements: .labels(labels))
    return try Dataset(inputs: [numbers], targets: [target])
  }

  /// round(n x fraction), halves up, at least 1 and at most n - 1.
  @Test(arguments: [
    (97, 0.15, 15), (97, 0.2, 19), (97, 0.99, 96), (97, 0.999, 96), (97, 0.001, 1), (10, 0.25, 3), (10, 0.24, 2),
    (10, 0.35, 4), (7, 0.5, 4), (13, 0.1, 1), (1001, 1.0 / 3, 334), (1000, 1.0 / 3, 333), (3, 0.01, 1), (3, 0.99, 2),
    (2, 0.01, 1), (2, 0.99, 1),
  ]) func sizes(_ count: Int, _ fraction: Double, _ expected: Int) throws {
    let labels = (0..<count).map { Int32($0 * $0 % 7 % 3) }
    for set in [try set(count), try set(count, labels: labels)] {
      for stratified in [nil, true, false] as [Bool?] {
        let (part, rest) = Split.take(fraction, of: set, stratified: stratified, seed: 3)
        #expect(part.count == expected && rest.count == count - expected)
        #expect(part.rows == part.rows.sorted() && rest.rows == rest.rows.sorted())
        #expect((part.rows + rest.rows).sorted() == set.rows)
      }
    }
  }

  @Test func classesKeepTheirShare() throws {
    let labels = (0..<97).map { Int32($0 < 50 ? 0 : $0 < 80 ? 1 : 2) }
    let shuffled = (0..<97).map { labels[$0 * 31 % 97] }
    for labels in [labels, shuffled] {
      let (part, _) = Split.take(0.15, of: try set(97, labels: labels), stratified: nil, seed: 4)
      var counts = [0, 0, 0]
      for row in part.rows { counts[Int(labels[Int(row)])] += 1 }
      // 7.73, 4.64 and 2.63 samples: 8 of the first 50, 12 of the first 80, 15 of all.
      #expect(counts == [8, 4, 3])
    }
    let many = (0..<1013).map { Int32($0 * $0 % 1013 % 11) }
    let set = try set(1013, labels: many)
    for fraction in [0.07, 0.333, 0.5, 0.81] {
      let (part, _) = Split.take(fraction, of: set, stratified: true, seed: 5)
      for label in Int32(0)..<11 {
        let share = Double(many.count { $0 == label } * part.count) / 1013
        let found = Double(part.rows.count { many[Int($0)] == label })
        #expect((found - share).magnitude <= 1)
      }
    }
  }

  /// A part of a part is drawn from that part alone; each seed draws its own, all samples alike.
  @Test func samplesAreDrawnAlike() throws {
    let half = try set(97).subset((0..<97).filter { $0 % 2 == 1 })
    let (part, rest) = Split.take(0.3, of: half, stratified: nil, seed: 1)
    #expect(part.count == 14 && (part.rows + rest.rows).sorted() == half.rows)
    var counts = [Int](repeating: 0, count: 97)
    for seed in 0..<1000 {
      for row in Split.take(0.3, of: half, stratified: nil, seed: UInt64(seed)).part.rows { counts[Int(row)] += 1 }
    }
    // Binomial with mean 292 and deviation 14.4.
    for row in 0..<97 { #expect(row % 2 == 1 ? (220...365).contains(counts[row]) : counts[row] == 0) }
  }
}
