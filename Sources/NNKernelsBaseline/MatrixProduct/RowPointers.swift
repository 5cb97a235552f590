/// Where a column of A lies: elements `stride` scalars apart, of at most twelve rows.
///
/// Addresses of rows are counted from three places. From one alone, the compiler would make each row's address from that
/// of the row before, and the processor would wait longer for the last address than for all multiplications.
struct RowPointers {
  private var first: UnsafePointer<Float>
  private var fifth: UnsafePointer<Float>
  private var ninth: UnsafePointer<Float>

  /// The column whose first row's element is at `first`.
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

  /// Goes on by so many scalars.
  @inline(__always)
  mutating func advance(_ step: Int) {
    first += step
    fifth += step
    ninth += step
  }
}
