import NNCore
import NNKernels
import Testing

@testable import NNData

/// Random changes to pictures: what each does, and that nothing but seed, step and place decides it.
@Suite struct AugmentationTests {
  private static let size = ImageSize(Shape(2, 4, 5))

  private static func picture(_ size: ImageSize) -> [Double] { (0..<size.count).map { Double($0 * $0 % 101) - 40 } }

  private static func changed(
    _ step: any Augmentation, _ size: ImageSize, key: UInt64, _ picture: [Double]
  ) -> [Double] {
    let storage = Storage(picture)
    let scratch = Storage<Double>(count: picture.count)
    step.apply(storage.buffer, size, scratch: scratch.buffer, random: RandomStream(key: key))
    return storage.buffer.array
  }

  private static func make<A: Augmentation & DeclaredElement>(_ type: A.Type, _ values: [String: AttributeValue] = [:])
    throws -> A
  {
    try A(attributes: Attributes(values, for: A.schema))
  }

  @Test func flips() throws {
    let size = try #require(Self.size)
    let picture = Self.picture(size)
    let always = try Self.make(Flip.self, ["probability": .number(1)])
    let flipped = Self.changed(always, size, key: 1, picture)
    for channel in 0..<2 {
      for y in 0..<4 {
        for x in 0..<5 { #expect(flipped[channel * 20 + y * 5 + x] == picture[channel * 20 + y * 5 + 4 - x]) }
      }
    }
    #expect(Self.changed(always, size, key: 2, flipped) == picture)
    let down = try Self.make(Flip.self, ["probability": .number(1), "direction": .text("vertical")])
    let turned = Self.changed(down, size, key: 1, picture)
    for channel in 0..<2 {
      for y in 0..<4 {
        for x in 0..<5 { #expect(turned[channel * 20 + y * 5 + x] == picture[channel * 20 + (3 - y) * 5 + x]) }
      }
    }
    #expect(Self.changed(try Self.make(Flip.self, ["probability": .number(0)]), size, key: 1, picture) == picture)
    let half = try Self.make(Flip.self)
    let count = (0..<1000).count { Self.changed(half, size, key: UInt64($0), picture) != picture }
    #expect((400...600).contains(count))
  }

  @Test(arguments: [(0, 0), (1, 0), (-2, 1), (3, -3), (0, 2)])
  func translations(_ right: Int, _ down: Int) throws {
    let size = try #require(Self.size)
    let picture = Self.picture(size)
    for fill in ["zero", "edge"] {
      let step = try Self.make(Translate.self, ["by": .integer(3), "fill": .text(fill)])
      let storage = Storage(picture)
      let scratch = Storage<Double>(count: size.count)
      step.move(storage.buffer, size, right: right, down: down, scratch: scratch.buffer)
      for channel in 0..<2 {
        for y in 0..<4 {
          for x in 0..<5 {
            let (fromX, fromY) = (x - right, y - down)
            let isInside = (0..<5).contains(fromX) && (0..<4).contains(fromY)
            let nearest = picture[channel * 20 + min(max(fromY, 0), 3) * 5 + min(max(fromX, 0), 4)]
            let expected = isInside || fill == "edge" ? nearest : 0
            #expect(storage.buffer[channel * 20 + y * 5 + x] == expected)
          }
        }
      }
    }
  }

  /// All distances occur, and none other.
  @Test func translationsAreUniform() throws {
    let size = try #require(ImageSize(Shape(9, 9)))
    var picture = [Double](repeating: 0, count: 81)
    picture[40] = 1
    let step = try Self.make(Translate.self, ["by": .integer(2)])
    var counts: [Int: Int] = [:]
    for key in 0..<2500 {
      let place = try #require(Self.changed(step, size, key: UInt64(key), picture).firstIndex(of: 1))
      counts[place, default: 0] += 1
    }
    #expect(counts.count == 25 && counts.values.allSatisfy { (50...160).contains($0) })
  }

  /// A quarter turn of a square picture moves each pixel to another's place.
  @Test func turns() throws {
    let size = try #require(ImageSize(Shape(1, 5, 5)))
    let picture = Self.picture(size)
    let storage = Storage(picture)
    let scratch = Storage<Double>(count: size.count)
    Rotate.turn(storage.buffer, size, degrees: 90, scratch: scratch.buffer)
    for y in 0..<5 {
      for x in 0..<5 {
        // Counterclockwise: the right edge becomes the top.
        #expect((storage.buffer[y * 5 + x] - picture[x * 5 + 4 - y]).magnitude < 1e-9)
      }
    }
    Rotate.turn(storage.buffer, size, degrees: 270, scratch: scratch.buffer)
    for i in 0..<25 { #expect((storage.buffer[i] - picture[i]).magnitude < 1e-9) }
  }

  /// Between pixels a linear picture stays linear.
  @Test func resamplingIsBilinear() throws {
    let size = try #require(ImageSize(Shape(6, 6)))
    let picture: [Double] = (0..<36).map { (place: Int) -> Double in Double(2 * (place % 6) + 3 * (place / 6)) }
    let storage = Storage(picture)
    let scratch = Storage<Double>(count: 36)
    resample(
      storage.buffer, size, AffineTransform(xx: 0.5, xy: 0, yx: 0, yy: 0.5, x: 0.25, y: -0.5), scratch: scratch.buffer)
    for y in 0..<6 {
      for x in 0..<6 {
        let u: Double = 0.5 * Double(x) + 1.5
        let v: Double = 0.5 * Double(y) + 0.75
        let difference: Double = storage.buffer[y * 6 + x] - (2 * u + 3 * v)
        #expect(difference.magnitude < 1e-12)
      }
    }
  }

  @Test func zoomKeepsWithinThePicture() throws {
    let size = try #require(ImageSize(Shape(3, 8, 8)))
    let picture = [Double](repeating: 2, count: size.count)
    let step = try Self.make(Zoom.self, ["least": .number(0.3)])
    for key in 0..<200 {
      #expect(Self.changed(step, size, key: UInt64(key), picture).allSatisfy { ($0 - 2).magnitude < 1e-12 })
    }
  }

  @Test func light() throws {
    let size = try #require(Self.size)
    let picture = Self.picture(size)
    let bright = try Self.make(Brightness.self, ["by": .number(3)])
    let contrast = try Self.make(Contrast.self, ["by": .number(0.5)])
    let mean = picture.reduce(0, +) / Double(picture.count)
    for key in 0..<50 {
      let added = zip(Self.changed(bright, size, key: UInt64(key), picture), picture).map { $0 - $1 }
      #expect(added.allSatisfy { ($0 - added[0]).magnitude < 1e-12 } && added[0].magnitude <= 3)
      let factors = zip(Self.changed(contrast, size, key: UInt64(key), picture), picture)
        .map { ($0 - mean) / ($1 - mean) }
      #expect(factors.allSatisfy { ($0 - factors[0]).magnitude < 1e-9 } && (0.5...1.5).contains(factors[0]))
    }
  }

  @Test func squaresAreCovered() throws {
    let size = try #require(ImageSize(Shape(3, 8, 8)))
    let picture = [Double](repeating: 1, count: size.count)
    let step = try Self.make(Cutout.self, ["size": .integer(4)])
    var most = 0
    for key in 0..<200 {
      let covered = Self.changed(step, size, key: UInt64(key), picture).count { $0 == 0 }
      #expect(covered % 3 == 0 && covered >= 3 * 4)
      most = max(most, covered)
    }
    #expect(most == 3 * 16)
  }

  @Test func whatDoesNotFit() throws {
    #expect(throws: ElementError.self) {
      try Augmentations([Self.make(Translate.self, ["by": .integer(4)])], shapes: [Shape(3, 4, 8)], seed: 1)
    }
    #expect(throws: ElementError.self) { try Augmentations([Self.make(Flip.self)], shapes: [Shape(64)], seed: 1) }
    #expect(try Augmentations([], shapes: [Shape(64)], seed: 1) == nil)
  }

  /// The same batches on any number of threads, and from the middle of a run as from its beginning.
  @Test func batchesRepeat() throws {
    let shape = Shape(3, 8, 8)
    let pictures = DataArray(
      name: "input", form: .values(shape), elements: .bytes((0..<(20 * 192)).map { UInt8(truncatingIfNeeded: $0 * 7) }))
    let set = try Dataset(inputs: [pictures], targets: [])
    let steps: [any Augmentation] = [
      try Self.make(Flip.self), try Self.make(Translate.self, ["by": .integer(2)]),
      try Self.make(Rotate.self, ["degrees": .number(20)]), try Self.make(Cutout.self, ["size": .integer(3)]),
    ]
    func batches(threads: Int, from first: Int, seed: UInt64) throws -> [[Float]] {
      let feed = BatchFeed<Float>(
        set, batch: 6, preprocessing: [], seed: seed, shuffles: true, epoch: first / 4, batchOfEpoch: first % 4,
        augmentations: try Augmentations(steps, shapes: [shape], seed: seed), workers: WorkerPool(threads: threads))
      return (first..<9).map { _ in
        let count = feed.next()
        return feed.input(0).slice(from: 0, count: count * 192).array
      }
    }
    let all = try batches(threads: 1, from: 0, seed: 3)
    #expect(try batches(threads: 3, from: 0, seed: 3) == all)
    #expect(try batches(threads: 2, from: 5, seed: 3) == Array(all[5...]))
    #expect(try batches(threads: 1, from: 0, seed: 4) != all)
  }
}
