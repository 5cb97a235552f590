/// The addresses of a column of A: `stride` scalars from row to row, at most twelve rows.
///
/// There are three base pointers, one for every four rows. With a single one the compiler would compute each row's address
/// from the previous row's, a dependency chain with a longer latency than the multiply-adds of the tile.
struct RowPointers {
  private var first: UnsafePointer<Float>
  private var fifth: UnsafePointer<Float>
  private var ninth: UnsafePointer<Float>

  /// The column whose element of row 0 is at `first`.
  @inline(__always)
  init(_ first: UnsafePointer<Float>, stride: Int) {
    self.first = first
    fifth = first + 4 * stride
    ninth = first + 8 * stride
  }

  /// The element of row `index`.
  @inline(__always)
  func element(_ index: Int, stride: Int) -> Float {
    if index < 4 { return first[index * stride] }
    return index < 8 ? fifth[(index - 4) * stride] : ninth[(index - 8) * stride]
  }

  /// Moves all rows by `step` scalars.
  @inline(__always)
  mutating func advance(_ step: Int) {
    first += step
    fifth += step
    ninth += step
  }
}
