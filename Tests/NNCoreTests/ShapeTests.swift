import NNCore
import Testing

@Suite struct ShapeTests {
  @Test func sizesAndCount() {
    let shape = Shape(3, 32, 16)
    #expect(shape.rank == 3)
    #expect(shape.elementCount == 1536)
    #expect(shape.dimensions == [3, 32, 16])
    #expect(shape.description == "3x32x16")
    #expect(Shape().description == "scalar")
    #expect(Shape().elementCount == 1)
  }

  @Test func batches() {
    let batched = Shape(3, 4).batched(10)
    #expect(batched == Shape(10, 3, 4))
    #expect(batched.sample == Shape(3, 4))
    #expect(Shape(5).sample == Shape())
    // A batch goes before any shape.
    #expect(Shape(1, 2, 1, 1, 1, 1, 3).batched(4).dimensions == [4, 1, 2, 1, 1, 1, 1, 3])
  }

  @Test(arguments: [
    [0], [-1], [1 << 31], [1 << 16, 1 << 16], [1, 1, 1, 1, 1, 1, 1, 1], [Int.max, Int.max], [Int.max],
  ])
  func notShapes(_ dimensions: [Int]) { #expect(Shape(dimensions) == nil) }

  @Test func largest() { #expect(Shape([Int(Int32.max)])?.elementCount == Int(Int32.max)) }
}
