/// An operation on the elements of two arrays of the same size.
public enum ElementOperation: Sendable, Hashable, CaseIterable {
  case add, subtract, multiply, divide
  /// The larger and the smaller element; NaN if one of them is.
  case maximum, minimum
  /// x^y; within 2 ulp of the exact result in single precision.
  case power
}
