/// An operation on the elements of two arrays of the same size.
public enum ElementOperation: Sendable, Hashable {
  case add, subtract, multiply
}
