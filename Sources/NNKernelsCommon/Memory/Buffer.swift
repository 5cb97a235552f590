/// A non-owning view of `count` scalars: the argument type of every kernel.
///
/// The owner keeps the memory alive while a view is in use. Subscripts are bounds-checked in debug builds and unchecked
/// in release builds. A view carries no write permission: kernels document which arguments they write, and the network
/// hands out views so that no two writers overlap.
public struct Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The first scalar. Only kernels use it.
  public let base: UnsafeMutablePointer<Element>
  /// The number of scalars.
  public let count: Int

  /// A view of `count` scalars that start at `base`.
  @inlinable @inline(__always)
  public init(base: UnsafeMutablePointer<Element>, count: Int) {
    self.base = base
    self.count = count
  }

  /// The scalar at `index`, which lies in `0..<count`.
  @inlinable
  public subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count, "index outside the buffer")
      return base[index]
    }
    @inline(__always) nonmutating set {
      assert(index >= 0 && index < count, "index outside the buffer")
      base[index] = newValue
    }
  }

  /// The part of the view that covers `range`.
  @inlinable @inline(__always)
  public func slice(_ range: Range<Int>) -> Buffer {
    assert(range.lowerBound >= 0 && range.upperBound <= count, "range outside the buffer")
    return Buffer(base: base + range.lowerBound, count: range.count)
  }

  /// The part of the view that starts at `start` and holds `length` scalars.
  @inlinable @inline(__always)
  public func slice(from start: Int, count length: Int) -> Buffer { slice(start..<(start + length)) }

  /// Sets every scalar to `value`.
  @inlinable
  public func fill(_ value: Element) { base.update(repeating: value, count: count) }

  /// Copies all scalars of `source`, which is as long as this view and does not overlap it.
  @inlinable
  public func copy(from source: Buffer) {
    assert(source.count == count, "copying between buffers of different lengths")
    base.update(from: source.base, count: count)
  }
}
