/// The sizes of a tensor's dimensions, outermost first. Row-major throughout.
///
/// Shapes that a user sees leave the batch out; a tensor at run time has the batch as its first dimension, which is the
/// one that a shape may have beyond `maximumRank`.
public struct Shape: Sendable, Hashable {
  /// The most dimensions a shape may have without a batch.
  public static let maximumRank = 7
  /// The most elements a shape may have: what a 32-bit index reaches.
  public static let maximumElementCount = Int(Int32.max)

  private var sizes: SIMD8<Int32>
  /// The number of dimensions.
  public private(set) var rank: Int

  /// A shape, or nil unless there are at most seven dimensions, all at least 1, with at most 2^31 - 1 elements.
  public init?(_ dimensions: [Int]) {
    guard dimensions.count <= Self.maximumRank else { return nil }
    sizes = SIMD8(repeating: 0)
    rank = dimensions.count
    var elements = 1
    for (axis, size) in dimensions.enumerated() {
      guard size >= 1, size <= Self.maximumElementCount else { return nil }
      let (product, overflow) = elements.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Self.maximumElementCount else { return nil }
      elements = product
      sizes[axis] = Int32(size)
    }
  }

  /// A shape written in code. Sizes that are not a shape are the programmer's mistake.
  public init(_ dimensions: Int...) {
    guard let shape = Shape(dimensions) else { preconditionFailure("not a shape: \(dimensions)") }
    self = shape
  }

  /// The size along `axis`, counted from 0.
  public subscript(axis: Int) -> Int {
    assert(axis >= 0 && axis < rank, "axis outside the shape")
    return Int(sizes[axis])
  }

  /// The sizes as an array.
  public var dimensions: [Int] { (0..<rank).map { Int(sizes[$0]) } }

  /// The product of all sizes; 1 for the empty shape of a single number.
  public var elementCount: Int {
    var product = 1
    for axis in 0..<rank { product *= Int(sizes[axis]) }
    return product
  }

  /// This shape with a batch in front. The batch may make the element count exceed `maximumElementCount`.
  public func batched(_ batch: Int) -> Shape {
    precondition(rank <= Self.maximumRank && batch >= 0 && batch <= Self.maximumElementCount)
    var result = self
    for axis in stride(from: rank, to: 0, by: -1) { result.sizes[axis] = sizes[axis - 1] }
    result.sizes[0] = Int32(batch)
    result.rank = rank + 1
    return result
  }

  /// This shape without its first dimension.
  public var sample: Shape {
    precondition(rank > 0)
    var result = self
    for axis in 1..<rank { result.sizes[axis - 1] = sizes[axis] }
    result.sizes[rank - 1] = 0
    result.rank = rank - 1
    return result
  }

  /// Replaces the first dimension of a batched shape.
  package mutating func setBatch(_ batch: Int) { sizes[0] = Int32(batch) }
}

extension Shape: CustomStringConvertible {
  /// The sizes joined by `x`, as model files write them; `scalar` for the empty shape.
  public var description: String {
    rank == 0 ? "scalar" : dimensions.map(String.init).joined(separator: "x")
  }
}
