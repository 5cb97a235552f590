/// Owned memory for scalars, 64-byte aligned and initially zero.
public final class Storage<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>: @unchecked Sendable {
  /// A view of all scalars, valid while this object lives.
  public let buffer: Buffer<Element>

  /// Allocates `count` zeros.
  public init(count: Int) {
    precondition(count >= 0)
    let bytes = AlignedMemory.allocate(byteCount: max(1, count) * MemoryLayout<Element>.stride, alignment: 64)
    let base = bytes.bindMemory(to: Element.self, capacity: max(1, count))
    base.initialize(repeating: 0, count: count)
    buffer = Buffer(base: base, count: count)
  }

  /// Allocates a copy of `elements`.
  public convenience init(_ elements: [Element]) {
    self.init(count: elements.count)
    elements.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { buffer.base.update(from: base, count: source.count) }
    }
  }

  /// The scalars as an array.
  public var array: [Element] { withExtendedLifetime(self) { buffer.array } }

  deinit { buffer.base.deallocate() }
}

extension Buffer {
  /// The scalars as an array.
  public var array: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
