import NNCore
import NNFiles
import NNKernels
import Testing

@testable import NNData

/// Changes to a picture of 3 x 7 x 11 against NumPy's and SciPy's, see tools/reference/augmentation_fixtures.py.
@Suite struct AugmentedPictureTests {
  private static let shape = Shape(3, 7, 11)

  private static let cases: [(change: [String], result: [Double])] = {
    let bytes = (try? FileReading.bytes(Folder.fixtures + "/augmented.txt")) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
      let parts = line.split(separator: ":")
      return (parts[0].split(separator: " ").map(String.init), parts[1].split(separator: " ").compactMap { Double($0) })
    }
  }()

  private static func make<A: DeclaredElement>(_ type: A.Type, _ values: [String: AttributeValue] = [:]) throws -> A {
    try A(attributes: Attributes(values, for: A.schema))
  }

  /// What a change makes of the picture that the fixtures tell of.
  private static func changed<S: Scalar>(_ type: S.Type, _ change: [String]) throws -> [Double] {
    let size = try #require(ImageSize(shape))
    let storage = Storage<S>((0..<size.count).map { S($0 * $0 % 101 - 40) })
    let scratch = Storage<S>((0..<size.count).map { _ in S.nan })
    let (picture, memory) = (storage.buffer, scratch.buffer)
    let numbers = change.compactMap { Double($0) }
    switch change[0] {
    case "flip":
      try make(Flip.self, ["probability": .number(1), "direction": .text(change[1])])
        .apply(picture, size, scratch: memory, random: RandomStream(key: 1))
    case "translate":
      try make(Translate.self, ["by": .integer(5), "fill": .text(change[3])])
        .move(picture, size, right: Int(numbers[0]), down: Int(numbers[1]), scratch: memory)
    case "rotate": Rotate.turn(picture, size, degrees: numbers[0], scratch: memory)
    case "zoom": Zoom.cut(picture, size, share: numbers[0], x: numbers[1], y: numbers[2], scratch: memory)
    case "cutout":
      try make(Cutout.self, ["size": .integer(Int(numbers[0]))])
        .cover(picture, size, column: Int(numbers[1]), row: Int(numbers[2]))
    default:
      // The second of two pictures.
      let views = try #require(TestTimeAugmentation(shape, mirrored: true, shift: 3))
      let pictures = Storage<S>([S](repeating: 7, count: size.count) + picture.array)
      let shown = Storage<S>(count: 2 * size.count)
      views.show(
        Int(numbers[0]), of: pictures.buffer, count: 2, into: shown.buffer, workers: WorkerPool(threads: 2))
      return shown.buffer.array.dropFirst(size.count).map { Double($0) }
    }
    return picture.array.map { Double($0) }
  }

  @Test func picturesAreNumPys() throws {
    #expect(Self.cases.count == 36)
    for (change, expected) in Self.cases {
      #expect(expected.count == Self.shape.elementCount)
      let exact = try Self.changed(Double.self, change)
      let error = zip(exact, expected).map { ($0 - $1).magnitude }.max() ?? .infinity
      #expect(error < 1e-8, "\(change)")
      let single = try Self.changed(Float.self, change)
      let rounding = zip(single, exact).map { ($0 - $1).magnitude }.max() ?? .infinity
      #expect(rounding < 1e-4, "\(change)")
    }
  }

  /// The part that a zoom draws has the picture's aspect, lies within it and reaches every edge: seen from a picture
  /// whose pixels are their columns or their rows.
  @Test func zoomedPartsLieWithin() throws {
    let size = try #require(ImageSize(Self.shape))
    let step = try Self.make(Zoom.self, ["least": .number(0.4)])
    var (least, most) = ([1.0, 1.0], [0.0, 0.0])
    var shares: [Double] = []
    for key in 0..<500 {
      var ends: [(first: Double, last: Double)] = []
      for isColumn in [true, false] {
        let storage = Storage<Double>(
          (0..<size.count).map { Double(isColumn ? $0 % size.width : $0 / size.width % size.height) })
        let scratch = Storage<Double>(count: size.count)
        step.apply(storage.buffer, size, scratch: scratch.buffer, random: RandomStream(key: UInt64(key)))
        let last = Double((isColumn ? size.width : size.height) - 1)
        // The first and the last pixel of the last channel.
        let start = 2 * size.height * size.width
        ends.append((storage.buffer[start] / last, storage.buffer[size.count - 1] / last))
      }
      let share = ends[0].last - ends[0].first
      shares.append(share)
      #expect((ends[1].last - ends[1].first - share).magnitude < 1e-9)
      for axis in 0..<2 {
        #expect(ends[axis].first > -1e-9 && ends[axis].last < 1 + 1e-9)
        guard share < 0.9 else { continue }
        // Where in its room the part lies.
        let position = ends[axis].first / (1 - share)
        least[axis] = min(least[axis], position)
        most[axis] = max(most[axis], position)
      }
    }
    #expect(shares.allSatisfy { (0.4...1).contains($0) })
    #expect(shares.min() ?? 1 < 0.41 && shares.max() ?? 0 > 0.99)
    #expect(least.allSatisfy { $0 < 0.02 } && most.allSatisfy { $0 > 0.98 })
  }

  /// The middle of what is covered may be any pixel of the picture.
  @Test func everyPixelIsAMiddle() throws {
    let size = try #require(ImageSize(Self.shape))
    let step = try Self.make(Cutout.self, ["size": .integer(1)])
    var counts = [Int](repeating: 0, count: size.height * size.width)
    for key in 0..<7700 {
      let storage = Storage<Float>([Float](repeating: 1, count: size.count))
      step.apply(storage.buffer, size, scratch: storage.buffer, random: RandomStream(key: UInt64(key)))
      let covered = storage.buffer.array.indices.filter { storage.buffer[$0] == 0 }
      let pixel = try #require(covered.first)
      #expect(covered == (0..<3).map { pixel + $0 * counts.count })
      counts[pixel] += 1
    }
    // Binomial with mean 100 and deviation 10.
    #expect(counts.allSatisfy { (50...150).contains($0) })
  }
}
