import NNKernels

/// A dense row-major array of scalars over memory that it does not own: what layers read and write.
public struct Tensor<S: Scalar>: Sendable {
  /// The sizes, the batch first where there is one.
  public internal(set) var shape: Shape
  /// The elements; as many as the shape says.
  public internal(set) var buffer: Buffer<S>

  /// A tensor over `buffer`, which holds exactly the shape's elements.
  public init(shape: Shape, buffer: Buffer<S>) {
    precondition(buffer.count == shape.elementCount, "buffer and shape differ in size")
    self.shape = shape
    self.buffer = buffer
  }

  /// The number of elements.
  public var count: Int { buffer.count }

  /// The element at a flat index.
  public subscript(index: Int) -> S {
    get { buffer[index] }
    nonmutating set { buffer[index] = newValue }
  }

  /// The same tensor for another batch size, at most the one that its memory was planned for.
  mutating func setBatch(_ batch: Int) {
    shape.setBatch(batch)
    buffer = Buffer(base: buffer.base, count: shape.elementCount)
  }
}
