import NNCore
import NNKernels
import Testing

@testable import NNData

/// The numbers of batches: sizes that divide nothing, a scale and a shift for each column.
@Suite struct GatheredNumbersTests {
  private static let count = 97

  /// Number `index` of a set whose samples have so many columns.
  private static func number(_ index: Int) -> Double { Double(index * index % 251) }

  private static func elements(_ kind: Int, _ width: Int) -> DataArray.Elements {
    let numbers = (0..<(count * width)).map(number)
    return switch kind {
    case 0: .bytes(numbers.map { UInt8($0) })
    case 1: .floats(numbers.map { Float($0) - 125 })
    case 2: .doubles(numbers.map { $0 - 125 })
    default: .labels(numbers.map { Int32($0) - 125 })
    }
  }

  /// Every sample of an epoch once, each column with its own scale and shift; the last batch has what is left.
  private func check<S: Scalar>(_ type: S.Type, kind: Int, width: Int, batch: Int, isUniform: Bool) throws {
    let count = Self.count
    let input = DataArray(name: "x", form: .values(Shape(width)), elements: Self.elements(kind, width))
    let place = DataArray(
      name: "place", form: .classes(count: count, shape: Shape(1)), elements: .labels((0..<Int32(count)).map { $0 }))
    let set = try Dataset(inputs: [input], targets: [place])
    // Powers of two and halves: exact in single precision.
    let scales = (0..<(isUniform ? 1 : width)).map { [0.25, 2, -0.5, 1][$0 % 4] }
    let shifts = (0..<(isUniform ? 1 : width)).map { 3 - Double($0) / 2 }
    let settings = FeedSettings(
      batch: batch, shuffleSeed: 11, preprocessing: [AffinePreprocessing(scales: scales, shifts: shifts)])
    let feed = BatchFeed<S>(set, settings, workers: WorkerPool(threads: 3))
    #expect(feed.batchesPerEpoch == (count + batch - 1) / batch)
    for _ in 0..<2 {
      var seen: [Int] = []
      for number in 0..<feed.batchesPerEpoch {
        let size = feed.next()
        #expect(size == min(batch, count - number * batch))
        var wrong = 0
        for row in 0..<size {
          let sample = Int(feed.target(0)[row])
          seen.append(sample)
          for column in 0..<width {
            let index = isUniform ? 0 : column
            let number = Self.number(sample * width + column) - (kind == 0 ? 0 : 125)
            if feed.input(0)[row * width + column] != S(number * scales[index] + shifts[index]) { wrong += 1 }
          }
        }
        #expect(wrong == 0, "\(kind) \(width) \(batch)")
      }
      #expect(seen.sorted() == Array(0..<count) && seen != seen.sorted())
    }
  }

  @Test(arguments: [1, 3, 7, 37])
  func everyColumnHasItsOwn(width: Int) throws {
    for kind in 0..<4 {
      for batch in [1, 8, 30, 96, 97, 200] {
        for isUniform in [true, false] {
          try check(Float.self, kind: kind, width: width, batch: batch, isUniform: isUniform)
          try check(Double.self, kind: kind, width: width, batch: batch, isUniform: isUniform)
        }
      }
    }
  }

  /// Labels become one-hot, whatever is left for the last batch; one that is no class has no 1.
  @Test func oneHotLabels() throws {
    let labels = (0..<Int32(Self.count)).map { $0 % 13 - 1 }
    let set = try Dataset(
      inputs: [], targets: [DataArray(name: "y", form: .classes(count: 12, shape: Shape(1)), elements: .labels(labels))]
    )
    let feed = BatchFeed<Float>(
      set, FeedSettings(batch: 10, targetForms: ["y": .values(Shape(12))]), workers: WorkerPool(threads: 2))
    for number in 0..<10 {
      for row in 0..<feed.next() {
        let label = Int(labels[number * 10 + row])
        #expect((0..<12).allSatisfy { feed.target(0)[row * 12 + $0] == ($0 == label ? 1 : 0) })
      }
    }
  }

  /// What is standardized has mean 0 and variance 1 for each element, channel or altogether: over the samples of the set
  /// alone, not over all that its arrays hold.
  @Test(arguments: ["element", "channel", "all"])
  func standardizedNumbers(per: String) throws {
    let (channels, size) = (3, 5)
    let width = channels * size
    var lottery = Lottery(8)
    let numbers = (0..<(Self.count * width)).map { index -> Double in
      let column = index % width
      return Double(lottery.draw(1000) * (column + 1) + 50 * column)
    }
    let input = DataArray(name: "x", form: .values(Shape(channels, 1, size)), elements: .doubles(numbers))
    let set = try Dataset(inputs: [input], targets: []).subset((0..<Self.count).filter { $0 % 5 != 2 })
    let steps: [any Preprocessing] = [
      try Scale(attributes: Attributes(["by": .numbers([0.5, 3, -2])], for: Scale.schema)),
      try Standardize(attributes: Attributes(["per": .text(per)], for: Standardize.schema)),
    ]
    let affine = try fitPreprocessing(steps, on: set)[0]
    func prepared(_ row: Int32, _ index: Int) -> Double {
      let scale = affine.scales[affine.scales.count == 1 ? 0 : index]
      return numbers[Int(row) * width + index] * scale + affine.shifts[affine.shifts.count == 1 ? 0 : index]
    }
    let length = per == "all" ? width : per == "element" ? 1 : size
    let groups = stride(from: 0, to: width, by: length).map { $0..<($0 + length) }
    for group in groups {
      let values = set.rows.flatMap { row in group.map { prepared(row, $0) } }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(mean.magnitude < 1e-12 && (variance - 1).magnitude < 1e-12)
    }
    // All of a group are treated alike: the differences that Scale leaves are scaled by one factor.
    let factors = Set(
      (0..<width).map { index in
        let scale = affine.scales[affine.scales.count == 1 ? 0 : index] / [0.5, 3, -2][index / size]
        return (scale * 1e9).rounded()
      })
    #expect(factors.count == groups.count)
  }
}
